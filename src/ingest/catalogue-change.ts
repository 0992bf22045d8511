// What new commits change in the catalogue of columns: found from what is stored of them, not from the whole history.
import type { CatalogueColumn } from "../domain/model.ts";
import { isBetter } from "../domain/compare.ts";
import { exactNumberOf } from "../domain/value.ts";
import { type CatalogueCommit, ColumnCatalogue, type CountedAs, RECENT_COMMITS } from "../history/column-catalogue.ts";
import {
  type BaselineRef,
  type FileVersion,
  type HistoryCommit,
  type VersionRef,
  versionKey,
} from "../history/history-batch.ts";
import type { StoredFiles } from "../store/commit.ts";
import { readColumns } from "../store/metric-column.ts";
import type { RemovedFile } from "../store/removed-files.ts";
import { type CatalogueBase, countedAnew } from "./catalogue-base.ts";
import { ColumnKinds } from "./column-kinds.ts";
import { isArchiveError } from "./failure.ts";
import type { StoredPast } from "../archive/stored-past.ts";
import { storedRemovals } from "./stored-removals.ts";

/** The new commits and the versions that they use. */
export interface CataloguedCommits {
  readonly firstPosition: number;
  /** by falling position */
  readonly commits: readonly HistoryCommit[];
  readonly versions: readonly FileVersion[];
}

/** What is stored, and what becomes of it. */
export interface StoredCommits extends CatalogueBase {
  /** the highest position that a branch reaches now, -1 for none: the newest commits are counted from it */
  readonly newest: number;
  /** the number of a version that is stored, or null */
  readonly numberOf: (version: VersionRef) => number | null;
}

/** @returns the columns that have to be written: those that are new, and those that are not as they are stored */
export async function catalogueChange(
  past: StoredPast,
  added: CataloguedCommits,
  base: StoredCommits,
  signal: AbortSignal,
): Promise<CatalogueColumn[]> {
  const { newest, unreached, leftFiles } = base;
  if (added.commits.length === 0 && !base.moved) return [];
  const freshly = freshCatalogue(added, newest);
  const guessed = freshly.columns();
  const highest = Math.min(newest, added.firstPosition - 1);
  const recently = await recentOrHot(past.with("all"), { lowest: newest - RECENT_COMMITS + 1, highest, unreached });
  const inStore = await readColumns(past.reader, past.repository, [
    ...new Set([...guessed, ...base.recounted, ...recently.columns()].map(({ path }) => path)),
  ]);
  const known = withRecounted(inStore, base.recounted);
  const facts = guessed.filter(({ path, key }) => freshly.isTold(path, key));
  const told = new Map(facts.map((column) => [idOf(column), column]));
  // what no branch's commit has says nothing about a column of which some have it now
  const counting = known.filter(({ firstPosition }) => !unreached.has(firstPosition));
  const stored = counting.map((column) => retold(column, told.get(idOf(column))));
  const kinds = new ColumnKinds(
    stored,
    base,
    stored.filter((column, index) => column.goal !== counting[index]?.goal),
  );
  for (const version of added.versions) {
    const number = base.numberOf(version);
    if (number === null || leftFiles.has(number)) kinds.add(version, number);
  }
  await kinds.recount(past);
  const countedAs: CountedAs = (path, key) => kinds.kindOf(path, key);
  const fresh = freshly.columns({ countedAs });
  const recent = new Map(recently.columns({ countedAs }).map((column) => [idOf(column), column.changes]));
  const anew = await countedAnew(past, kinds.turned(), { unreached, countedAs }, signal);

  const before = new Map(inStore.map((column) => [idOf(column), column]));
  const retoldById = new Map([...stored, ...anew].map((column) => [idOf(column), column]));
  // the goal that counts is the stored one: people may have chosen it
  const bests = bestOfEach(
    added,
    fresh.map((column) => retoldById.get(idOf(column)) ?? column),
  );
  const now = new Map<string, CatalogueColumn>();
  for (const column of fresh) {
    const old = retoldById.get(idOf(column));
    now.set(idOf(column), old === undefined ? column : kinds.apply(joined(old, column, bests.get(idOf(column)))));
  }
  for (const column of [...stored, ...known])
    if (!now.has(idOf(column))) now.set(idOf(column), { ...column, recentChanges: 0 });
  return [...now.values()]
    .map((column) => ({ ...column, recentChanges: column.recentChanges + (recent.get(idOf(column)) ?? 0) }))
    .map(inWrittenOrder(fresh, [...stored, ...known], added.firstPosition))
    .filter((column) => !isSame(column, before.get(idOf(column))));
}

/** What was counted anew stands for what is stored of the same files. */
function withRecounted(
  inStore: readonly CatalogueColumn[],
  recounted: readonly CatalogueColumn[],
): readonly CatalogueColumn[] {
  const ids = new Set(recounted.map(idOf));
  return [...inStore.filter((column) => !ids.has(idOf(column))), ...recounted];
}

/** The columns as the new commits alone tell them; what they are compared with is counted as seen where it stands. */
function freshCatalogue({ commits, versions }: CataloguedCommits, newest: number): ColumnCatalogue {
  const catalogue = new ColumnCatalogue({ newestPosition: newest });
  const compared = new Map<string, CatalogueCommit>();
  const baselines = commits.flatMap((commit) => [
    ...commit.baselines,
    ...commit.removed.map(({ baseline }) => baseline),
  ]);
  for (const baseline of baselines) {
    if (baseline === null) continue;
    const { version, position } = baseline;
    const key = `${position}:${version.oid}:${version.path}`;
    compared.set(key, { position, files: [version], baselines: [null] });
  }
  catalogue.add([...commits, ...compared.values()], versions);
  return catalogue;
}

/** A stored column with what the newest file says about it. With another goal its best is another one. */
function retold(column: CatalogueColumn, told: CatalogueColumn | undefined): CatalogueColumn {
  if (told === undefined || column.goalFrom === "confirmed") return column;
  const { unit, goal, goalFrom } = told;
  const best = goal === column.goal ? {} : { bestValue: null, bestPosition: null };
  return { ...column, unit, goal, goalFrom, ...best };
}

/** Stored commits from one position to another, without those that no branch reaches. */
interface RecentCommits {
  readonly lowest: number;
  readonly highest: number;
  readonly unreached: ReadonlySet<number>;
}

/**
 * Where Postgres keeps fewer commits than are counted as new, what changed lately orders columns and no more: while the
 * archive is away new commits come in all the same, and the next push counts again.
 */
async function recentOrHot(past: StoredPast, recent: RecentCommits): Promise<ColumnCatalogue> {
  try {
    return await recentCatalogue(past, recent);
  } catch (error) {
    if (!isArchiveError(error)) throw error;
    return recentCatalogue(past.hotOnly(), recent);
  }
}

/** @returns what changed each column in some stored commits */
async function recentCatalogue(
  past: StoredPast,
  { lowest, highest, unreached }: RecentCommits,
): Promise<ColumnCatalogue> {
  const catalogue = new ColumnCatalogue({ newestPosition: highest });
  if (highest < lowest) return catalogue;
  const all = await past.commitFilesBetween(Math.max(0, lowest), highest);
  const rows = all.filter(({ position }) => !unreached.has(position));
  const removals = await storedRemovals(past, rows);
  const pairs = rows.flatMap((row, place) => storedPairs(row, removals[place] ?? []));
  const numbers = new Set(pairs.flatMap(({ file, baseline }) => (file === null ? [baseline] : [file, baseline])));
  const documents = new Map((await past.documents([...numbers])).map((each) => [each.number, each]));
  const commits = pairs.flatMap(({ position, file, baseline, returned }): CatalogueCommit[] => {
    const [now, then] = [file === null ? null : documents.get(file), documents.get(baseline)];
    if (now === undefined || then === undefined) return [];
    // a column that only the baseline has is known by being seen there
    const seen: CatalogueCommit = { position: 0, files: [then], baselines: [null] };
    const before: BaselineRef = { version: then, position: 0, ...(returned ? { returned } : {}) };
    const removed = [{ path: then.path, baseline: before }];
    const commit = now === null ? { files: [], baselines: [], removed } : { files: [now], baselines: [before] };
    return [seen, { position, ...commit }];
  });
  const versions = [...documents.values()].map(({ path, oid, keys, values }) => {
    const document = keys === null || values === null ? null : { keys, values };
    return { path, oid, lowest: 0, reading: { document, unstableKeys: [] } };
  });
  catalogue.add(commits, versions);
  return catalogue;
}

/** A file of a stored commit, null where that removed it, and what it is compared with. */
interface StoredPair {
  readonly position: number;
  readonly file: number | null;
  readonly baseline: number;
  /** whether the file was away in between */
  readonly returned: boolean;
}

function storedPairs(
  { position, files, baselineFiles, returnedFiles }: StoredFiles,
  removed: readonly RemovedFile[],
): StoredPair[] {
  const there = files.flatMap((file, index) => {
    const baseline = baselineFiles[index] ?? null;
    if (baseline === null || baseline === file) return [];
    return [{ position, file, baseline, returned: returnedFiles?.includes(file) === true }];
  });
  const gone = removed.flatMap(({ baselineFile, returned }) =>
    baselineFile === null ? [] : [{ position, file: null, baseline: baselineFile, returned }],
  );
  return [...there, ...gone];
}

/** A finite value and the lowest new commit that has it. */
interface Best {
  readonly value: number | bigint;
  readonly position: number;
}

/** The best value of each column with a goal among the new commits, whatever kind of values they have for the rest. */
function bestOfEach({ commits, versions }: CataloguedCommits, columns: readonly CatalogueColumn[]): Map<string, Best> {
  const lowest = new Map<string, number>();
  for (const { position, files } of commits) for (const file of files) lowest.set(versionKey(file), position);
  const goals = new Map(columns.flatMap((column) => (column.goal === null ? [] : [[idOf(column), column.goal]])));
  const bests = new Map<string, Best>();
  for (const version of versions) {
    const position = lowest.get(versionKey(version));
    const { keys = [], values = [] } = version.reading.document ?? {};
    if (position === undefined) continue;
    keys.forEach((key, index) => {
      const id = idOf({ path: version.path, key });
      const goal = goals.get(id);
      const value = goal === undefined ? null : exactNumberOf(values[index] ?? null);
      if (goal === undefined || value === null) return;
      const best = bests.get(id);
      const isBest = best === undefined || isBetter(value, best.value, goal);
      if (isBest || (value === best.value && position < best.position)) bests.set(id, { value, position });
    });
  }
  return bests;
}

function joined(stored: CatalogueColumn, fresh: CatalogueColumn, best: Best | undefined): CatalogueColumn {
  const isBest =
    best !== undefined &&
    stored.goal !== null &&
    (stored.bestValue === null || isBetter(best.value, stored.bestValue, stored.goal));
  return {
    ...stored,
    unstable: stored.unstable || fresh.unstable,
    firstPosition: Math.min(stored.firstPosition, fresh.firstPosition),
    lastPosition: Math.max(stored.lastPosition, fresh.lastPosition),
    lastChangedPosition: fresh.lastChangedPosition ?? stored.lastChangedPosition,
    changes: stored.changes + fresh.changes,
    recentChanges: fresh.recentChanges,
    bestValue: isBest ? best.value : stored.bestValue,
    bestPosition: isBest ? best.position : stored.bestPosition,
  };
}

/** What the new commits have comes first, in their order; the others follow as they did before. */
function inWrittenOrder(
  fresh: readonly CatalogueColumn[],
  stored: readonly CatalogueColumn[],
  firstPosition: number,
): (column: CatalogueColumn) => CatalogueColumn {
  const order = new Map<string, number>();
  const next = new Map<string, number>();
  const renumbered = new Set(fresh.map(({ path }) => path));
  const place = (column: CatalogueColumn): void => {
    const id = idOf(column);
    if (order.has(id) || !renumbered.has(column.path)) return;
    const at = next.get(column.path) ?? 0;
    order.set(id, at);
    next.set(column.path, at + 1);
  };
  for (const column of fresh) if (column.lastPosition >= firstPosition) place(column);
  for (const column of stored) place(column);
  return (column) => ({ ...column, writtenOrder: order.get(idOf(column)) ?? column.writtenOrder });
}

function isSame(a: CatalogueColumn, b: CatalogueColumn | undefined): boolean {
  return (
    b !== undefined && Object.entries(a).every(([name, value]) => Object.is(value, b[name as keyof CatalogueColumn]))
  );
}

function idOf({ path, key }: Pick<CatalogueColumn, "path" | "key">): string {
  return `${path}\0${key}`;
}
