// One column's history: which commits of a branch changed it, and which of all commits brought in its best values.
import { isBetter } from "../domain/compare.ts";
import type { ColumnKind, Goal, OrganizationId, RepositoryId } from "../domain/model.ts";
import { exactNumberOf } from "../domain/value.ts";
import { readLinesOf, readPlace, type RepositoryLines } from "../store/branch-page.ts";
import { readCommitsAtPlaces } from "../store/column-history.ts";
import { readColumnHeads, type StoredColumnHead } from "../store/column-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { archivedOf, NO_COLUMNS } from "./archived-rows.ts";
import { archivedStretch } from "./archived-runs.ts";
import { branchOf } from "./branch-line.ts";
import { type ChangeView, changeView } from "./change-view.ts";
import { bestOfAll } from "./column-best.ts";
import { changesDown, type LineChange } from "./column-walk.ts";
import { type Stretch, stretchOf } from "./line-stretch.ts";
import { cursorScope, mismatch, readCursor, writeCursor } from "./page-cursor.ts";
import { columnHead, type ColumnHeadView, columnNotFound, wantedColumns } from "./page-plan.ts";
import { type NameReads, readSnapshot } from "./repository-names.ts";

/** The changes of a column on a branch, newest first. */
export interface BlameView {
  readonly column: ColumnHeadView;
  readonly branch: string | null;
  readonly changes: readonly ChangeView[];
  readonly nextCursor: string | null;
}

/** The commits that brought in a column's best values, best first; equal ones by position. */
export interface BestView {
  readonly column: ColumnHeadView;
  readonly goal: Goal;
  readonly commits: readonly ChangeView[];
}

async function headOf(reader: Reader, repository: RepositoryId, id: string): Promise<StoredColumnHead> {
  const [head] = await readColumnHeads(reader, repository, wantedColumns([id]));
  if (head === undefined) throw columnNotFound(id);
  return head;
}

/** From here on the commits at these ordinals of a line are seen. */
async function needPlaces(
  reader: Reader,
  repository: RepositoryId,
  parts: Stretch["parts"],
  ordinals: ReadonlySet<number>,
): Promise<void> {
  const archived = archivedOf(reader);
  const { positions } = await archivedStretch(reader, archived, repository, parts);
  archived?.needRows(
    [...ordinals].map((ordinal) => positions[ordinal] ?? -1),
    NO_COLUMNS,
  );
}

/** Changes of a line with what is known of their commits. */
async function viewsOf(
  reader: Reader,
  repository: RepositoryId,
  { parts }: Stretch,
  lines: RepositoryLines,
  kind: ColumnKind,
  changes: readonly LineChange[],
): Promise<ChangeView[]> {
  const ordinals = new Set(changes.flatMap(({ ordinal, baseline }) => [ordinal, baseline ?? ordinal]));
  const places = [...ordinals].map((ordinal) => {
    const part = parts.find(({ top, bottom }) => ordinal <= top && ordinal > bottom);
    return { line: part?.line ?? -1, ordinal };
  });
  await needPlaces(reader, repository, parts, ordinals);
  const facts = new Map((await readCommitsAtPlaces(reader, repository, places)).map((each) => [each.ordinal, each]));
  return changes.flatMap((change) => {
    const commit = facts.get(change.ordinal);
    const baseline = change.baseline === null ? null : (facts.get(change.baseline)?.sha ?? null);
    return commit === undefined ? [] : [changeView(commit, lines, kind, change, baseline)];
  });
}

/** What of a column's changes is asked for. */
export interface BlameQuery {
  readonly branch?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Where a page begins: at the commit of the last change before it, which is found by its position. */
async function startOf(
  reader: Reader,
  repository: RepositoryId,
  { parts, high }: Stretch,
  { cursor }: BlameQuery,
  scope: string,
): Promise<number> {
  if (cursor === undefined) return high;
  const position = Number(readCursor(cursor, scope, 1)[0]);
  // its holder may have made it of anything
  if (!Number.isSafeInteger(position)) throw mismatch(cursor, "one of another list", "a cursor of this list");
  const place = await readPlace(reader, repository, position);
  const isOn = parts.some(
    ({ line, top, bottom }) => line === place?.line && place.ordinal <= top && place.ordinal > bottom,
  );
  if (place === null || !isOn)
    throw mismatch(cursor, "a commit that the branch does not hold any more", "the first page again");
  return place.ordinal;
}

/**
 * The commits of a branch's line that changed a column, newest first.
 * @throws TidemarkError `repository-not-found`, `column-not-found`, `branch-not-found`, `cursor-mismatch`
 */
export async function readColumnBlame(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  id: string,
  query: BlameQuery,
): Promise<BlameView> {
  const { answer } = await readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const lines = await readLinesOf(reader, repository);
    const head = await headOf(reader, repository, id);
    const column = columnHead(head);
    const branch = lines === null ? null : branchOf(lines, query.branch);
    if (lines === null || branch === null) return { column, branch: null, changes: [], nextCursor: null };
    const stretch = await stretchOf(reader, repository, lines, branch, {});
    const scope = cursorScope("blame", repository, branch.name, id);
    const from = await startOf(reader, repository, stretch, query, scope);
    const changes: LineChange[] = [];
    for await (const change of changesDown(reader, repository, stretch, head, from)) {
      // the page before ended with it
      if (query.cursor !== undefined && change.ordinal === from) continue;
      changes.push(change);
      if (changes.length > query.limit) break;
    }
    const views = await viewsOf(reader, repository, stretch, lines, head.kind, changes.slice(0, query.limit));
    const last = changes.length > query.limit ? views.at(-1) : undefined;
    const nextCursor = last === undefined ? null : writeCursor(scope, [String(last.position)]);
    return { column, branch: branch.name, changes: views, nextCursor };
  });
  return answer;
}

/** The best values that commits of a branch's line brought onto it; a merge is one of them. */
async function bestOnLine(
  reader: Reader,
  repository: RepositoryId,
  lines: RepositoryLines,
  head: StoredColumnHead,
  goal: "higher" | "lower",
  { branch: name, limit }: Pick<BlameQuery, "branch" | "limit">,
): Promise<ChangeView[]> {
  const branch = branchOf(lines, name);
  if (branch === null) return [];
  const stretch = await stretchOf(reader, repository, lines, branch, {});
  const brought: (LineChange & { readonly number: number | bigint })[] = [];
  for await (const change of changesDown(reader, repository, stretch, head, stretch.high)) {
    const number = exactNumberOf(change.value.value);
    if (number !== null && number !== exactNumberOf(change.before.value)) brought.push({ ...change, number });
  }
  brought.sort((a, b) => (a.number === b.number ? a.ordinal - b.ordinal : isBetter(a.number, b.number, goal) ? -1 : 1));
  return viewsOf(reader, repository, stretch, lines, head.kind, brought.slice(0, limit));
}

/**
 * The commits that brought in a column's best values, best first.
 * @param query without a branch: of all commits
 * @throws TidemarkError `repository-not-found`, `column-not-found`, `branch-not-found`
 */
export async function readColumnBest(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  id: string,
  query: Pick<BlameQuery, "branch" | "limit">,
): Promise<BestView> {
  const { answer } = await readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const lines = await readLinesOf(reader, repository);
    const head = await headOf(reader, repository, id);
    if (lines !== null && query.branch !== undefined) branchOf(lines, query.branch);
    const goal = head.kind === "number" ? head.goal : null;
    const column = columnHead(head);
    if (goal === null || lines === null) return { column, goal, commits: [] };
    const commits =
      query.branch === undefined
        ? await bestOfAll(reader, repository, lines, head, goal, query.limit)
        : await bestOnLine(reader, repository, lines, head, goal, query);
    return { column, goal, commits };
  });
  return answer;
}
