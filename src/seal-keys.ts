// The keys that seal secrets: from a file, from a setting, or made at the first start; weak ones are refused in words.
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { TidemarkError } from "./errors.ts";
import { KEY_BYTES, makeKeyFile, readKeyFile } from "./key-file.ts";
import { KEY_ID, Keyring, type SealKey } from "./keyring.ts";
import { Secret } from "./secrets.ts";

/** A key of random bytes has about thirty different ones; with fewer than these it is none. */
const MIN_DIFFERENT_BYTES = 16;
/** More keys at a time are a mistake. */
const MAX_KEYS = 16;
/** SHA-256 of every key that stands in our documents and tests: anybody can read them. */
const PUBLISHED: ReadonlySet<string> = new Set(["50896afbb35e8fa754fee4898e80ffd8281bc898c60c1db9cc933e4d938ca66c"]);
const FORM = `${KEY_BYTES} random bytes as base64, with or without a name before it: 2027:… (openssl rand -base64 32)`;

/** Where an operator has put keys of her own. */
export interface SealKeySettings {
  /** the text of TIDEMARK_KEY */
  readonly sealKeys: Secret | null;
  /** the path in TIDEMARK_KEY_FILE */
  readonly sealKeyFile: string | null;
}

/**
 * Makes the keyring of the keys that the settings name.
 * @returns null where they name none
 * @throws TidemarkError `bad-setting` for a weak key, `data-folder` for a file that others may read
 */
export async function givenKeyring({ sealKeys, sealKeyFile }: SealKeySettings): Promise<Keyring | null> {
  if (sealKeys !== null) {
    if (sealKeyFile !== null) throw wrong("TIDEMARK_KEY", "TIDEMARK_KEY_FILE beside it", "one of the two");
    return new Keyring(parseKeys("TIDEMARK_KEY", sealKeys.reveal()));
  }
  if (sealKeyFile === null) return null;
  const text = await readKeyFile(sealKeyFile);
  if (text === null) throw wrong("TIDEMARK_KEY_FILE", `no file ${JSON.stringify(sealKeyFile)}`, "a file of keys");
  return new Keyring(parseKeys(sealKeyFile, text));
}

/**
 * Makes the keyring of the key in a data folder, and the key where there is none.
 * @returns also the file, when it was made just now: a backup needs it
 * @throws TidemarkError those of `givenKeyring()`
 */
export async function ownKeyring(
  dataFolder: string,
): Promise<{ readonly keyring: Keyring; readonly madeFile: string | null }> {
  const file = join(dataFolder, "seal.key");
  const found = await readKeyFile(file);
  const isNew = found === null && (await makeKeyFile(file, newKey()));
  const text = found ?? (await readKeyFile(file)) ?? "";
  return { keyring: new Keyring(parseKeys(file, text)), madeFile: isNew ? file : null };
}

/** A key is written with its name, so that a second one can be put above it without touching the first. */
function newKey(): string {
  const bytes = randomBytes(KEY_BYTES);
  return `${fingerprint(bytes)}:${bytes.toString("base64")}\n`;
}

/**
 * Reads keys, one a line or between commas; what follows a # says nothing.
 * @param name the setting or file that they came from
 * @throws TidemarkError `bad-setting`; nothing of a key is in it
 */
export function parseKeys(name: string, text: string): readonly SealKey[] {
  const words = text
    .replace(/#.*$/gm, "")
    .split(/[\n,]/)
    .map((word) => word.trim())
    .filter((word) => word !== "");
  if (words.length === 0) throw wrong(name, "no key", FORM);
  if (words.length > MAX_KEYS) throw wrong(name, `${words.length} keys`, `at most ${MAX_KEYS}`);
  const keys = words.map((word, index) => parseKey(name, word, words.length === 1 ? "a key" : `key ${index + 1}`));
  keys.forEach(({ id, bytes }, index) => {
    const before = keys.slice(0, index);
    if (before.some((other) => other.id === id)) throw wrong(name, `two keys named "${id}"`, "a name of its own each");
    const same = before.find((other) => Buffer.compare(other.bytes, bytes) === 0);
    if (same !== undefined) throw wrong(name, `the same key as "${same.id}" and as "${id}"`, "each key once");
  });
  return keys;
}

function parseKey(name: string, word: string, which: string): SealKey {
  Secret.kept(word);
  const [, id, encoded = ""] = /^(?:([^:]*):)?(.*)$/.exec(word) ?? [];
  if (id !== undefined && !KEY_ID.test(id)) {
    throw wrong(name, `${which} with a name that is none`, "a name of one to four letters or digits");
  }
  if (!/^[0-9A-Za-z+/]+={0,2}$/.test(encoded)) throw wrong(name, `${which} that is no base64`, FORM);
  Secret.kept(encoded);
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length !== KEY_BYTES) throw wrong(name, `${which} of ${bytes.length} bytes`, FORM);
  const weakness = weaknessOf(bytes);
  if (weakness !== null) throw wrong(name, `${which} ${weakness}`, FORM);
  return { id: id ?? fingerprint(bytes), bytes };
}

/** @returns why nobody should trust this key, as it follows "a key", or null */
function weaknessOf(bytes: Uint8Array): string | null {
  const different = new Set(bytes).size;
  if (different === 1) return "of one repeated byte";
  if (different < MIN_DIFFERENT_BYTES) return `of ${different} different bytes only, which no random key has`;
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return `that is a text of ${KEY_BYTES} characters`;
  if (PUBLISHED.has(createHash("sha256").update(bytes).digest("hex"))) {
    return "that stands in Tidemark's documents or tests, where everybody can read it";
  }
  return null;
}

/** The name of a key that was given none: it tells two keys apart and nothing of what they are. */
function fingerprint(bytes: Uint8Array): string {
  return createHash("sha256").update("name of a key\0").update(bytes).digest("hex").slice(0, 4);
}

function wrong(value: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("bad-setting", { attempt: "use the setting", value, found, wanted });
}
