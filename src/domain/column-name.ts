// What people call a column: its id, its key, or the end of its key.
import { formatColumnId, formatSegment, parseKey } from "./key.ts";
import { escapeControls } from "./safe-text.ts";

/** What a name is matched with. */
interface Named {
  readonly path: string;
  readonly key: string;
}

/**
 * Finds the columns that a name can mean. An id means its column alone; else those whose whole key it is; else those
 * whose key ends in it, with whole segments.
 * @returns none, one, or all that it could mean, in the order of `columns`
 */
export function columnsNamed<Column extends Named>(name: string, columns: readonly Column[]): Column[] {
  const exact = columnsNamedExactly(name, columns);
  return exact.length > 0 ? exact : columns.filter(({ key }) => endsInSegments(key, name));
}

/** Finds the columns whose id, else whose whole key a name is. @returns as `columnsNamed()` */
export function columnsNamedExactly<Column extends Named>(name: string, columns: readonly Column[]): Column[] {
  if (name.includes(":")) {
    const byId = columns.find(({ path, key }) => key.length < name.length && formatColumnId(path, key) === name);
    if (byId !== undefined) return [byId];
  }
  return columns.filter(({ key }) => key === name);
}

/** @returns columns that share letters with what was typed, best first; all of them when none does */
export function nearestColumns<Column extends Named>(name: string, columns: readonly Column[]): Column[] {
  const wanted = name.toLowerCase();
  const words = wanted.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const scored = columns.map((column) => {
    const id = formatColumnId(column.path, column.key).toLowerCase();
    return { column, score: id.includes(wanted) ? words.length + 1 : words.filter((word) => id.includes(word)).length };
  });
  const near = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
  return near.length > 0 ? near.map(({ column }) => column) : [...columns];
}

/** @returns the ids of the first `most` columns, as one line that is safe to show, and how many more there are */
export function listedColumns(columns: readonly Named[], most: number): string {
  const names = columns.slice(0, most).map(({ path, key }) => escapeControls(formatColumnId(path, key)));
  const more = columns.length - names.length;
  return names.join(", ") + (more > 0 ? ` (${more} more)` : "");
}

/** @returns the ends of a key that begin where a segment does, the shortest first, the whole key last */
export function keyEnds(key: string): string[] {
  const ends: string[] = [];
  let end = "";
  for (const segment of parseKey(key).toReversed()) {
    const step = formatSegment(segment);
    end = step + end;
    ends.push(step.startsWith(".") ? end.slice(1) : end);
  }
  return ends;
}

function endsInSegments(key: string, name: string): boolean {
  return name !== "" && key.endsWith(name) && keyEnds(key).includes(name);
}
