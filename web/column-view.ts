// What the address of a column's page holds, and what of it the API is asked.
import type { SeriesQuery } from "./api-queries.ts";
import type { SearchValue } from "./search-part.ts";

/** A column's page: which lines, which commits of them, and how they are drawn. */
export interface ColumnView {
  /** column ids; a `*` inside a key stands for any text. Absent: one that the page chooses */
  readonly columns?: readonly string[];
  /** absent: the default branch */
  readonly branch?: readonly string[];
  /** tags or ids of the commits where the lines begin and end */
  readonly from?: string;
  readonly to?: string;
  /** only so many of the newest commits */
  readonly newest?: number;
  readonly scale?: "log";
  /** the axis begins at zero */
  readonly zero?: true;
  /** values as a part of each line's first one */
  readonly relative?: true;
  readonly by?: "date";
  /** id of the column that the tables below the chart are of, where there are several; absent: the first */
  readonly about?: string;
}

/** Most branches that one chart has: the API takes no more. */
export const MAX_CHART_BRANCHES = 10;
/** Most entries of columns that the page puts into its address: more lines cannot be told apart. */
export const MAX_CHART_COLUMNS = 20;
/** Points that are asked for of each line: a wide screen has hardly more pixels, and gaps need some of them. */
const CHART_POINTS = 1_200;
/** Points of all lines together that a page draws without becoming slow. */
const DRAWN_POINTS = 24_000;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function texts(value: unknown, most: number): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return [...new Set(list.filter((each): each is string => text(each) !== undefined))].slice(0, most);
}

/** Reads the view from the parsed search part; what is not understood is left out. */
export function readColumnView(search: Readonly<Record<string, unknown>>): ColumnView {
  const columns = texts(search["columns"], MAX_CHART_COLUMNS);
  const branch = texts(search["branch"], MAX_CHART_BRANCHES);
  const [from, to, about, newest] = ["from", "to", "about", "newest"].map((name) => text(search[name]));
  return {
    ...(columns.length === 0 ? {} : { columns }),
    ...(branch.length === 0 ? {} : { branch }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(newest !== undefined && /^[1-9]\d{0,6}$/.test(newest) ? { newest: Number(newest) } : {}),
    ...(search["scale"] === "log" ? { scale: "log" } : {}),
    ...(search["zero"] === "true" ? { zero: true } : {}),
    ...(search["relative"] === "true" ? { relative: true } : {}),
    ...(search["by"] === "date" ? { by: "date" } : {}),
    ...(about === undefined ? {} : { about }),
  };
}

/** @returns the view in the words of the address, in a fixed order */
export function columnSearch(view: ColumnView): Record<string, SearchValue> {
  const { columns, branch, from, to, newest, scale, zero, relative, by, about } = view;
  return { columns, branch, from, to, newest, scale, zero, relative, by, about };
}

/** @returns whether a stretch of the history is looked at, not all of it */
export function isZoomed({ from, to, newest }: ColumnView): boolean {
  return from !== undefined || to !== undefined || newest !== undefined;
}

/** @returns what the API is asked for: what only the page draws in another way is left out */
export function seriesOf(view: ColumnView, columns: readonly string[]): SeriesQuery {
  const lines = Math.max(1, columns.length) * Math.max(1, view.branch?.length ?? 1);
  return {
    columns,
    branch: view.branch ?? [],
    points: Math.max(100, Math.min(CHART_POINTS, Math.floor(DRAWN_POINTS / lines))),
    ...(view.from === undefined ? {} : { from: view.from }),
    ...(view.to === undefined ? {} : { to: view.to }),
    ...(view.newest === undefined ? {} : { commits: view.newest }),
  };
}

/** Digits of a commit's id that people read. */
const SHA_DIGITS = 7;
/** An end that the page put into the address is the first digits of an id; what people wrote may be a tag. */
const ID = /^[0-9a-f]{12,40}$/;

/** @returns an end of a stretch as people read it */
function endText(name: string): string {
  return ID.test(name) ? name.slice(0, SHA_DIGITS) : name;
}

/** @returns which commits are looked at: "all commits", "from v1.0 to v2.0", "the newest 200 commits" */
export function stretchWords(view: ColumnView): string {
  const { from, to, newest } = view;
  if (!isZoomed(view)) return "all commits";
  return [
    ...(newest === undefined ? [] : [`the newest ${newest.toLocaleString("en-US")} commits`]),
    ...(from === undefined ? [] : [`from ${endText(from)}${to === undefined ? " on" : ""}`]),
    ...(to === undefined ? [] : [`${from === undefined ? "up " : ""}to ${endText(to)}`]),
  ].join(" ");
}
