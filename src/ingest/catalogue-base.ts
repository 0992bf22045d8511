// What of the stored catalogue new commits can be added to: after a forced push it is counted anew, where that changed it.
import type { CatalogueColumn, RepositoryId } from "../domain/model.ts";
import { readCommitFiles } from "../store/commit.ts";
import type { Reader } from "../store/database.ts";
import { readFilesAt, readFilesOnlyAt, readLowestUses } from "../store/metric-file.ts";
import type { ReachChange } from "./reachability.ts";
import { type CountedCommits, storedCatalogue } from "./stored-catalogue.ts";
import { storedRemovals } from "./stored-removals.ts";

/** The stored commits, as far as branches reach them. */
export interface CatalogueBase {
  /** positions of those that none reaches: they count for nothing */
  readonly unreached: ReadonlySet<number>;
  /** numbers of the versions that only those have */
  readonly leftFiles: ReadonlySet<number>;
  /** all columns of the files of commits that were lost or found, as they are without what comes in now */
  readonly recounted: readonly CatalogueColumn[];
  /** whether anything was lost or found */
  readonly moved: boolean;
}

/**
 * Counts stored columns anew that are of another kind now: in a column of numbers a mark for "nothing" is no value, in any
 * other it is a text, so that other commits changed it.
 * @returns the columns with the changes that they have as that kind
 */
export async function countedAnew(
  reader: Reader,
  repository: RepositoryId,
  turned: readonly CatalogueColumn[],
  { unreached, countedAs }: Pick<CountedCommits, "unreached" | "countedAs">,
  signal: AbortSignal,
): Promise<CatalogueColumn[]> {
  if (turned.length === 0) return [];
  const uses = await readLowestUses(reader, repository, EVER);
  const paths = new Set(turned.map(({ path }) => path));
  const counted = {
    going: new Set<number>(),
    unreached,
    uses,
    paths,
    ...(countedAs === undefined ? {} : { countedAs }),
  };
  const columns = await storedCatalogue(reader, repository, counted, signal);
  const byId = new Map(columns.map((column) => [`${column.path}\0${column.key}`, column]));
  return turned.map((column) => {
    const { changes, lastChangedPosition } = byId.get(`${column.path}\0${column.key}`) ?? column;
    return { ...column, changes, lastChangedPosition };
  });
}

/** Uses by all commits count, whether they are reached or not. */
const EVER = new Date(0);

/**
 * Counts the columns anew of all files that the commits have, or removed, which were lost or found. All their versions are read: a
 * value that was best, or the last change, may be followed by any other.
 */
export async function catalogueBase(
  reader: Reader,
  repository: RepositoryId,
  { lost, found, unreached }: ReachChange,
  signal: AbortSignal,
): Promise<CatalogueBase> {
  const leftFiles = new Set(await readFilesOnlyAt(reader, repository, [...unreached]));
  const moved = lost.length + found.length > 0;
  const base = { unreached, leftFiles, moved };
  if (!moved) return { ...base, recounted: [] };
  const rows = await readCommitFiles(reader, repository, [...lost, ...found]);
  const numbers = new Set(rows.flatMap(({ files }) => files));
  const removed = (await storedRemovals(reader, repository, rows)).flat();
  const files = await readFilesAt(reader, repository, [...numbers]);
  const paths = new Set([...files, ...removed].map(({ path }) => path));
  if (paths.size === 0) return { ...base, recounted: [] };
  const uses = await readLowestUses(reader, repository, EVER);
  const counted = { going: new Set<number>(), unreached, uses, paths };
  return { ...base, recounted: await storedCatalogue(reader, repository, counted, signal) };
}
