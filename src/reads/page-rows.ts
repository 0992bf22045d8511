// What pages of commits share behind their statements: values of shapes met for the first time, removed files, the text.
import type { RepositoryId } from "../domain/model.ts";
import type { FileLists } from "../store/commit-files.ts";
import type { PageCommit, PageRows } from "../store/commit-page.ts";
import { readShapeIndexes, readValues } from "../store/commit-values.ts";
import type { Reader } from "../store/organization-store.ts";
import { type CommitFiles, type RemovedFile, removedFiles } from "../store/removed-files.ts";
import { commitText, numbersOf, type PinnedCommit, rowContext } from "./commit-text.ts";
import type { KnownPick, PagePlan } from "./page-plan.ts";

function pickKey(path: string, shape: number | string): string {
  return `${shape} ${path}`;
}

/** The values of a page beside its rows. */
interface PageValues {
  /** where each shape of the page keeps the columns, by shape and path */
  readonly picks: ReadonlyMap<string, KnownPick>;
  /** by file number: values that the page's statement did not know how to pick */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Finds where shapes that are met for the first time keep the page's columns, and the values in them.
 * @param told what the page's statement was told of shapes
 */
export async function learnShapes(
  reader: Reader,
  repository: RepositoryId,
  plan: PagePlan,
  told: readonly KnownPick[],
  rows: PageRows,
): Promise<PageValues> {
  // a page may have more shapes than the plan keeps
  const picks = new Map(told.map((pick) => [pickKey(pick.path, pick.shape), pick]));
  const strange = rows.files.filter((file) => file.shape !== null && file.picked === null);
  if (strange.length === 0) return { picks, values: new Map() };
  for (const [path, { keys, columns }] of plan.byPath) {
    const shapes = new Set(strange.filter((file) => file.path === path).map((file) => Number(file.shape)));
    if (shapes.size === 0) continue;
    for (const [shape, indexes] of await readShapeIndexes(reader, repository, [...shapes], keys)) {
      const there = indexes.flatMap((index, i) => (index < 0 ? [] : [{ index, column: columns[i] as number }]));
      const pick = { path, shape, indexes: there.map((at) => at.index), columns: there.map((at) => at.column) };
      picks.set(pickKey(path, shape), pick);
      plan.picks.set(pickKey(path, shape), pick);
    }
  }
  const wanted = strange.flatMap(({ number, path, shape }) => {
    const pick = picks.get(pickKey(path, shape ?? ""));
    return pick === undefined || pick.indexes.length === 0 ? [] : [{ number, indexes: pick.indexes }];
  });
  return { picks, values: await readValues(reader, repository, wanted) };
}

function filesOf(commit: FileLists): CommitFiles {
  const listed = (text: string) => numbersOf(text).map((number) => (number === "NULL" ? null : Number(number)));
  return {
    files: numbersOf(commit.files).map(Number),
    baselineFiles: listed(commit.baselineFiles),
    baselinePositions: listed(commit.baselinePositions),
    returnedFiles: numbersOf(commit.returnedFiles).map(Number),
  };
}

/** Files that commits removed, by the commit's position. */
export type RemovedByCommit = ReadonlyMap<string, readonly RemovedFile[]>;

/**
 * What the commits of a page removed.
 * @param parentOf the files of a commit's first parent, where they are known
 */
export async function removedBy(
  reader: Reader,
  repository: RepositoryId,
  commits: readonly PageCommit[],
  parentOf: (commit: PageCommit) => FileLists | undefined,
): Promise<RemovedByCommit> {
  const changed = commits.flatMap((row) => {
    const parent = parentOf(row);
    return parent === undefined || parent.files === row.files ? [] : [{ row, parent }];
  });
  const pairs = changed.map(({ row, parent }) => {
    const commit = { ...filesOf(row), unreadFrom: row.unreadFrom };
    return { commit, parent: filesOf(parent), parentPosition: Number(parent.position) };
  });
  const found = await removedFiles(reader, repository, pairs);
  return new Map(changed.map(({ row }, i) => [row.position, found[i] ?? []]));
}

/** What the text of a page is made of. */
export interface PageParts extends PageValues {
  /** null where the page is of no single branch */
  readonly branch: string | null;
  readonly rows: PageRows;
  /** rows that are shown: the first ones */
  readonly limit: number;
  readonly total: number | null;
  readonly removed: RemovedByCommit;
  /** what all rows are compared with; null: each with its own baseline */
  readonly pinned: PinnedCommit | null;
  readonly nextCursor: string | null;
  /** commits below this position are archived */
  readonly hotFrom: number;
  /** why rows are missing */
  readonly missing?: string | null;
}

/** @returns the answer, JSON */
export function pageText(plan: PagePlan, parts: PageParts): string {
  const { rows, picks, branch, total, nextCursor } = parts;
  const pickOf = (path: string, shape: string): KnownPick | undefined => picks.get(pickKey(path, shape));
  const context = rowContext(plan, rows, pickOf, parts);
  const shown = rows.commits.slice(0, parts.limit);
  const texts = shown.map((commit) => commitText(context, commit));
  const hot = shown.filter(({ position }) => Number(position) >= parts.hotFrom).length;
  return (
    `{"branch":${JSON.stringify(branch)},"columns":${plan.columnsText},"commits":[${texts.join(",")}],` +
    `"total":${total},"coverage":{"hot":${hot},"archived":${texts.length - hot},"importedTo":${rows.importedTo},` +
    `"missing":${JSON.stringify(parts.missing ?? null)}},` +
    `"version":${plan.version},"newest":${plan.newest},"nextCursor":${JSON.stringify(nextCursor)}}`
  );
}
