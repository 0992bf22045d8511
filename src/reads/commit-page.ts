// A page of a branch's first-parent line: one statement where everything else is known, the answer's text made once.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { type BranchLine, readPlace, readVersion } from "../store/branch-page.ts";
import { type PageCommit, type PageRows, readPage, type ShapePick } from "../store/commit-page.ts";
import { readShapeIndexes, readValues } from "../store/commit-values.ts";
import type { Reader } from "../store/organization-store.ts";
import { branchOf, type LineStart, partsFrom } from "./branch-line.ts";
import { commitText, numbersOf, rowContext } from "./commit-text.ts";
import { cursorScope, mismatch, readCursor, writeCursor } from "./page-cursor.ts";
import { type KnownPick, type PagePlan, type PlanReads, planFor } from "./page-plan.ts";
import { type CommitFiles, type RemovedFile, removedFiles } from "./removed-files.ts";
import { askRepository, type NameReads } from "./repository-names.ts";

/** What a page is asked for. */
export interface CommitPageQuery {
  readonly branch?: string | undefined;
  /** column ids; none means those shown by default */
  readonly columns: readonly string[];
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A page as JSON text. `version` is that of the repository: with the question it names the answer. */
export interface CommitPageText {
  readonly name: string;
  readonly version: number;
  readonly text: string;
}

/** A statement that meets a newer version than its plan is asked again, at most this often; imports write in batches. */
const MAX_TRIES = 4;

/** Where a page begins, and at which commit, where that is known. */
interface Start extends LineStart {
  readonly position: number | null;
}

function startOf(branch: BranchLine | null, scope: string, query: CommitPageQuery): Start | null {
  if (query.cursor === undefined) {
    const ordinal = branch?.headOrdinal ?? null;
    return branch === null || ordinal === null ? null : { line: branch.number, ordinal, position: null };
  }
  const [line, ordinal, position] = readCursor(query.cursor, scope, 3).map(Number) as [number, number, number];
  if (![line, ordinal, position].every(Number.isSafeInteger)) {
    throw mismatch(query.cursor, "one of another list", "a cursor of this list");
  }
  return { line, ordinal, position };
}

function pickKey(path: string, shape: number | string): string {
  return `${shape} ${path}`;
}

function picksOf(plan: PagePlan): ShapePick[] {
  return [...plan.picks.values()];
}

/** Finds where shapes that are met for the first time keep the page's columns, and the values in them. */
async function learnShapes(
  reader: Reader,
  repository: RepositoryId,
  plan: PagePlan,
  rows: PageRows,
): Promise<ReadonlyMap<string, string>> {
  const strange = rows.files.filter((file) => file.shape !== null && file.picked === null);
  if (strange.length === 0) return new Map();
  for (const [path, { keys, columns }] of plan.byPath) {
    const shapes = new Set(strange.filter((file) => file.path === path).map((file) => Number(file.shape)));
    if (shapes.size === 0) continue;
    for (const [shape, indexes] of await readShapeIndexes(reader, repository, [...shapes], keys)) {
      const there = indexes.flatMap((index, i) => (index < 0 ? [] : [{ index, column: columns[i] as number }]));
      const pick = { path, shape, indexes: there.map((at) => at.index), columns: there.map((at) => at.column) };
      plan.picks.set(pickKey(path, shape), pick);
    }
  }
  const wanted = strange.flatMap(({ number, path, shape }) => {
    const pick = plan.picks.get(pickKey(path, shape ?? ""));
    return pick === undefined || pick.indexes.length === 0 ? [] : [{ number, indexes: pick.indexes }];
  });
  return readValues(reader, repository, wanted);
}

/** Reads the rows from `start` down. The one row more than asked for says whether another page follows. */
async function rowsFrom(
  reader: Reader,
  repository: RepositoryId,
  plan: PagePlan,
  start: Start | null,
  limit: number,
): Promise<PageRows | null> {
  const parts = start === null ? [] : partsFrom(plan.byNumber, start, limit + 1);
  const request = { parts, limit: limit + 1, paths: [...plan.byPath.keys()], picks: picksOf(plan) };
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
  if (start === null || start.position === null) return null;
  const { line, ordinal, position } = start;
  if (Number(rows.commits[0]?.position ?? -1) === position) return null;
  const place = await readPlace(reader, repository, position);
  if (place === null) throw mismatch(cursor, "a commit that no branch holds any more", "the first page again");
  return place.line === line && place.ordinal === ordinal ? null : { ...place, position };
}

function filesOf(commit: PageCommit): CommitFiles {
  const listed = (text: string) => numbersOf(text).map((number) => (number === "NULL" ? null : Number(number)));
  return {
    files: numbersOf(commit.files).map(Number),
    baselineFiles: listed(commit.baselineFiles),
    baselinePositions: listed(commit.baselinePositions),
  };
}

/** What the commits of a page removed: the row below each is its first parent. @returns by position */
async function removedBy(
  reader: Reader,
  repository: RepositoryId,
  { commits }: PageRows,
): Promise<ReadonlyMap<string, readonly RemovedFile[]>> {
  const changed = commits.flatMap((row, i) => {
    const below = commits[i + 1];
    return below === undefined || below.position !== row.firstParent || below.files === row.files
      ? []
      : [{ row, below }];
  });
  const pairs = changed.map(({ row, below }) => {
    return { commit: filesOf(row), parent: filesOf(below), parentPosition: Number(below.position) };
  });
  const found = await removedFiles(reader, repository, pairs);
  return new Map(changed.map(({ row }, i) => [row.position, found[i] ?? []]));
}

/** Commits of the whole line, where this is its first page and none of them is still to come. */
function totalOf(plan: PagePlan, start: Start | null, rows: PageRows): number | null {
  if (start === null) return 0;
  if (start.position !== null || rows.importedTo !== null) return null;
  return partsFrom(plan.byNumber, start, Number.POSITIVE_INFINITY).reduce(
    (sum, part) => sum + part.top - part.bottom,
    0,
  );
}

function pageText(
  plan: PagePlan,
  branch: BranchLine | null,
  rows: PageRows,
  limit: number,
  page: {
    readonly scope: string;
    readonly total: number | null;
    readonly values: ReadonlyMap<string, string>;
    readonly removed: ReadonlyMap<string, readonly RemovedFile[]>;
  },
): string {
  const pickOf = (path: string, shape: string): KnownPick | undefined => plan.picks.get(pickKey(path, shape));
  const context = rowContext(plan, rows, pickOf, page);
  const commits = rows.commits.slice(0, limit);
  const next = rows.commits[limit];
  const cursor = next === undefined ? null : writeCursor(page.scope, [next.line, next.ordinal, next.position]);
  const texts = commits.map((commit) => commitText(context, commit));
  return (
    `{"branch":${JSON.stringify(branch?.name ?? null)},"columns":${plan.columnsText},"commits":[${texts.join(",")}],` +
    `"total":${page.total},"coverage":{"hot":${commits.length},"archived":0,"importedTo":${rows.importedTo}},` +
    `"version":${plan.version},"nextCursor":${JSON.stringify(cursor)}}`
  );
}

/** One try: null when the rows are of a newer version than the plan. */
async function tryPage(
  reader: Reader,
  repository: RepositoryId,
  plan: PagePlan,
  query: CommitPageQuery,
  last: boolean,
): Promise<CommitPageText | { readonly gone: true } | null> {
  const branch = branchOf(plan.lines, query.branch);
  const scope = cursorScope("commits", repository, branch?.name ?? "", plan.columnsScope);
  let start = startOf(branch, scope, query);
  let rows = await rowsFrom(reader, repository, plan, start, query.limit);
  if (rows === null) return { gone: true };
  if (rows.version !== plan.version && !last) return null;
  const moved = await turned(reader, repository, start, rows, query.cursor ?? "");
  if (moved !== null) {
    start = moved;
    rows = (await rowsFrom(reader, repository, plan, start, query.limit)) ?? rows;
  }
  const values = await learnShapes(reader, repository, plan, rows);
  const removed = await removedBy(reader, repository, rows);
  const total = totalOf(plan, start, rows);
  const text = pageText(plan, branch, rows, query.limit, { scope, total, values, removed });
  return { name: rows.name, version: plan.version, text };
}

/**
 * A page of commits, newest first, as the text of a CommitPage of the contract.
 * @throws TidemarkError `repository-not-found`, `branch-not-found`, `column-not-found`, `cursor-mismatch`
 */
export async function readCommitPage(
  reads: NameReads & PlanReads,
  organization: OrganizationId,
  nameOrId: string,
  query: CommitPageQuery,
): Promise<CommitPageText> {
  const reader = reads.database.web.in(organization);
  return askRepository(reads, organization, nameOrId, async (repository) => {
    let version = -1;
    for (let tries = 1; ; tries++) {
      const plan = await planFor(reads, organization, repository, query, version);
      if (plan === null) return null;
      try {
        const page = await tryPage(reader, repository, plan, query, tries === MAX_TRIES);
        if (page !== null) return "gone" in page ? null : page;
      } catch (error) {
        if (!isTidemarkError(error) || tries === MAX_TRIES) throw error;
        // a plan that was kept knows no branch or cursor of a newer version: only the newest may refuse
        const now = await readVersion(reader, repository);
        if (now === null) return null;
        if (now.version === plan.version) throw error;
      }
      version = plan.version + 1;
    }
  });
}

/**
 * The version of the rows that people see: all that a browser which has the page needs to hear.
 * @throws TidemarkError `repository-not-found`
 */
export async function readRepositoryVersion(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
): Promise<{ readonly name: string; readonly version: number; readonly repository: RepositoryId }> {
  const reader = reads.database.web.in(organization);
  return askRepository(reads, organization, nameOrId, async (repository) => {
    const found = await readVersion(reader, repository);
    return found === null ? null : { ...found, repository };
  });
}
