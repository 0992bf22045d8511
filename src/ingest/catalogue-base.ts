// What of the stored catalogue new commits can be added to: after a forced push it is counted anew, where that changed it.
import type { CatalogueColumn, RepositoryId } from "../domain/model.ts";
import { readCommitFiles } from "../store/commit.ts";
import type { Reader } from "../store/database.ts";
import { readFilesAt, readFilesOnlyAt, readLowestUses } from "../store/metric-file.ts";
import type { ReachChange } from "./reachability.ts";
import { storedCatalogue } from "./stored-catalogue.ts";
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
