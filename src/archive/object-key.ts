// Keys of objects: relative, plain, the same in a folder and in S3.
import { TidemarkError } from "../errors.ts";

/** Longest key, in characters: with the longest prefix it fits into the 1,024 bytes of S3. */
const MAX_KEY_LENGTH = 500;

/** @throws a defect's error where a key is none: they come from the manifest alone */
export function checkKey(key: string): void {
  // what begins with a dot is left for files under way
  const isPlain = key.split("/").every((segment) => /^[\w=-][\w.=-]*$/.test(segment));
  if (isPlain && key.length <= MAX_KEY_LENGTH) return;
  const parts = { found: "other characters", wanted: "letters, digits and . _ = - between slashes" };
  throw new TidemarkError("internal", { attempt: "use the archive's key", value: key.slice(0, 200), ...parts });
}

/** @returns the error for an object that should be there */
export function missingObject(uri: string): TidemarkError {
  const parts = { found: "no such object", wanted: "one that the archive wrote" };
  return new TidemarkError("archive-object-missing", { attempt: "read the archive's object", value: uri, ...parts });
}

/** @returns the error for an object in whose place another one came while it was read */
export function replacedObject(uri: string): TidemarkError {
  const parts = { found: "another object in its place", wanted: "objects that nobody replaces" };
  return new TidemarkError("archive-object-differs", { attempt: "read the archive's object", value: uri, ...parts });
}

/** @returns the error for a key that holds something else. @param found in words */
export function differentObject(uri: string, found: string): TidemarkError {
  const parts = { found, wanted: "the content that the key names" };
  return new TidemarkError("archive-object-differs", { attempt: "write the archive's object", value: uri, ...parts });
}
