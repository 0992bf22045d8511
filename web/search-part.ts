// The search part of an address, both ways: what stands behind the `?`.

/**
 * Longest search part of an address, in characters: a request's headers may have 16 KiB in all, and the address of the
 * page is sent as well as that of the API.
 */
export const MAX_SEARCH_LENGTH = 12_000;

/** Writes a value of a search part; `:` and `/` stay readable, as they may there. */
function searchValue(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%3A/g, ":").replace(/%2F/g, "/");
}

/** A value of a search part. */
export type SearchValue = string | number | boolean | null | undefined | readonly string[];

/** @returns "" or `?name=value&…`: a list is repeated, since keys hold commas; what is null or undefined is left out */
export function formatSearch(values: Readonly<Record<string, SearchValue>>): string {
  const parts = Object.entries(values).flatMap(([name, value]) => {
    const list = Array.isArray(value) ? (value as readonly string[]) : value == null ? [] : [String(value)];
    return list.map((each) => `${name}=${searchValue(each)}`);
  });
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

/** Parameters that are lists, also when given once. */
const LISTS: ReadonlySet<string> = new Set(["columns", "sort", "order", "selected", "commits"]);

/** Parameters that are lists when given more than once: a table is of one branch, a chart may be of several. */
const LISTS_OF_SEVERAL: ReadonlySet<string> = new Set(["branch"]);

/** The exact way back from `formatSearch()`; of a parameter that is no list, the last one counts. */
export function parseSearch(text: string): Record<string, string | string[]> {
  const parameters = new URLSearchParams(text.replaceAll("+", "%2B"));
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const all = parameters.getAll(name);
      const isList = LISTS.has(name) || (LISTS_OF_SEVERAL.has(name) && all.length > 1);
      return [name, isList ? all : (all.at(-1) ?? "")];
    }),
  );
}

/** @returns as many of these columns, from the first on, as an address can hold */
export function fittingColumns(ids: readonly string[]): readonly string[] {
  let length = 0;
  const end = ids.findIndex((id) => (length += "&columns=".length + searchValue(id).length) > MAX_SEARCH_LENGTH);
  return end < 0 ? ids : ids.slice(0, end);
}
