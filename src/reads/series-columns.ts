// The columns that a chart draws: ids, patterns that stand for several, and what says how uncertain each of them is.
import { parseColumnPattern } from "../domain/column-pattern.ts";
import { formatColumnId } from "../domain/key.ts";
import type { RepositoryId } from "../domain/model.ts";
import { spreadKeys } from "../domain/spread.ts";
import { TidemarkError } from "../errors.ts";
import type { RepositoryLines } from "../store/branch-page.ts";
import { readColumnHeads, type StoredColumnHead } from "../store/column-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { readColumnsLike } from "../store/series-page.ts";
import { branchOf } from "./branch-line.ts";
import { defaultColumns } from "./default-columns.ts";
import { columnNotFound, wantedColumns } from "./page-plan.ts";

/** Columns that a pattern stands for: more lines than can be told apart. */
export const MAX_PATTERN_COLUMNS = 50;
/** Columns of one answer, patterns included. */
const MAX_SERIES_COLUMNS = 200;

/** A column of a chart. */
export interface SeriesColumn {
  readonly head: StoredColumnHead;
  /** of the same file; null where nothing says how uncertain the values are */
  readonly spread: StoredColumnHead | null;
}

/** The columns of a chart. */
export interface SeriesColumns {
  readonly columns: readonly SeriesColumn[];
  /** patterns that stand for more than are drawn */
  readonly cut: readonly { readonly pattern: string; readonly columns: number }[];
}

interface Found {
  readonly heads: readonly StoredColumnHead[];
  readonly cut: SeriesColumns["cut"];
}

/** What one entry stands for. A name with a star in it that is there is itself; the others are patterns. */
async function headsOf(reader: Reader, repository: RepositoryId, entry: string): Promise<Found> {
  const pattern = entry.includes("\0") ? null : parseColumnPattern(entry);
  if (pattern === null) {
    const heads = await readColumnHeads(reader, repository, wantedColumns([entry]));
    if (heads.length === 0) throw columnNotFound(entry);
    return { heads, cut: [] };
  }
  const itself = await readColumnHeads(reader, repository, [pattern]);
  if (itself.length > 0) return { heads: itself, cut: [] };
  const heads = await readColumnsLike(reader, repository, pattern, MAX_PATTERN_COLUMNS);
  const total = heads[0]?.total ?? 0;
  if (total === 0) throw columnNotFound(entry, "no column of numbers of this form");
  return { heads, cut: total > heads.length ? [{ pattern: entry, columns: total }] : [] };
}

/** The heads of plain ids in one look-up, and of each pattern in another. */
async function allHeads(reader: Reader, repository: RepositoryId, entries: readonly string[]): Promise<Found[]> {
  if (entries.some((entry) => entry.includes("*") || entry.includes("\0"))) {
    const found: Found[] = [];
    for (const entry of entries) found.push(await headsOf(reader, repository, entry));
    return found;
  }
  const wanted = wantedColumns(entries);
  const heads = await readColumnHeads(reader, repository, wanted);
  const byId = new Map(heads.map((head) => [formatColumnId(head.path, head.key), head]));
  return entries.map((entry) => {
    const head = byId.get(entry);
    if (head === undefined) throw columnNotFound(entry);
    return { heads: [head], cut: [] };
  });
}

async function spreadsOf(
  reader: Reader,
  repository: RepositoryId,
  heads: readonly StoredColumnHead[],
): Promise<SeriesColumn[]> {
  const names = heads.map(({ path, key, kind }) =>
    kind === "number" || kind === "mixed" ? spreadKeys(key).map((each) => ({ path, key: each })) : [],
  );
  const there = await readColumnHeads(reader, repository, names.flat());
  const byId = new Map(there.map((head) => [formatColumnId(head.path, head.key), head]));
  return heads.map((head, i) => {
    const spread = (names[i] ?? []).map(({ path, key }) => byId.get(formatColumnId(path, key)));
    return { head, spread: spread.find((each) => each !== undefined) ?? null };
  });
}

/**
 * Finds the columns of a chart. None asked for means those that the default branch shows and that hold numbers.
 * @throws TidemarkError `column-not-found`, `limit-exceeded`
 */
export async function seriesColumns(
  reader: Reader,
  repository: RepositoryId,
  lines: RepositoryLines,
  entries: readonly string[],
): Promise<SeriesColumns> {
  if (entries.length === 0) {
    const shown = await defaultColumns(reader, repository, lines, branchOf(lines, undefined));
    const numbers = shown.filter(({ kind }) => kind === "number" || kind === "mixed");
    return { columns: await spreadsOf(reader, repository, numbers), cut: [] };
  }
  const found = await allHeads(reader, repository, [...new Set(entries)]);
  const byId = new Map(found.flatMap(({ heads }) => heads).map((head) => [formatColumnId(head.path, head.key), head]));
  if (byId.size > MAX_SERIES_COLUMNS) {
    throw new TidemarkError("limit-exceeded", {
      attempt: "draw",
      value: entries.join(", "),
      found: `${byId.size} columns`,
      wanted: `at most ${MAX_SERIES_COLUMNS}`,
    });
  }
  return { columns: await spreadsOf(reader, repository, [...byId.values()]), cut: found.flatMap(({ cut }) => cut) };
}
