// Sealed secrets: what the database holds of a token or a webhook's secret, which opens only in its own row.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { isTidemarkError, TidemarkError } from "./errors.ts";
import { Secret } from "./secrets.ts";

// The envelope: version(1) | key id(4) | nonce(12) | ciphertext | tag(16). Source: reference/web-security.md 2.1.
const VERSION = 1;
const ID_AT = 1;
const NONCE_AT = 5;
const TEXT_AT = 17;
const TAG_BYTES = 16;
/** Bytes that an envelope has more than what it holds. */
export const ENVELOPE_BYTES = TEXT_AT + TAG_BYTES;
/** Node takes shorter tags, which can be guessed, unless it is told how long one is. */
const GCM = { authTagLength: TAG_BYTES } as const;

/** A key's name: one to four letters or digits. It stands in every envelope that the key has sealed. */
export const KEY_ID = /^[0-9A-Za-z]{1,4}$/;

/** Uses of old and missing keys that are remembered, so that each is told once. */
const MAX_TOLD_USES = 10_000;
/** Characters of a key's mark: 18 bits of its digest tell sixteen keys apart, and nobody what one is. */
export const MARK_LENGTH = 3;

/** A key with its name. */
export interface SealKey {
  readonly id: string;
  /** 32 bytes */
  readonly bytes: Uint8Array;
}

/** Where a sealed secret stands: it opens nowhere else. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
  readonly organizationId: string;
}

/** A key was used that seals no more, or one was needed that is not here. */
export interface KeyUse {
  readonly keyId: string;
  readonly place: SealedPlace;
}

/** Seals and opens. The first key seals; every key opens what it has sealed. */
export class Keyring {
  /** the name of the key that seals */
  readonly currentKeyId: string;
  /** of all keys, the current one first: others see by them whether this process has a key, and nothing of what it is */
  readonly marks: readonly string[];
  readonly #keys: ReadonlyMap<string, KeyObject>;
  #sealings = 0;
  readonly #told = new Set<string>();
  #hearOld: (use: KeyUse) => void = () => undefined;
  #hearMissing: (use: KeyUse) => void = () => undefined;

  constructor(keys: readonly SealKey[]) {
    const [first] = keys;
    if (first === undefined) throw new TypeError("a keyring without a key");
    this.currentKeyId = first.id;
    this.#keys = new Map(keys.map(({ id, bytes }) => [id, createSecretKey(bytes)]));
    this.marks = keys.map(markOf);
  }

  /** the names of all keys, the current one first */
  get keyIds(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** Sealings since this process began. With random nonces a key has to be replaced before 2^32 (NIST SP 800-38D). */
  get sealings(): number {
    return this.#sealings;
  }

  /** Has the first use of each old key for each organisation told: what is left to be sealed anew. */
  onOldKey(hear: (use: KeyUse) => void): void {
    this.#hearOld = hear;
  }

  /** Has it told once for each key and organisation that a secret was met whose key is not here. */
  onMissingKey(hear: (use: KeyUse) => void): void {
    this.#hearMissing = hear;
  }

  #note(keyId: string, place: SealedPlace): void {
    const use = `${keyId} ${place.organizationId}`;
    if (keyId === this.currentKeyId || this.#told.has(use) || this.#told.size >= MAX_TOLD_USES) return;
    this.#told.add(use);
    if (this.#keys.has(keyId)) this.#hearOld({ keyId, place });
    else this.#hearMissing({ keyId, place });
  }

  /** Seals a text for one place, with the current key. */
  seal(secret: Secret | string, place: SealedPlace): Uint8Array {
    const header = Buffer.alloc(TEXT_AT);
    header[0] = VERSION;
    header.write(this.currentKeyId, ID_AT, "latin1");
    randomBytes(TEXT_AT - NONCE_AT).copy(header, NONCE_AT);
    const key = this.#keys.get(this.currentKeyId) as KeyObject;
    const cipher = createCipheriv("aes-256-gcm", key, header.subarray(NONCE_AT), GCM);
    cipher.setAAD(boundTo(header, place));
    const text = cipher.update(typeof secret === "string" ? secret : secret.reveal(), "utf8");
    this.#sealings += 1;
    return Buffer.concat([header, text, cipher.final(), cipher.getAuthTag()]);
  }

  /**
   * Opens what was sealed for this very place.
   * @throws TidemarkError `secret-not-opened` when its key is not on the ring, or when it was changed or moved
   */
  open(sealed: Uint8Array, place: SealedPlace): Secret {
    const envelope = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (envelope.length < ENVELOPE_BYTES || envelope[0] !== VERSION) throw changed(place);
    const key = this.#keys.get(keyIdOf(envelope));
    if (key === undefined) {
      this.#note(keyIdOf(envelope), place);
      throw unknownKey(keyIdOf(envelope), place);
    }
    const decipher = createDecipheriv("aes-256-gcm", key, envelope.subarray(NONCE_AT, TEXT_AT), GCM);
    decipher.setAAD(boundTo(envelope, place));
    decipher.setAuthTag(envelope.subarray(-TAG_BYTES));
    const text = decipher.update(envelope.subarray(TEXT_AT, -TAG_BYTES));
    try {
      decipher.final(); // nothing of it has been looked at before
    } catch {
      throw changed(place);
    }
    this.#note(keyIdOf(envelope), place);
    return Secret.of(text.toString("utf8"));
  }
}

/** @returns the name of the key that sealed it, as it claims itself */
export function keyIdOf(sealed: Uint8Array): string {
  return Buffer.from(sealed.subarray(ID_AT, NONCE_AT)).toString("latin1").replace(/\0+$/, "");
}

/** What a secret is bound to beside its key. The header too: else a changed key id would not be noticed. */
function boundTo(header: Buffer, { table, column, rowId, organizationId }: SealedPlace): Buffer {
  const parts = [table, column, rowId, organizationId];
  if (!parts.every((part) => /^\w+$/.test(part))) throw new TypeError("the place of a secret is names and numbers");
  return Buffer.concat([header.subarray(0, NONCE_AT), Buffer.from(`|${parts.join("|")}`)]);
}

function markOf({ id, bytes }: SealKey): string {
  return createHash("sha256").update(`held key ${id}\0`).update(bytes).digest("base64url").slice(0, MARK_LENGTH);
}

class MissingKey extends Error {
  override readonly name = "MissingKey";
}

/** @returns whether a secret did not open for want of its key: with that it would, so what needs it can wait */
export function isKeyMissing(error: unknown): boolean {
  return isTidemarkError(error, "secret-not-opened") && error.cause instanceof MissingKey;
}

function unknownKey(id: string, place: SealedPlace): TidemarkError {
  const name = KEY_ID.test(id) ? `"${id}"` : "of no name";
  return notOpened(
    place,
    `that it was sealed with the key ${name}, which this installation does not have`,
    `that key (TIDEMARK_KEY_FILE), or the secret once more`,
    new MissingKey(),
  );
}

function changed(place: SealedPlace): TidemarkError {
  return notOpened(place, "that it is not as it was sealed, or belongs to another row", "the secret once more");
}

function notOpened({ table, rowId }: SealedPlace, found: string, wanted: string, cause?: Error): TidemarkError {
  const parts = { attempt: "open the secret of", value: `${table} ${rowId}`, found, wanted };
  return new TidemarkError("secret-not-opened", parts, cause === undefined ? {} : { cause });
}
