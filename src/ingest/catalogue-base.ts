// What of the stored catalogue new commits can be added to: after a forced push it is counted anew, where that changed it.
import type { CatalogueColumn } from "../domain/model.ts";
import { filesOfReached, readFilesOnlyAt } from "../store/metric-file.ts";
import { lowestUses } from "../archive/past-versions.ts";
import type { ReachChange } from "./reachability.ts";
import { type CountedCommits, storedCatalogue } from "./stored-catalogue.ts";
import type { StoredPast } from "../archive/stored-past.ts";
import { storedRemovals } from "./stored-removals.ts";

/** The stored commits, as far as branches reach them. */
export interface CatalogueBase {
  /** positions of those that none reaches: they count for nothing */
  readonly unreached: ReadonlySet<number>;
  /**
   * numbers of the versions that only those have. Where commits are archived, of the numbers that were asked about all of
   * which Postgres does not know better
   */
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
  past: StoredPast,
  turned: readonly CatalogueColumn[],
  { unreached, countedAs }: Pick<CountedCommits, "unreached" | "countedAs">,
  signal: AbortSignal,
): Promise<CatalogueColumn[]> {
  if (turned.length === 0) return [];
  const uses = await lowestUses(past, EVER);
  const paths = new Set(turned.map(({ path }) => path));
  const counted = {
    going: new Set<number>(),
    unreached,
    uses,
    paths,
    ...(countedAs === undefined ? {} : { countedAs }),
  };
  const columns = await storedCatalogue(past, counted, signal);
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
 * @param asked numbers of the stored versions that come in again
 */
export async function catalogueBase(
  past: StoredPast,
  { lost, found, unreached }: ReachChange,
  asked: readonly number[],
  signal: AbortSignal,
): Promise<CatalogueBase> {
  const leftFiles = await filesLeft(past, unreached, asked);
  const moved = lost.length + found.length > 0;
  const base = { unreached, leftFiles, moved };
  if (!moved) return { ...base, recounted: [] };
  const rows = await past.commitFiles([...lost, ...found]);
  const numbers = new Set(rows.flatMap(({ files }) => files));
  const removed = (await storedRemovals(past, rows)).flat();
  const files = await past.files([...numbers]);
  const paths = new Set([...files, ...removed].map(({ path }) => path));
  if (paths.size === 0) return { ...base, recounted: [] };
  const uses = await lowestUses(past, EVER);
  const counted = { going: new Set<number>(), unreached, uses, paths };
  return { ...base, recounted: await storedCatalogue(past, counted, signal) };
}

/** The archive is not asked for it on every push: a version that is counted twice is no other for it. */
async function filesLeft(
  { reader, repository, hotFrom }: StoredPast,
  unreached: ReadonlySet<number>,
  asked: readonly number[],
): Promise<ReadonlySet<number>> {
  if (unreached.size === 0) return new Set();
  if (hotFrom === 0) return new Set(await readFilesOnlyAt(reader, repository, [...unreached]));
  return new Set(asked).difference(new Set(await filesOfReached(reader, repository, asked)));
}
