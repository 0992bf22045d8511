// What new commits change in the catalogue of columns: found from what is stored of them, not from the whole history.
import type { CatalogueColumn, RepositoryId } from "../domain/model.ts";
import { isBetter } from "../domain/compare.ts";
import { numberOf } from "../domain/value.ts";
import { type CatalogueCommit, ColumnCatalogue, RECENT_COMMITS } from "../history/column-catalogue.ts";
import { type FileVersion, type HistoryCommit, versionKey } from "../history/history-batch.ts";
import { readCommitFilesBetween } from "../store/commit.ts";
import type { Reader } from "../store/database.ts";
import { readColumns } from "../store/metric-column.ts";
import { readDocuments } from "../store/metric-file.ts";
import { ColumnKinds } from "./column-kinds.ts";

/** The new commits and the versions that they use. */
export interface CataloguedCommits {
  readonly firstPosition: number;
  /** by falling position */
  readonly commits: readonly HistoryCommit[];
  readonly versions: readonly FileVersion[];
}

/**
 * @param isStored whether a version was stored before: its values are counted already
 * @returns the columns that have to be written: those that are new, and those that are not as they are stored
 */
export async function catalogueChange(
  reader: Reader,
  repository: RepositoryId,
  added: CataloguedCommits,
  isStored: (version: FileVersion) => boolean,
): Promise<CatalogueColumn[]> {
  const newest = added.commits[0]?.position;
  if (newest === undefined) return [];
  const { columns: fresh, isTold } = freshColumns(added, newest);
  const paths = [...new Set(fresh.map(({ path }) => path))];
  const known = await readColumns(reader, repository, paths);
  const told = new Map(fresh.filter(isTold).map((column) => [idOf(column), column]));
  const stored = known.map((column) => retold(column, told.get(idOf(column))));
  const recent = await recentChanges(reader, repository, newest - RECENT_COMMITS + 1, added.firstPosition - 1);
  const kinds = new ColumnKinds(
    stored,
    stored.filter((column, index) => column.goal !== known[index]?.goal),
  );
  for (const version of added.versions) if (!isStored(version)) kinds.add(version);
  await kinds.recount(reader, repository);

  const before = new Map(known.map((column) => [idOf(column), column]));
  const retoldById = new Map(stored.map((column) => [idOf(column), column]));
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
  for (const column of stored) if (!now.has(idOf(column))) now.set(idOf(column), { ...column, recentChanges: 0 });
  return [...now.values()]
    .map((column) => ({ ...column, recentChanges: column.recentChanges + (recent.get(idOf(column)) ?? 0) }))
    .map(inWrittenOrder(fresh, stored, added.firstPosition))
    .filter((column) => !isSame(column, before.get(idOf(column))));
}

/** The columns as the new commits alone tell them; what they are compared with is counted as seen where it stands. */
function freshColumns(
  { commits, versions }: CataloguedCommits,
  newest: number,
): { columns: CatalogueColumn[]; isTold: (column: CatalogueColumn) => boolean } {
  const catalogue = new ColumnCatalogue({ newestPosition: newest });
  const compared = new Map<string, CatalogueCommit>();
  for (const baseline of commits.flatMap(({ baselines }) => baselines)) {
    if (baseline === null) continue;
    const { version, position } = baseline;
    const key = `${position}:${version.oid}:${version.path}`;
    compared.set(key, { position, files: [version], baselines: [null] });
  }
  catalogue.add([...commits, ...compared.values()], versions);
  return { columns: catalogue.columns(), isTold: ({ path, key }) => catalogue.isTold(path, key) };
}

/** A stored column with what the newest file says about it. With another goal its best is another one. */
function retold(column: CatalogueColumn, told: CatalogueColumn | undefined): CatalogueColumn {
  if (told === undefined || column.goalFrom === "confirmed") return column;
  const { unit, goal, goalFrom } = told;
  const best = goal === column.goal ? {} : { bestValue: null, bestPosition: null };
  return { ...column, unit, goal, goalFrom, ...best };
}

/** @returns changes of each column in the stored commits from one position to another */
async function recentChanges(
  reader: Reader,
  repository: RepositoryId,
  lowest: number,
  highest: number,
): Promise<Map<string, number>> {
  if (highest < lowest) return new Map();
  const rows = await readCommitFilesBetween(reader, repository, Math.max(0, lowest), highest);
  const pairs = rows.flatMap(({ position, files, baselineFiles }) =>
    files.flatMap((file, index) => {
      const baseline = baselineFiles[index] ?? null;
      return baseline === null || baseline === file ? [] : [{ position, file, baseline }];
    }),
  );
  const numbers = new Set(pairs.flatMap(({ file, baseline }) => [file as number, baseline as number]));
  const documents = new Map((await readDocuments(reader, repository, [...numbers])).map((each) => [each.number, each]));
  const catalogue = new ColumnCatalogue({ newestPosition: highest });
  const commits = pairs.flatMap(({ position, file, baseline }): CatalogueCommit[] => {
    const [now, then] = [documents.get(file), documents.get(baseline)];
    if (now === undefined || then === undefined) return [];
    // a column that only the baseline has is known by being seen there
    const seen: CatalogueCommit = { position: 0, files: [then], baselines: [null] };
    return [seen, { position, files: [now], baselines: [{ version: then, position: 0 }] }];
  });
  const versions = [...documents.values()].map(({ path, oid, keys, values }) => {
    const document = keys === null || values === null ? null : { keys, values };
    return { path, oid, lowest: 0, reading: { document, unstableKeys: [] } };
  });
  catalogue.add(commits, versions);
  return new Map(catalogue.columns().map((column) => [idOf(column), column.changes]));
}

/** A finite value and the lowest new commit that has it. */
interface Best {
  readonly value: number;
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
      const value = goal === undefined ? null : numberOf(values[index] ?? null);
      if (goal === undefined || value === null || !Number.isFinite(value)) return;
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
