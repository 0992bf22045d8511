// Proofs of webhooks: HMAC over raw bytes, compared in constant time.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Secret } from "../secrets.ts";
import type { DeliveryHeaders } from "./webhook-source.ts";

/** SHA-256 as hex. Either case: the digits are decoded before they are compared. */
const HEX_DIGEST = /^[0-9a-f]{64}$/i;

/** @returns the header's value; null when it is missing, empty or there several times */
export function headerOf(headers: DeliveryHeaders, name: string): string | null {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  const single = typeof value === "string" ? value : value?.length === 1 ? value[0] : undefined;
  return single === undefined || single === "" ? null : single;
}

/** @returns whether the bytes are equal; takes equally long wherever they differ */
export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  // timingSafeEqual() throws on unequal lengths; a length is no secret
  return a.length === b.length && timingSafeEqual(a, b);
}

/** @returns whether a text that was sent is the secret; its time tells not even the length */
export function isSecret(text: string, secret: Secret): boolean {
  const hash = (each: string): Buffer => createHash("sha256").update(each).digest();
  return text.length > 0 && isSameBytes(hash(text), hash(secret.reveal()));
}

/** @returns HMAC-SHA256 over the parts, one after the other; null without a key: its digest proves nothing */
export function macOf(key: Uint8Array, ...parts: readonly (Uint8Array | string)[]): Buffer | null {
  if (key.length === 0) return null;
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/**
 * @param digest 64 hex digits as sent, null for none. An empty one is what Gitea sends without a secret
 * @returns whether it is the body's HMAC-SHA256 under one of the secrets
 */
export function matchesDigest(digest: string | null, body: Uint8Array, secrets: readonly Secret[]): boolean {
  if (digest === null || !HEX_DIGEST.test(digest)) return false;
  const sent = Buffer.from(digest, "hex");
  return secrets.some((secret) => {
    const wanted = macOf(Buffer.from(secret.reveal(), "utf8"), body);
    return wanted !== null && isSameBytes(sent, wanted);
  });
}

/** @returns the digest of a header of the form `sha256=<hex>`, null when there is none */
export function prefixedDigest(header: string | null): string | null {
  return header?.startsWith("sha256=") === true ? header.slice("sha256=".length) : null;
}
