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
  if (exact.length > 0 || !isKey(name)) return exact;
  return columns.filter(({ key }) => endsInKey(key, name));
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

/**
 * Finds the shortest name of a column that means it alone.
 * @param isFree whether a name may be used at all
 * @returns an end of its key; null when it has none, so that only its id is left
 */
export function shortName<Column extends Named>(
  column: Column,
  columns: readonly Column[],
  isFree: (name: string) => boolean,
): string | null {
  return keyEnds(column.key).find((end) => isFree(end) && isNameOf(end, column, columns)) ?? null;
}

/** Whether an end of a column's key means no other column. */
function isNameOf<Column extends Named>(end: string, column: Column, columns: readonly Column[]): boolean {
  const isWhole = column.key === end;
  return !columns.some((other) => {
    if (other === column) return false;
    if (end.includes(":") && formatColumnId(other.path, other.key) === end) return true;
    return isWhole ? other.key === end : endsInKey(other.key, end);
  });
}

/** Whether a name that is a key by itself is the end of another, from the begin of a segment: quotes would be halved. */
function endsInKey(key: string, name: string): boolean {
  if (!key.endsWith(name)) return false;
  return name.startsWith("[") || key.length === name.length || key.charAt(key.length - name.length - 1) === ".";
}

function isKey(name: string): boolean {
  try {
    return parseKey(name).length > 0;
  } catch {
    return false;
  }
}
