// Which commits a page of a list shows: those in Postgres and those in the archive, found by one statement.
import type { WantedColumns } from "../archive/archive.ts";
import type { ArchivedAnswers } from "../archive/archived-answers.ts";
import { onlyNewestSearched } from "../domain/archive-trouble.ts";
import { readLowestHot } from "../store/archived-line.ts";
import type { BranchLine } from "../store/branch-page.ts";
import { type CommitSearch, type FoundCommits, findCommitsOfList } from "../store/commit-search.ts";
import type { Reader } from "../store/organization-store.ts";
import { type ArchivedList, archivedList, isNewestFirst, seesParents } from "./archived-list.ts";
import { archivedOf, columnsOf, isArchiveFailure, NO_COLUMNS } from "./archived-rows.ts";
import { partsFrom, placeOnLine } from "./branch-line.ts";
import { findCommit } from "./commit-detail.ts";
import type { PinnedCommit } from "./commit-text.ts";
import type { CommitPageQuery } from "./page-question.ts";
import { createSearchCache } from "./search-cache.ts";
import { type AskedSnapshot, type Named, searchColumns, shownPaths } from "./searched-columns.ts";

/** Where the plan and the snapshot meet. */
export interface Asked extends AskedSnapshot {
  readonly branch: BranchLine | null;
}

/** The commits that a list is chosen from. */
async function universeOf({
  reader,
  repository,
  plan,
  query,
  branch,
}: Asked): Promise<Pick<CommitSearch, "parts" | "from">> {
  const asOf = query["as-of"];
  if (query.view === "all") {
    const from = asOf === undefined ? null : (await findCommit(reader, repository, asOf)).position;
    return { parts: null, from };
  }
  const ordinal = branch?.headOrdinal ?? null;
  const head = branch === null || ordinal === null ? null : { line: branch.number, ordinal };
  const start = asOf === undefined ? head : await placeOnLine(reader, repository, plan, branch, asOf);
  const parts = start === null ? [] : partsFrom(plan.byNumber, start, Number.POSITIVE_INFINITY);
  return { parts, from: null };
}

async function searchFor(
  asked: Asked,
  universe: Pick<CommitSearch, "parts" | "from">,
  named: Named,
  after: number | null,
  pinned: PinnedCommit | null,
): Promise<CommitSearch> {
  const { plan, query } = asked;
  const { columns, placeOf } = await searchColumns(asked, named);
  const sorts = named.sorts.map(({ column, descending }) => {
    return { column: column === "position" ? column : placeOf(column), descending };
  });
  return {
    ...universe,
    touching: query.view === "touching",
    columns,
    sorts,
    filter: named.filter,
    branches: plan.lines.branches,
    changed: query.changed === true ? await shownPaths(asked) : null,
    pinned: pinned?.files ?? null,
    after,
    limit: query.limit + 1,
    counted: after === null && isCounted(query),
  };
}

/** Whether a list has to be counted: an unfiltered line says how long it is. */
function isCounted({ view = "line", where, changed = false, went }: CommitPageQuery): boolean {
  return view !== "line" || where !== undefined || changed || went !== undefined;
}

/** What a question about a list has to know of archived files. */
function archivedColumns({ plan }: Asked, { columns, changed }: CommitSearch, rows: boolean): WantedColumns {
  const shown = rows || changed !== null ? columnsOf(plan) : NO_COLUMNS;
  const wanted = new Map(shown as ReadonlyMap<string, ReadonlySet<string>>);
  for (const { path, key } of columns) wanted.set(path, new Set([...(wanted.get(path) ?? []), key]));
  return wanted;
}

/** A snapshot that sees archived rows knows shapes that no other one does. */
function withOwnShapes(asked: Asked, reader: Reader): Asked {
  const plans = { ...asked.reads.plans, search: { ...createSearchCache(), names: asked.reads.plans.search.names } };
  return { ...asked, reader, reads: { ...asked.reads, plans } };
}

/** What is looked for. */
export interface ListWish {
  /** names the question among those of one request */
  readonly key: string;
  readonly named: Named;
  /** the position of the last row before */
  readonly after: number | null;
  readonly pinned: PinnedCommit | null;
  /** whether it is a page, whose rows are read next: else positions alone are wanted */
  readonly rows: boolean;
}

/** What was found of a list. */
export interface ListFound {
  readonly search: CommitSearch;
  readonly found: FoundCommits;
  /** why only commits in Postgres were looked through; null: all were */
  readonly missing: string | null;
}

/**
 * Finds the commits of a page. Where the archive cannot be read, a page is of what is in Postgres, if that has any.
 * @throws ArchiveWanted; the failure of the archive where nothing can be shown without it
 */
export async function findList(asked: Asked, wish: ListWish): Promise<ListFound> {
  const { reader, repository } = asked;
  const archived = archivedOf(reader);
  // what begins the list may be none of the commits that are seen for a part of it
  const universe = await universeOf(asked);
  const searchBy = async (by: Asked): Promise<CommitSearch> => {
    const search = await searchFor(by, universe, wish.named, wish.after, wish.pinned);
    return { ...search, counted: search.counted && wish.rows };
  };
  const search = await searchBy(asked);
  if (archived === null || archived.hotFrom === 0) {
    return { search, found: await findCommitsOfList(reader, repository, search), missing: null };
  }
  try {
    return { ...(await findInBoth(asked, wish, { archived, search, searchBy })), missing: null };
  } catch (error) {
    // an export has all of it or nothing, and who stands among archived commits is not led away from them
    if (!isArchiveFailure(error) || !wish.rows || (wish.after ?? archived.hotFrom) < archived.hotFrom) throw error;
    const hot = await findHot(asked, search, archived.hotFrom);
    if (hot.found.positions.length === 0) throw error;
    return { search, found: hot.found, missing: onlyNewestSearched(hot.looked, error.code) };
  }
}

/** The part of a list that is in Postgres. @returns it, and how many commits it was chosen from */
async function findHot(
  { reader, repository }: Asked,
  search: CommitSearch,
  hotFrom: number,
): Promise<{ readonly found: FoundCommits; readonly looked: number }> {
  const archived = { among: [], hotFrom };
  const found = await findCommitsOfList(reader, repository, { ...search, archived, counted: false });
  const everything = { touching: false, sorts: [], filter: null, changed: null, after: null, limit: 1, counted: true };
  const all = await findCommitsOfList(reader, repository, { ...search, ...everything, archived });
  // whether a commit touched files of a parent that is archived is not known
  const unsure = seesParents(search) ? await readLowestHot(reader, repository, hotFrom) : [];
  const positions = found.positions.filter((position) => !unsure.includes(position));
  return { found: { ...found, positions }, looked: (all.total ?? 0) - unsure.length };
}

interface ListParts {
  readonly archived: ArchivedAnswers;
  readonly search: CommitSearch;
  readonly searchBy: (by: Asked) => Promise<CommitSearch>;
}

async function findInBoth(
  asked: Asked,
  { key, after, pinned, rows }: ListWish,
  { archived, search, searchBy }: ListParts,
): Promise<Omit<ListFound, "missing">> {
  const { reader, repository } = asked;
  const columns = archivedColumns(asked, search, rows);
  const beside = [after ?? -1, pinned?.position ?? -1];
  const ask = async (seeing: Reader, among: readonly number[]): Promise<FoundCommits> => {
    const own = await searchBy(withOwnShapes(asked, seeing));
    return findCommitsOfList(seeing, repository, { ...own, archived: { among, hotFrom: null } });
  };
  const of = { organization: reader.organizationId, repository };
  // to be chosen a commit needs the values that are asked about; those that are shown only when it is
  const chosenBy = archivedColumns(asked, search, false);
  const list = await archivedList(reader, archived, of, { key, search, columns: chosenBy, beside, ask });
  // in the order of positions what is archived follows what is not: nothing has to be known to put them together
  const isAppended = isNewestFirst(search);
  archived.needRows([...(isAppended ? [] : [...list.candidates, ...list.parents]), ...list.below, ...beside], columns);
  const whole = await searchBy(withOwnShapes(asked, reader));
  const choice = { among: isAppended ? [] : list.candidates, hotFrom: archived.hotFrom };
  const found = await findCommitsOfList(reader, repository, { ...whole, archived: choice });
  const total = found.total === null ? null : found.total + (list.total ?? 0) - choice.among.length;
  const appended = isAppended ? list.candidates.toSorted((a, b) => b - a) : [];
  const positions = [...found.positions, ...appended].slice(0, search.limit);
  if (rows) archived.needRows([...positions, ...parentsIn(list, positions)], columns);
  return { search: whole, found: { ...found, positions, total } };
}

/** First parents of those that are on the page. */
function parentsIn({ candidates, parents }: ArchivedList, positions: readonly number[]): number[] {
  const shown = new Set(positions);
  return parents.filter((_, index) => shown.has(candidates[index] ?? -1));
}
