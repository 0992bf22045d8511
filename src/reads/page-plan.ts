// What a page of commits needs to know before it asks: branches, heads of columns, and where each shape keeps them.
import { ArchiveWanted } from "../archive/archived-answers.ts";
import type { ColumnKind, Goal, GoalSource, RepositoryId } from "../domain/model.ts";
import { formatColumnId, parseColumnId } from "../domain/key.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { type BranchLine, type RepositoryLines, readLinesOf } from "../store/branch-page.ts";
import { readColumnHeads, type StoredColumnHead } from "../store/column-page.ts";
import type { DefaultColumn } from "../store/default-columns.ts";
import type { OrganizationStore } from "../store/organization-store.ts";
import { branchOf } from "./branch-line.ts";
import { defaultColumns } from "./default-columns.ts";
import { cursorScope } from "./page-cursor.ts";
import { RecentMap } from "./recent-map.ts";
import { createSearchCache, type SearchCache } from "./search-cache.ts";

/** Shapes that a page's statement is told of: the latest ones. It asks about others by a second statement. */
const MAX_PICKS = 200;

/** Where a shape keeps the values of a file's columns that the page shows. */
export interface KnownPick {
  readonly path: string;
  readonly shape: number;
  readonly indexes: readonly number[];
  /** beside the indexes: which of the page's columns */
  readonly columns: readonly number[];
}

/** Known picks by path and shape. */
export type ShapePicks = RecentMap<string, KnownPick>;

/** The columns that a page shows of the files at one path. */
export interface PathColumns {
  readonly keys: readonly string[];
  /** beside the keys: which of the page's columns */
  readonly columns: readonly number[];
}

/** A column of a page; more is known of those shown by default. */
export type PageColumn = StoredColumnHead & Partial<Pick<DefaultColumn, "filled" | "moving">>;

/** What a page asks a plan for. */
export interface PlanQuery {
  /** its columns are those shown by default; without it, the default branch's */
  readonly branch?: string | undefined;
  /** columns asked for; none means those shown by default */
  readonly columns: readonly string[];
}

/** What a page of one version and one selection of columns needs. */
export interface PagePlan {
  readonly version: number;
  readonly lines: RepositoryLines;
  /** the highest position of a branch's head, -1 without any: what is new later stands above it */
  readonly newest: number;
  readonly byNumber: ReadonlyMap<number, BranchLine>;
  readonly columns: readonly PageColumn[];
  /** the heads as the answer holds them, JSON */
  readonly columnsText: string;
  /** what a cursor of these columns belongs to; those shown by default change while pages are walked through */
  readonly columnsScope: string;
  readonly byPath: ReadonlyMap<string, PathColumns>;
  /** by position: which columns have their best there */
  readonly bests: ReadonlyMap<string, readonly number[]>;
  readonly picks: ShapePicks;
}

/** The scope of columns that nobody named: whoever names those of the first page for the others goes on there too. */
export const UNNAMED_COLUMNS = "";

/** Plans and picks between requests. */
export interface PlanCache {
  /** by organisation, repository and columns */
  readonly plans: RecentMap<string, PagePlan>;
  readonly loading: Map<string, Promise<PagePlan | null>>;
  /** by organisation, repository and columns: what a shape is never changes */
  readonly picks: RecentMap<string, ShapePicks>;
  readonly search: SearchCache;
}

/** What planning a page needs. */
export interface PlanReads {
  readonly plans: PlanCache;
}

/** Different selections of columns that are kept ready: about 20 kB each. */
const MAX_PLANS = 500;

/** @returns an empty cache */
export function createPlanCache(): PlanCache {
  return {
    plans: new RecentMap(MAX_PLANS),
    loading: new Map(),
    picks: new RecentMap(MAX_PLANS),
    search: createSearchCache(),
  };
}

/** A column's head as the API gives it. */
export interface ColumnHeadView {
  /** `path:key` */
  readonly id: string;
  readonly path: string;
  readonly key: string;
  readonly kind: ColumnKind;
  readonly unit: string | null;
  readonly goal: Goal;
  readonly goalFrom: GoalSource;
  readonly alias: string | null;
  readonly unstable: boolean;
}

/** @returns a column's id and head as the API gives them */
export function columnHead(column: StoredColumnHead): ColumnHeadView {
  const { path, key, kind, unit, goal, goalFrom, alias, unstable } = column;
  return { id: formatColumnId(path, key), path, key, kind, unit, goal, goalFrom, alias, unstable };
}

/** @returns the error for a column that is not there */
export function columnNotFound(
  id: string,
  found = "none of this id",
  wanted = "one of the repository's columns",
): TidemarkError {
  return new TidemarkError("column-not-found", { attempt: "show the column", value: id, found, wanted });
}

/** @returns the columns that these ids mean. @throws TidemarkError `column-not-found` for what is no id */
export function wantedColumns(ids: readonly string[]): { path: string; key: string }[] {
  return ids.map((id) => {
    // Postgres has no text with it
    if (id.includes("\0")) throw columnNotFound(id);
    try {
      return parseColumnId(id);
    } catch (error) {
      throw isTidemarkError(error) ? columnNotFound(id, error.parts.found, error.parts.wanted) : error;
    }
  });
}

function makePlan(
  lines: RepositoryLines,
  columns: readonly PageColumn[],
  columnsScope: string,
  picks: ShapePicks,
): PagePlan {
  const byPath = new Map<string, { keys: string[]; columns: number[] }>();
  const bests = new Map<string, number[]>();
  columns.forEach((column, index) => {
    const file = byPath.get(column.path) ?? { keys: [], columns: [] };
    file.keys.push(column.key);
    file.columns.push(index);
    byPath.set(column.path, file);
    if (column.bestPosition === null) return;
    const best = String(column.bestPosition);
    bests.set(best, [...(bests.get(best) ?? []), index]);
  });
  return {
    version: lines.version,
    lines,
    newest: Math.max(-1, ...lines.branches.map(({ headPosition }) => headPosition)),
    byNumber: new Map(lines.branches.map((branch) => [branch.number, branch])),
    columns,
    columnsText: JSON.stringify(columns.map(columnHead)),
    columnsScope,
    byPath,
    bests,
    picks,
  };
}

/** The plan of a page, made now. @returns null when there is no such repository */
export async function loadPlan(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  { branch, columns: ids }: PlanQuery,
): Promise<PagePlan | null> {
  const wanted = wantedColumns(ids);
  const found = await store.read(async (reader) => {
    const lines = await readLinesOf(reader, repository);
    if (lines === null) return null;
    const columns: readonly PageColumn[] =
      ids.length === 0
        ? await defaultColumns(reader, repository, lines, branchOf(lines, branch))
        : await readColumnHeads(reader, repository, wanted);
    return { lines, columns };
  });
  if (found === null) return null;
  const { lines, columns } = found;
  if (ids.length > 0 && columns.length < ids.length) {
    const there = new Set(columns.map((column) => formatColumnId(column.path, column.key)));
    throw columnNotFound(ids.find((id) => !there.has(id)) ?? "");
  }
  const key = `${store.organizationId} ${repository} ${cursorScope(...columns.map((column) => `${column.path}\n${column.key}`))}`;
  const picks = reads.plans.picks.get(key) ?? new RecentMap<string, KnownPick>(MAX_PICKS);
  reads.plans.picks.set(key, picks);
  const named = columns.map((column) => formatColumnId(column.path, column.key));
  return makePlan(lines, columns, ids.length === 0 ? UNNAMED_COLUMNS : cursorScope(...named), picks);
}

/**
 * The plan of a page.
 * @param version at least this one; an older plan that is kept is made anew
 * @returns null when there is no such repository
 * @throws TidemarkError `column-not-found`, `branch-not-found`
 */
export async function planFor(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  query: PlanQuery,
  version: number,
): Promise<PagePlan | null> {
  // columns asked for are the same on every branch
  const asked = query.columns.length === 0 ? ["", query.branch ?? ""] : query.columns;
  const key = `${store.organizationId} ${repository} ${cursorScope(...asked)}`;
  const kept = reads.plans.plans.get(key);
  if (kept !== undefined && kept.version >= version) return kept;
  // many who ask at once after a change wait for one, each at its own server: another one may be behind, or gone
  const shared = `${key} ${version} ${store.gate?.place ?? ""}`;
  const others = reads.plans.loading.get(shared);
  const loading = others ?? loadPlan(reads, store, repository, query);
  reads.plans.loading.set(shared, loading);
  try {
    const plan = await loading.catch((error: unknown) => {
      // what the archive is to bring, it brings to whoever asked
      if (others === undefined || !(error instanceof ArchiveWanted)) throw error;
      return loadPlan(reads, store, repository, query);
    });
    if (plan !== null) reads.plans.plans.set(key, plan);
    return plan;
  } finally {
    reads.plans.loading.delete(shared);
  }
}
