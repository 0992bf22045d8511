// From a file's bytes to text: byte order marks, UTF-16, one retry for old tables, and what is no metric file at all.
import { unreadable } from "../unreadable.ts";
import type { WarningList } from "../warning-list.ts";

/** Bytes at the beginning in which a NUL tells that it is no UTF-8. */
const SNIFFED_BYTES = 64;

/** Formats that old programs write in the code page of Windows. */
const LEGACY_EXTENSIONS = new Set(["csv", "tsv", "py"]);
const LFS_POINTER = "version https://git-lfs";
const CONFLICT = "<<<<<<< ";

/**
 * Decodes a metric file.
 * @param extension of its path, lower case
 * @returns its text without byte order mark
 * @throws TidemarkError `file-unreadable` when it is not text, an LFS pointer, or holds an unresolved merge
 */
export function decodeFile(bytes: Uint8Array, extension: string, warnings: WarningList): string {
  const text = decode(bytes, extension, warnings);
  if (text.startsWith(LFS_POINTER)) {
    throw unreadable("lfs-pointer", "a pointer of Git LFS", "the file itself: its content is not in the repository");
  }
  if (text.startsWith(CONFLICT) || text.includes(`\n${CONFLICT}`)) {
    throw unreadable("merge-conflict", "the marks of an unresolved merge", "a merged file");
  }
  return text;
}

function decode(bytes: Uint8Array, extension: string, warnings: WarningList): string {
  const utf16 = utf16Of(bytes);
  if (utf16 !== null) {
    warnings.add("encoding", () => ({ message: "The file is UTF-16: it was read, UTF-8 is wanted." }));
    return decodeAs(utf16, bytes) ?? fail("broken UTF-16");
  }
  const nul = bytes.subarray(0, SNIFFED_BYTES).indexOf(0);
  if (nul >= 0) return fail(nul === 0 ? "a NUL byte at the beginning" : `a NUL byte (byte ${nul + 1} of the file)`);
  const text = decodeAs("utf-8", bytes);
  if (text !== null) return text;
  if (!LEGACY_EXTENSIONS.has(extension)) return fail("bytes that are not UTF-8");
  warnings.add("encoding", () => ({ message: "The file is not UTF-8: it was read as windows-1252." }));
  return decodeAs("windows-1252", bytes) ?? fail("bytes that are no text");
}

/** @returns the text, null when the bytes are not in this encoding */
function decodeAs(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function utf16Of(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
}

function fail(found: string): never {
  throw unreadable("not-text", found, "UTF-8 text");
}
