// How a repository's file leaves: as a download that no browser interprets, whatever it holds and is called.
import { isUtf8 } from "node:buffer";
import { FILE_POLICY } from "./headers.ts";

/** What may stand unescaped in `filename*` (RFC 8187, attr-char); encodeURIComponent leaves five more. */
function extendedValue(text: string): string {
  const escape = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed()).replace(/['()*]/g, escape);
}

/**
 * A `content-disposition` for any name: an ASCII fallback in which nothing can end the quotes or the line, and the
 * true name beside it (RFC 6266, RFC 8187).
 * @param path of the file; its last part is the name
 */
export function contentDisposition(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const plain = name.replace(/[^\w.\-+ ]/gu, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${extendedValue(name)}`;
}

/** @returns whether the bytes are text: UTF-8 without NUL */
function isText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

/** @returns the headers of a raw file (reference/web-security.md 5.4) */
export function rawFileHeaders(path: string, bytes: Uint8Array): Record<string, string> {
  return {
    "content-type": isText(bytes) ? "text/plain; charset=utf-8" : "application/octet-stream",
    "content-disposition": contentDisposition(path),
    "content-security-policy": FILE_POLICY,
  };
}
