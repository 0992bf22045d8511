// What a page of commits is asked for, and which way of reading answers it.
import type { ColumnRef } from "../domain/filter.ts";
import { parseColumnId } from "../domain/key.ts";
import type { Way } from "../domain/went-filter.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";

/** What a page is asked for: the query of the contract, where what is left out is as there. */
export interface CommitPageQuery {
  readonly branch?: string | undefined;
  readonly view?: "line" | "touching" | "all" | undefined;
  /** column ids; none means those shown by default */
  readonly columns: readonly string[];
  /** column ids, or `position` */
  readonly sort?: readonly string[] | undefined;
  /** beside `sort` */
  readonly order?: readonly ("asc" | "desc")[] | undefined;
  readonly where?: string | undefined;
  readonly "as-of"?: string | undefined;
  readonly baseline?: string | undefined;
  readonly changed?: boolean | undefined;
  readonly went?: Way | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A page as JSON text. `version` is that of the repository: with the question it names the answer. */
export interface CommitPageText {
  readonly name: string;
  readonly version: number;
  readonly text: string;
  /** false: rows are missing that the archive has; the same question may have another answer in a moment */
  readonly isWhole: boolean;
}

/** What comes of one try: null where the rows are of a newer version than what was known beforehand. */
export type PageTry = CommitPageText | { readonly gone: true } | null;

/** What a list is sorted by. */
export interface SortBy {
  readonly column: ColumnRef | "position";
  readonly descending: boolean;
}

/** @returns whether the page is of a line as it stands, which needs no search */
export function isPlainLine(query: CommitPageQuery): boolean {
  const { view = "line", sort = [], order = [], where, baseline, changed = false, went } = query;
  const inOrder = (sort.length === 0 || (sort.length === 1 && sort[0] === "position")) && order[0] !== "asc";
  return view === "line" && inOrder && where === undefined && baseline === undefined && !changed && went === undefined;
}

/** @throws TidemarkError `bad-argument` where an order has no sort beside it */
export function checkOrder({ sort = [], order = [] }: Pick<CommitPageQuery, "sort" | "order">): void {
  if (order.length > sort.length) {
    throw new TidemarkError("bad-argument", {
      attempt: "read the query parameter",
      value: "order",
      found: `${order.length} of them`,
      wanted:
        sort.length === 0
          ? "a sort beside it, such as sort=position"
          : `at most one beside each sort, which is ${sort.length}`,
    });
  }
}

/**
 * What the list is sorted by; what is behind the position orders nothing.
 * @throws TidemarkError `column-not-found`
 */
export function sortsOf({ sort = [], order = [] }: CommitPageQuery): SortBy[] {
  const names = sort.length === 0 ? ["position"] : sort;
  return names.map((name, index) => {
    const descending = order[index] !== "asc";
    return { column: name === "position" ? name : sortColumn(name), descending };
  });
}

/** @returns the error for a column that a list cannot be sorted by */
export function sortNotFound(
  id: string,
  found = "none of this id",
  wanted = "one of the repository's columns",
): TidemarkError {
  return new TidemarkError("column-not-found", { attempt: "sort by the column", value: id, found, wanted });
}

function sortColumn(id: string): ColumnRef {
  if (id.includes("\0")) throw sortNotFound(id);
  try {
    return parseColumnId(id);
  } catch (error) {
    throw isTidemarkError(error) ? sortNotFound(id, error.parts.found, error.parts.wanted) : error;
  }
}
