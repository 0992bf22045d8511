// The signatures of Standard Webhooks 1.0.0: HMAC-SHA256 (v1) and ed25519 (v1a) over id, time and raw body.
import { createPublicKey, type KeyObject, verify as verifySignature } from "node:crypto";
import type { Secret } from "../../secrets.ts";
import { headerOf, isSameBytes, macOf } from "../webhook-proof.ts";
import type { Delivery } from "../webhook-source.ts";

/** How far the sender's clock may be from ours, in seconds: what the specification's own libraries allow. */
const SKEW_S = 300;
/** Bytes of a symmetric secret: 192 to 512 bits, by the specification. */
const SECRET_BYTES = { least: 24, most: 64 };
const PUBLIC_KEY_BYTES = 32;
/** Signatures that are tried: rotation needs two. */
const MAX_SIGNATURES = 20;
/** What stands before the 32 bytes of an ed25519 key in the form that Node reads (RFC 8410). */
const KEY_HEAD = Buffer.from("302a300506032b6570032100", "hex");
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** What checks a signature: the bytes of a secret, or a public key. */
type SigningKey =
  | { readonly version: "v1"; readonly bytes: Buffer }
  | { readonly version: "v1a"; readonly key: KeyObject };

/** @returns the bytes of a base64 text; null when it is none */
function bytesOf(text: string): Buffer | null {
  return BASE64.test(text) ? Buffer.from(text, "base64") : null;
}

/** @returns the key of `whsec_<base64>` (24 to 64 bytes) or `whpk_<base64>` (32 bytes); null for anything else */
function signingKey(secret: Secret): SigningKey | null {
  const [, prefix, text] = /^(whsec|whpk)_(.+)$/.exec(secret.reveal()) ?? [];
  const bytes = bytesOf(text ?? "");
  if (bytes === null) return null;
  if (prefix === "whsec") {
    return bytes.length >= SECRET_BYTES.least && bytes.length <= SECRET_BYTES.most ? { version: "v1", bytes } : null;
  }
  if (bytes.length !== PUBLIC_KEY_BYTES) return null;
  return {
    version: "v1a",
    key: createPublicKey({ key: Buffer.concat([KEY_HEAD, bytes]), format: "der", type: "spki" }),
  };
}

/** @returns whether a text is a secret by which signatures of this form can be checked */
export function isSigningSecret(secret: Secret): boolean {
  return signingKey(secret) !== null;
}

/**
 * Checks `webhook-signature`, of which any one must match, and that `webhook-timestamp` is within 300 s of now. An id with a
 * full stop is refused: the same bytes could be signed for another id and another time.
 * @param now milliseconds since 1970
 */
export function matchesSignature({ headers, body }: Delivery, secrets: readonly Secret[], now: number): boolean {
  const id = headerOf(headers, "webhook-id");
  const time = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature");
  if (id === null || id.includes(".") || time === null || signatures === null) return false;
  if (!/^\d{1,12}$/.test(time) || Math.abs(Math.floor(now / 1_000) - Number(time)) > SKEW_S) return false;
  const sent = signatures.split(" ", MAX_SIGNATURES).map((each) => each.split(",", 2));
  const head = `${id}.${time}.`;
  return secrets.some((secret) => {
    const key = signingKey(secret);
    if (key === null) return false;
    // once a secret, however many signatures there are
    const check = key.version === "v1" ? macCheck(key.bytes, head, body) : keyCheck(key.key, head, body);
    return sent.some(([version, text]) => {
      const bytes = version === key.version ? bytesOf(text ?? "") : null;
      return bytes !== null && check(bytes);
    });
  });
}

function macCheck(key: Uint8Array, head: string, body: Uint8Array): (sent: Uint8Array) => boolean {
  const wanted = macOf(key, head, body);
  return (sent) => wanted !== null && isSameBytes(sent, wanted);
}

function keyCheck(key: KeyObject, head: string, body: Uint8Array): (sent: Uint8Array) => boolean {
  const signed = Buffer.concat([Buffer.from(head, "utf8"), body]);
  return (sent) => verifySignature(null, signed, key, sent);
}
