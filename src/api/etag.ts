// Names for answers, so that a browser which has one is told so instead of being sent it again.
import { hash } from "node:crypto";

/** Characters of a name: 132 bits. */
const TAG_LENGTH = 22;

/**
 * Names an answer byte for byte (a strong name); a proxy that compresses it makes it a weak one.
 * @param parts all that the answer depends on: organisation, repository, version, question
 */
export function etagOf(...parts: readonly (string | number | undefined)[]): string {
  return `"${hash("sha256", JSON.stringify(parts), "base64url").slice(0, TAG_LENGTH)}"`;
}

/** @returns whether an `If-None-Match` header names this answer (RFC 9110, 13.1.2: weak comparison) */
export function matchesTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const opaque = etag.replace(/^W\//, "");
  return header.split(",").some((part) => part.trim() === "*" || part.trim().replace(/^W\//, "") === opaque);
}
