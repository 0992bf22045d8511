// Names in Git are bytes: how a path or a branch becomes text without two different ones becoming the same.
import { isAscii, isUtf8 } from "node:buffer";

/** Backslashes that would be read as the beginning of an escape. */
const SPELLED = /\\(?=x(?:5c|[89a-f][0-9a-f]))/g;
const ESCAPE = /\\x(5c|[89a-f][0-9a-f])/g;

/**
 * @returns the text of a path or ref name: UTF-8 as it is; where it is not UTF-8, each byte beyond ASCII as `\xNN`. A name
 * of ASCII alone that spells such an escape has its backslash written as `\x5c`. `encodeName()` is the way back.
 */
export function decodeName(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // a text with other letters than ASCII's is never taken for one with escapes
  if (isUtf8(buffer) && !isAscii(buffer)) return buffer.toString("utf8");
  return decodeAscii(buffer.toString("latin1")).replace(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
}

/** @returns what `decodeName()` gives for a name of ASCII alone: mostly the name itself */
export function decodeAscii(name: string): string {
  return name.includes("\\") ? name.replace(SPELLED, "\\x5c") : name;
}

/** @returns the bytes that `decodeName()` gave this text for, when it has escapes; otherwise its UTF-8 */
export function encodeName(text: string): Buffer {
  if (!text.includes("\\") || /\P{ASCII}/u.test(text)) return Buffer.from(text, "utf8");
  const bytes = text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1");
}
