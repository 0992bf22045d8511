// A page of a list of commits that is filtered, sorted, of all branches or compared with one commit: first which commits,
// then their rows, over one snapshot.
import { formatColumnId } from "../domain/key.ts";
import type { RepositoryId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import type { BranchLine } from "../store/branch-page.ts";
import { readVersion } from "../store/branch-page.ts";
import { readShas } from "../store/commit-detail.ts";
import { type FileLists, readFileLists } from "../store/commit-files.ts";
import { type PageRows, readPageAt } from "../store/commit-page.ts";
import { type CommitSearch, type FoundCommits, findCommitsOfList } from "../store/commit-search.ts";
import type { OrganizationStore, Reader } from "../store/organization-store.ts";
import { branchOf, partsFrom, placeOnLine } from "./branch-line.ts";
import { findCommit } from "./commit-detail.ts";
import type { PinnedCommit } from "./commit-text.ts";
import { cursorScope, mismatch, readCursor, writeCursor } from "./page-cursor.ts";
import { type PagePlan, type PlanReads, planFor, UNNAMED_COLUMNS } from "./page-plan.ts";
import { type CommitPageQuery, type PageTry, sortNotFound, sortsOf } from "./page-question.ts";
import { learnShapes, pageText, removedBy, type RemovedByCommit } from "./page-rows.ts";
import { type Named, namedColumns, searchColumns, shownPaths } from "./searched-columns.ts";

/** Where the plan and the snapshot meet. */
interface Asked {
  readonly reads: PlanReads;
  readonly reader: Reader;
  readonly repository: RepositoryId;
  readonly plan: PagePlan;
  readonly query: CommitPageQuery;
  /** the version of the snapshot */
  readonly version: number;
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

/** What a cursor of the list belongs to. */
function scopeOf({ repository, query, branch }: Asked, columns: string): string {
  const { view = "line", sort = [], order = [], where = "", baseline = "", changed = false, went = "" } = query;
  const sorted = JSON.stringify([sort, order]);
  const name = view === "all" ? "" : (branch?.name ?? "");
  const asOf = query["as-of"] ?? "";
  const question = [view, name, sorted, where, asOf, baseline, String(changed), went];
  return cursorScope("list", repository, columns, ...question);
}

function lastOf(cursor: string | undefined, scope: string, unnamed: string): number | null {
  if (cursor === undefined) return null;
  const position = Number(readCursor(cursor, scope, 1, unnamed)[0]);
  if (!Number.isSafeInteger(position)) throw mismatch(cursor, "one of another list", "a cursor of this list");
  return position;
}

async function searchFor(
  asked: Asked,
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
    ...(await universeOf(asked)),
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

function totalOf({ parts, after, counted }: CommitSearch, found: FoundCommits, rows: PageRows): number | null {
  if (after !== null || rows.importedTo !== null) return null;
  return counted ? found.total : (parts ?? []).reduce((sum, part) => sum + part.top - part.bottom, 0);
}

/** What the page's commits removed, and the ids of all commits that its rows name. */
async function removedIn(
  { reader, repository }: Asked,
  rows: PageRows,
): Promise<{ readonly removed: RemovedByCommit; readonly baselines: ReadonlyMap<string, string> }> {
  const parents = rows.commits.flatMap(({ firstParent }) => (firstParent === null ? [] : [Number(firstParent)]));
  const lists = await readFileLists(reader, repository, [...new Set(parents)]);
  const byPosition = new Map<string, FileLists>(lists.map((list) => [list.position, list]));
  const removed = await removedBy(reader, repository, rows.commits, (row) => byPosition.get(row.firstParent ?? ""));
  const baselines = new Map(rows.baselines);
  const files = [...removed.values()].flat();
  const strange = files.flatMap(({ baselinePosition: at }) => (at === null || baselines.has(String(at)) ? [] : [at]));
  const shas = strange.length === 0 ? [] : await readShas(reader, repository, [...new Set(strange)]);
  for (const [position, sha] of shas) baselines.set(String(position), sha);
  return { removed, baselines };
}

async function readFound(asked: Asked, named: Named, last: boolean): Promise<PageTry> {
  const { reader, repository, plan, query, branch } = asked;
  const scope = scopeOf(asked, plan.columnsScope);
  const after = lastOf(query.cursor, scope, scopeOf(asked, UNNAMED_COLUMNS));
  const { baseline } = query;
  const pinned = baseline === undefined ? null : await findCommit(reader, repository, baseline);
  const search = await searchFor(asked, named, after, pinned);
  const found = await findCommitsOfList(reader, repository, search);
  if (!found.known) throw mismatch(query.cursor ?? "", "a commit that is gone", "the first page again");
  const picks = [...plan.picks.values()];
  const rows = await readPageAt(reader, repository, {
    positions: found.positions,
    paths: [...plan.byPath.keys()],
    picks,
    files: pinned?.files ?? [],
  });
  if (rows === null) return { gone: true };
  if (rows.version !== plan.version && !last) return null;
  const { removed, baselines } = await removedIn(asked, rows);
  const next = rows.commits[query.limit - 1];
  const text = pageText(plan, {
    ...(await learnShapes(reader, repository, plan, picks, rows)),
    branch: query.view === "all" ? null : (branch?.name ?? null),
    rows: { ...rows, baselines },
    limit: query.limit,
    total: totalOf(search, found, rows),
    removed,
    pinned,
    nextCursor: next === undefined || rows.commits.length <= query.limit ? null : writeCursor(scope, [next.position]),
  });
  return { name: rows.name, version: plan.version, text };
}

/** Asks over one snapshot. @returns null when it is of a newer version than the plan, unless `last` takes any */
async function inSnapshot<Answer>(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  { plan, query, last }: { readonly plan: PagePlan; readonly query: CommitPageQuery; readonly last: boolean },
  ask: (asked: Asked, named: Named) => Promise<Answer>,
): Promise<Answer | { readonly gone: true } | null> {
  const branch = branchOf(plan.lines, query.branch);
  const sorts = sortsOf(query);
  const ids = sorts.flatMap(({ column }) => (column === "position" ? [] : [formatColumnId(column.path, column.key)]));
  try {
    if (ids.length > 0) await planFor(reads, store, repository, { columns: [...new Set(ids)] }, plan.version);
  } catch (error) {
    if (isTidemarkError(error, "column-not-found")) throw sortNotFound(error.parts.value);
    throw error;
  }
  return store.read(async (reader) => {
    const head = await readVersion(reader, repository);
    if (head === null) return { gone: true };
    if (head.version !== plan.version && !last) return null;
    const asked = { reads, reader, repository, plan, query, version: head.version, branch };
    return ask(asked, await namedColumns(asked, sorts));
  });
}

/** One try: null when the rows are of a newer version than the plan. */
export function trySearch(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  plan: PagePlan,
  query: CommitPageQuery,
  last: boolean,
): Promise<PageTry> {
  const question = { plan, query, last };
  return inSnapshot(reads, store, repository, question, (asked, named) => readFound(asked, named, last));
}

/** All commits of a list. */
export interface WholeList {
  /** in the order of the list; at most one more than the limit of the question */
  readonly positions: readonly number[];
  /** the files that all of them are compared with, where the question names a commit */
  readonly pinned: readonly number[] | null;
}

/** Finds all commits of a list at once. @returns null when they are of a newer version than the plan */
export function tryWholeList(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  plan: PagePlan,
  query: CommitPageQuery,
): Promise<WholeList | { readonly gone: true } | null> {
  const question = { plan, query, last: false };
  return inSnapshot(reads, store, repository, question, async (asked, named) => {
    const { reader } = asked;
    const { baseline } = query;
    const pinned = baseline === undefined ? null : await findCommit(reader, repository, baseline);
    const search = await searchFor(asked, named, null, pinned);
    const { positions } = await findCommitsOfList(reader, repository, { ...search, counted: false });
    return { positions, pinned: pinned?.files ?? null };
  });
}
