// Names in Git are bytes: how a path or a branch becomes text without two different ones becoming the same.
import { isUtf8 } from "node:buffer";

/**
 * @returns the text of a path or ref name: UTF-8 as it is; where it is not UTF-8, each byte beyond ASCII as `\xNN`.
 * `encodeName()` is the way back.
 */
export function decodeName(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString("utf8");
  return buffer.toString("latin1").replace(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
}

/** @returns the bytes that `decodeName()` gave this text for, when they were not UTF-8; otherwise its UTF-8 */
export function encodeName(text: string): Buffer {
  if (!/\\x[89a-f][0-9a-f]/.test(text) || /\P{ASCII}/u.test(text)) return Buffer.from(text, "utf8");
  const bytes = text.replace(/\\x([89a-f][0-9a-f])/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1");
}
