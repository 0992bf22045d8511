// A page of a branch's first-parent line as it stands: one statement where everything else is known.
import { olderMissing } from "../domain/archive-trouble.ts";
import type { RepositoryId } from "../domain/model.ts";
import { readArchivedDown } from "../store/archived-line.ts";
import { type BranchLine, readPlace } from "../store/branch-page.ts";
import { type PageCommit, type PageRows, readPage } from "../store/commit-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { archivedOf, columnsOf, isArchiveFailure } from "./archived-rows.ts";
import { branchOf, type LineStart, partsFrom, placeOnLine } from "./branch-line.ts";
import { cursorScope, mismatch, readCursor, writeCursor } from "./page-cursor.ts";
import { type KnownPick, type PagePlan, UNNAMED_COLUMNS } from "./page-plan.ts";
import type { CommitPageQuery, PageTry } from "./page-question.ts";
import { learnShapes, pageText, removedBy } from "./page-rows.ts";

/** Where a page begins, and whether an earlier one ended there. */
interface Start extends LineStart {
  readonly isContinued: boolean;
}

async function startOf(
  reader: Reader,
  repository: RepositoryId,
  plan: PagePlan,
  branch: BranchLine | null,
  [scope, unnamed]: readonly [string, string],
  query: CommitPageQuery,
): Promise<Start | null> {
  if (query.cursor === undefined) {
    const asOf = query["as-of"];
    if (asOf !== undefined)
      return { ...(await placeOnLine(reader, repository, plan, branch, asOf)), isContinued: false };
    const ordinal = branch?.headOrdinal ?? null;
    return branch === null || ordinal === null
      ? null
      : { line: branch.number, ordinal, position: branch.headPosition, isContinued: false };
  }
  const [line, ordinal, position] = readCursor(query.cursor, scope, 3, unnamed).map(Number) as [number, number, number];
  if (![line, ordinal, position].every(Number.isSafeInteger)) {
    throw mismatch(query.cursor, "one of another list", "a cursor of this list");
  }
  return { line, ordinal, position, isContinued: true };
}

/** Reads the rows from `start` down. The one row more than asked for says whether another page follows. */
async function rowsFrom(
  reader: Reader,
  repository: RepositoryId,
  plan: PagePlan,
  picks: readonly KnownPick[],
  start: Start | null,
  limit: number,
): Promise<PageRows | null> {
  const parts = start === null ? [] : partsFrom(plan.byNumber, start, limit + 1);
  const request = { parts, limit: limit + 1, paths: [...plan.byPath.keys()], picks };
  const rows = await readPage(reader, repository, request);
  if (rows === null || start === null) return rows;
  // a commit whose import is still to come is a hole: what is below it belongs to no page yet
  const hole = rows.commits.findIndex((commit, i) => Number(commit.ordinal) !== start.ordinal - i);
  return hole === -1 ? rows : { ...rows, commits: rows.commits.slice(0, hole) };
}

/** A line may have turned since the cursor was given: its commit is found again by its position, which never changes. */
async function turned(
  reader: Reader,
  repository: RepositoryId,
  start: Start | null,
  rows: PageRows,
  cursor: string,
): Promise<Start | null> {
  if (start?.isContinued !== true) return null;
  const { line, ordinal, position } = start;
  if (Number(rows.commits[0]?.position ?? -1) === position) return null;
  const place = await readPlace(reader, repository, position);
  if (place === null)
    throw mismatch(cursor, "a commit that stands on no line of a branch any more", "the first page again");
  return place.line === line && place.ordinal === ordinal ? null : { ...start, ...place };
}

function numberOrNull(text: string | null): number | null {
  return text === null ? null : Number(text);
}

/** Where rows of a page are missing since the archive cannot be read. */
interface MissingRows {
  readonly reason: string;
  /** the first of them */
  readonly next: Pick<PageCommit, "line" | "ordinal" | "position">;
  /** the rows that there are */
  readonly hot: readonly PageCommit[];
}

/** @returns the page's archived commits, newest first: those below its lowest row in Postgres, or from its start on */
async function archivedOfPage(
  reader: Reader,
  repository: RepositoryId,
  start: Start,
  hot: readonly PageCommit[],
  wanted: number,
): Promise<Awaited<ReturnType<typeof readArchivedDown>>> {
  const hotFrom = archivedOf(reader)?.hotFrom ?? 0;
  const lowest = hot.at(-1);
  // by that row alone: a later snapshot may have fewer rows in Postgres
  const from = lowest === undefined ? start.position : numberOrNull(lowest.firstParent);
  if (from === null || from >= hotFrom) return [];
  return readArchivedDown(reader, repository, from, wanted - hot.length);
}

/**
 * Sees to it that a page's archived rows are there, with all that is shown of them. Where they cannot be had, the page ends
 * above them; one that would be empty is none.
 * @throws ArchiveWanted; the failure of the archive where the page has no other rows
 */
async function olderRows(
  reader: Reader,
  repository: RepositoryId,
  plan: PagePlan,
  start: Start | null,
  rows: PageRows,
  wanted: number,
): Promise<MissingRows | null> {
  const archived = archivedOf(reader);
  // some may have been brought for another reason, and without their values
  const hot = rows.commits.filter(({ position }) => Number(position) >= (archived?.hotFrom ?? 0));
  if (archived === null || start === null || hot.length >= wanted) return null;
  const older = await archivedOfPage(reader, repository, start, hot, wanted);
  const [first] = older;
  if (first === undefined) return null;
  try {
    archived.needRows(
      older.map(({ position }) => position),
      columnsOf(plan),
      // the newest page does not wait for long where it has something to show
      !start.isContinued && hot.length > 0,
    );
    return null;
  } catch (error) {
    if (!isArchiveFailure(error) || hot.length === 0) throw error;
    const next = { line: String(first.line), ordinal: String(first.ordinal), position: String(first.position) };
    return { reason: olderMissing(error.code), next, hot };
  }
}

/** Commits of the whole line, where this is its first page and none of them is still to come. */
function totalOf(plan: PagePlan, start: Start | null, rows: PageRows): number | null {
  if (rows.importedTo !== null || start?.isContinued === true) return null;
  if (start === null) return 0;
  return partsFrom(plan.byNumber, start, Number.POSITIVE_INFINITY).reduce(
    (sum, part) => sum + part.top - part.bottom,
    0,
  );
}

/** One try: null when the rows are of a newer version than the plan. */
export async function tryLine(
  reader: Reader,
  repository: RepositoryId,
  plan: PagePlan,
  query: CommitPageQuery,
): Promise<PageTry> {
  archivedOf(reader)?.at(plan.lines);
  const branch = branchOf(plan.lines, query.branch);
  const asOf = query["as-of"];
  const scopeWith = (columns: string): string =>
    cursorScope("commits", repository, branch?.name ?? "", columns, ...(asOf === undefined ? [] : [asOf]));
  const scope = scopeWith(plan.columnsScope);
  const picks = [...plan.picks.values()];
  let start = await startOf(reader, repository, plan, branch, [scope, scopeWith(UNNAMED_COLUMNS)], query);
  let rows = await rowsFrom(reader, repository, plan, picks, start, query.limit);
  if (rows === null) return { gone: true };
  if (rows.version !== plan.version) return null;
  const moved = await turned(reader, repository, start, rows, query.cursor ?? "");
  if (moved !== null) {
    start = moved;
    rows = (await rowsFrom(reader, repository, plan, picks, start, query.limit)) ?? rows;
  }
  const missing = await olderRows(reader, repository, plan, start, rows, query.limit + 1);
  if (missing !== null) rows = { ...rows, commits: missing.hot };
  const known = await learnShapes(reader, repository, plan, picks, rows);
  const { commits } = rows;
  // the row below each is its first parent
  const below = new Map(commits.map((row) => [row.position, row]));
  const removed = await removedBy(reader, repository, commits, (row) => below.get(row.firstParent ?? ""));
  const next = commits[query.limit] ?? missing?.next;
  const text = pageText(plan, {
    ...known,
    branch: branch?.name ?? null,
    rows,
    limit: query.limit,
    total: totalOf(plan, start, rows),
    removed,
    pinned: null,
    nextCursor: next === undefined ? null : writeCursor(scope, [next.line, next.ordinal, next.position]),
    hotFrom: plan.lines.hotFrom,
    missing: missing?.reason ?? null,
  });
  return { name: rows.name, version: plan.version, text, isWhole: missing === null };
}
