// Reads a filter's text, and finds the columns that it names.
import { columnsNamed, columnsNamedExactly, listedColumns, nearestColumns } from "./column-name.ts";
import { FilterError, quoted } from "./filter-error.ts";
import { FilterParser, type FindColumn, unfitAt } from "./filter-syntax.ts";
import { type FilterColumn, type FilterNode, MAX_FILTER_BYTES } from "./filter.ts";

/** Columns that an error lists. */
const MAX_CANDIDATES = 5;

const UTF8 = new TextEncoder();

/**
 * Reads a filter.
 * @param columns all that it may name; a bare word is the end of one key, a text in quotes an id or a whole key
 * @throws FilterError code `bad-filter`, with the character
 */
export function parseFilter(text: string, columns: readonly FilterColumn[]): FilterNode {
  return parse(text, ({ kind, text: name, from }) => {
    const named = kind === "string" ? columnsNamedExactly(name, columns) : columnsNamed(name, columns);
    const [column] = named;
    if (column !== undefined && named.length === 1) return column;
    const [found, wanted] =
      named.length > 1
        ? [`${named.length} columns of the name ${quoted(name)}`, `one of ${listedColumns(named, MAX_CANDIDATES)}`]
        : [`no column of the name ${quoted(name)}`, nearest(name, columns)];
    throw new FilterError(text, from, found, wanted);
  });
}

/**
 * Reads a filter before the columns are known.
 * @throws FilterError code `bad-filter`, about all but the names of columns and what they hold
 */
export function checkFilter(text: string): void {
  parse(text, ({ text: key }) => ({ path: "", key }));
}

function parse(text: string, findColumn: FindColumn): FilterNode {
  const unfit = unfitAt(text);
  if (unfit >= 0)
    throw new FilterError(text, unfit, "a character that no text has", "U+0000 and halves of pairs left out");
  const over = overAt(text);
  if (over >= 0) throw new FilterError(text, over, "more text", `at most ${MAX_FILTER_BYTES} bytes of it`);
  return new FilterParser(text, findColumn).parse();
}

function nearest(name: string, columns: readonly FilterColumn[]): string {
  if (columns.length === 0) return "a repository with metric files";
  return `a column such as ${listedColumns(nearestColumns(name, columns), MAX_CANDIDATES)}`;
}

/** @returns where the first character stands that is not within the limit; -1 when all are */
function overAt(text: string): number {
  if (text.length * 3 <= MAX_FILTER_BYTES) return -1;
  const { read } = UTF8.encodeInto(text, new Uint8Array(MAX_FILTER_BYTES));
  return read < text.length ? read : -1;
}
