// T7: weak keys are refused in plain words, and the key that is made at the first start is none of them.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { projectFiles, readText } from "../test/source-files.ts";
import { isTidemarkError } from "./errors.ts";
import { Secret } from "./secrets.ts";
import { givenKeyring, ownKeyring, parseKeys } from "./seal-keys.ts";

const folder = await mkdtemp(join(tmpdir(), "tidemark-seal-"));
after(() => rm(folder, { recursive: true, force: true }));

const key = (): string => randomBytes(32).toString("base64");
const encoded = (bytes: readonly number[] | string): string => Buffer.from(bytes as string).toString("base64");

/** Fewer different bytes than any random key has, none of them printable. */
const FEW = encoded(Array.from({ length: 32 }, (_, at) => 128 + (at % 15)));
const SAME = key();

const WEAK: readonly (readonly [what: string, text: string, said: RegExp])[] = [
  ["none", " \n# a remark\n", /found no key, wanted 32 random bytes as base64.*openssl rand -base64 32/],
  ["31 bytes", encoded(Array.from({ length: 31 }, (_, at) => at)), /found a key of 31 bytes, wanted 32 random bytes/],
  ["33 bytes", encoded(Array.from({ length: 33 }, (_, at) => at)), /found a key of 33 bytes/],
  ["hex", "0f".repeat(32), /found a key of 48 bytes/],
  ["no base64", "not a key!", /found a key that is no base64/],
  ["one byte", encoded(Array.from({ length: 32 }, () => 7)), /found a key of one repeated byte/],
  ["15 different bytes", FEW, /found a key of 15 different bytes only, which no random key has/],
  ["a text", encoded("correct horse battery staple 123"), /found a key that is a text of 32 characters/],
  ["one key, two names", `a:${SAME},b:${SAME}`, /found the same key as "a" and as "b", wanted each key once/],
  ["two keys, one name", `a:${key()}\na:${key()}`, /found two keys named "a"/],
  ["a name that is none", `ab cd:${key()}`, /found a key with a name that is none, wanted .* one to four letters or/],
  ["a long name", `abcde:${key()}`, /found a key with a name that is none/],
  ["the second", `${key()},${FEW}`, /found key 2 of 15 different bytes only/],
  ["too many", Array.from({ length: 17 }, key).join(), /found 17 keys, wanted at most 16/],
];

test("parseKeys() refuses weak keys in plain words, and says nothing of them", () => {
  for (const [what, text, said] of WEAK) {
    assert.throws(
      () => parseKeys("TIDEMARK_KEY", text),
      (error: unknown) => {
        assert.ok(isTidemarkError(error, "bad-setting"), what);
        assert.match(error.message, said, what);
        for (const word of text.split(/[\n,:]/)) assert.ok(word.length < 8 || !error.message.includes(word), what);
        return true;
      },
    );
  }
});

test("parseKeys() refuses every key that stands in a document or a test of ours", () => {
  let found = 0;
  for (const path of projectFiles().filter((name) => /\.(md|ts|tsx|json|mjs)$/.test(name))) {
    for (const [word] of readText(path).matchAll(/(?<![0-9A-Za-z+/=])[0-9A-Za-z+/]{43}=(?![0-9A-Za-z+/=])/g)) {
      found += 1;
      assert.throws(() => parseKeys("TIDEMARK_KEY", word), /found a key/, `${path} has a key that would be taken`);
    }
  }
  assert.ok(found > 0, "the documents show one");
});

test("parseKeys() takes one key or several, named or not; the first is current", () => {
  const [a, b] = [key(), key()];
  const keys = parseKeys("TIDEMARK_KEY", `2027:${a}, ${b} # the old one`);
  assert.equal(keys[0]?.id, "2027");
  assert.match(keys[1]?.id ?? "", /^[0-9a-f]{4}$/);
  assert.deepEqual(
    keys.map(({ bytes }) => Buffer.from(bytes).toString("base64")),
    [a, b],
  );
  assert.equal(parseKeys("x", b)[0]?.id, keys[1]?.id, "the name of a key without one stays the same");
  assert.equal(parseKeys("x", b.replace("=", "")).length, 1);
});

test("ownKeyring() makes one key, also when asked by many at once, that only its owner reads", async () => {
  const rings = await Promise.all(Array.from({ length: 6 }, () => ownKeyring(folder)));
  const file = join(folder, "seal.key");
  assert.deepEqual(
    rings.map(({ madeFile }) => madeFile).filter((made) => made !== null),
    [file],
  );
  assert.equal(new Set(rings.map(({ keyring }) => keyring.currentKeyId)).size, 1);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const text = await readFile(file, "utf8");
  assert.match(text, /^[0-9a-f]{4}:[0-9A-Za-z+/]{43}=\n$/);
  // a second key is put above it, and the first goes on opening
  await writeFile(file, `2027:${key()}\n${text}`, { mode: 0o600 });
  const { keyring, madeFile } = await ownKeyring(folder);
  assert.deepEqual([keyring.currentKeyId, keyring.keyIds[1], madeFile], ["2027", text.slice(0, 4), null]);
});

test("givenKeyring() takes a setting or a file, not both, and no file that others may read or that is not there", async () => {
  const file = join(folder, "given.key");
  const settings = { sealKeys: null, sealKeyFile: file };
  assert.equal(await givenKeyring({ sealKeys: null, sealKeyFile: null }), null);
  await assert.rejects(
    givenKeyring(settings),
    /"TIDEMARK_KEY_FILE": found no file ".*given.key", wanted a file of keys/,
  );
  await writeFile(file, `k1:${key()}\n`, { mode: 0o600 });
  assert.equal((await givenKeyring(settings))?.currentKeyId, "k1");
  const sealKeys = Secret.of(`k2:${key()}`);
  assert.equal((await givenKeyring({ sealKeys, sealKeyFile: null }))?.currentKeyId, "k2");
  await assert.rejects(
    givenKeyring({ sealKeys, sealKeyFile: file }),
    /found TIDEMARK_KEY_FILE beside it, wanted one of/,
  );
  for (const mode of [0o640, 0o604, 0o620]) {
    await chmod(file, mode);
    await assert.rejects(givenKeyring(settings), /found that others may read it \(mode 6\d\d\), wanted mode 600/);
  }
});

test("givenKeyring() refuses a file of another account", {
  skip: process.geteuid?.() !== 0 && "needs root",
}, async () => {
  const file = join(folder, "foreign.key");
  await writeFile(file, key(), { mode: 0o600 });
  await chown(file, 65_534, 65_534);
  const refused = givenKeyring({ sealKeys: null, sealKeyFile: file });
  await assert.rejects(refused, /found that it belongs to the account 65534, wanted one of this account \(0\)/);
});
