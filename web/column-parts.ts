// A column's id in its two parts.
import { parseColumnId } from "../src/domain/key.ts";

/** @returns path and key of a column's id; one that is none of ours is a key as it is */
export function columnParts(id: string): { readonly path: string; readonly key: string } {
  try {
    return parseColumnId(id);
  } catch {
    return { path: "", key: id };
  }
}
