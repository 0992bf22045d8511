// A page of a list of commits that is filtered, sorted, of all branches or compared with one commit: first which commits,
// then their rows, over one snapshot.
import { formatColumnId } from "../domain/key.ts";
import type { RepositoryId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { readVersion } from "../store/branch-page.ts";
import { readShas } from "../store/commit-detail.ts";
import { type FileLists, readFileLists } from "../store/commit-files.ts";
import { type PageRows, readPageAt } from "../store/commit-page.ts";
import type { CommitSearch, FoundCommits } from "../store/commit-search.ts";
import type { OrganizationStore } from "../store/organization-store.ts";
import { isNewestFirst } from "./archived-list.ts";
import { archivedOf, columnsOf } from "./archived-rows.ts";
import { branchOf } from "./branch-line.ts";
import { findCommit } from "./commit-detail.ts";
import type { PinnedCommit } from "./commit-text.ts";
import { cursorScope, mismatch, readCursor, writeCursor } from "./page-cursor.ts";
import { type PagePlan, type PlanReads, planFor, UNNAMED_COLUMNS } from "./page-plan.ts";
import { type CommitPageQuery, type PageTry, sortNotFound, sortsOf } from "./page-question.ts";
import { learnShapes, pageText, removedBy, type RemovedByCommit } from "./page-rows.ts";
import { type Asked, findList } from "./list-search.ts";
import { type Named, namedColumns } from "./searched-columns.ts";

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

async function readFound(asked: Asked, named: Named): Promise<PageTry> {
  const { reader, repository, plan, query, branch } = asked;
  const scope = scopeOf(asked, plan.columnsScope);
  const after = lastOf(query.cursor, scope, scopeOf(asked, UNNAMED_COLUMNS));
  const { baseline } = query;
  const pinned = baseline === undefined ? null : await findCommit(reader, repository, baseline);
  const { search, found, missing } = await findList(asked, { key: scope, named, after, pinned, rows: true });
  if (!found.known) throw mismatch(query.cursor ?? "", "a commit that is gone", "the first page again");
  const picks = [...plan.picks.values()];
  const rows = await readPageAt(reader, repository, {
    positions: found.positions,
    paths: [...plan.byPath.keys()],
    picks,
    files: pinned?.files ?? [],
  });
  if (rows === null) return { gone: true };
  if (rows.version !== plan.version) return null;
  const parents = rows.commits.slice(0, query.limit).map(({ firstParent }) => Number(firstParent ?? -1));
  if (missing === null) archivedOf(reader)?.needRows(parents, columnsOf(plan));
  const { removed, baselines } = await removedIn(asked, rows);
  // where the archived ones come last, the list goes on below what is shown
  const rest = missing !== null && isNewestFirst(search) ? rows.commits.at(-1) : undefined;
  const next = rows.commits.length > query.limit ? rows.commits[query.limit - 1] : rest;
  const text = pageText(plan, {
    ...(await learnShapes(reader, repository, plan, picks, rows)),
    branch: query.view === "all" ? null : (branch?.name ?? null),
    rows: { ...rows, baselines },
    limit: query.limit,
    total: missing === null ? totalOf(search, found, rows) : null,
    removed,
    pinned,
    nextCursor: next === undefined ? null : writeCursor(scope, [next.position]),
    hotFrom: plan.lines.hotFrom,
    missing,
  });
  return { name: rows.name, version: plan.version, text, isWhole: missing === null };
}

/** Asks over one snapshot. @returns null when it is of another version than the plan */
async function inSnapshot<Answer>(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  { plan, query }: { readonly plan: PagePlan; readonly query: CommitPageQuery },
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
    if (head.version !== plan.version) return null;
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
): Promise<PageTry> {
  return inSnapshot(reads, store, repository, { plan, query }, readFound);
}

/** All commits of a list. */
export interface WholeList {
  /** in the order of the list; at most one more than the limit of the question */
  readonly positions: readonly number[];
  /** what all of them are compared with, where the question names a commit */
  readonly pinned: PinnedCommit | null;
}

/** Finds all commits of a list at once. @returns null when they are of a newer version than the plan */
export function tryWholeList(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  plan: PagePlan,
  query: CommitPageQuery,
): Promise<WholeList | { readonly gone: true } | null> {
  return inSnapshot(reads, store, repository, { plan, query }, async (asked, named) => {
    const { reader } = asked;
    const { baseline } = query;
    const pinned = baseline === undefined ? null : await findCommit(reader, repository, baseline);
    const key = scopeOf(asked, plan.columnsScope);
    const { found } = await findList(asked, { key, named, after: null, pinned, rows: false });
    return { positions: found.positions, pinned };
  });
}
