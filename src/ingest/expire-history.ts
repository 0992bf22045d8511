// Removes what was kept for a while only: commits that no branch reaches any more, branches that were deleted, and the
// versions, shapes and columns that nothing else has. When a branch comes back, its commits are read again like new ones.
import { ordinals } from "../domain/lines.ts";
import { KEPT_DAYS } from "../domain/kept-days.ts";
import type { CatalogueColumn, RepositoryId } from "../domain/model.ts";
import {
  branchesDeletedBefore,
  deleteBranchesAt,
  putBranches,
  readBranches,
  type StoredBranch,
} from "../store/branch.ts";
import { deleteCommitsAt, nextPosition, readPositions } from "../store/commit.ts";
import { commitsUnreachedBefore, readLines, setLines, unreachableCommits } from "../store/commit-line.ts";
import type { OrganizationStore } from "../store/database.ts";
import type { Lease } from "../store/lease.ts";
import { replaceColumns } from "../store/metric-column.ts";
import { takeArchivedVersions } from "../store/archived-version.ts";
import { deleteNumbered, deleteUnusedShapes } from "../store/numbered-rows.ts";
import { raiseVersion, readRepository } from "../store/repository.ts";
import type { IngestDeps } from "./git-source.ts";
import { branchLines } from "./line-order.ts";
import { lowestUses } from "../archive/past-versions.ts";
import { storedCatalogue } from "./stored-catalogue.ts";
import { StoredPast } from "../archive/stored-past.ts";

const DAY_MS = 86_400_000;

/** @returns what was left before this time has been kept long enough. @param now milliseconds since 1970 */
export function keptSince(now: number): Date {
  return new Date(now - KEPT_DAYS * DAY_MS);
}

/**
 * Removes from a leased repository what was left before `time`. All of it goes in one transaction; positions of the
 * other commits stay as they are.
 * @param time of `keptSince()`
 * @param signal aborted when the lease is lost or the worker stops: nothing is removed then
 * @returns whether there was anything
 * @throws TidemarkError `lease-lost`
 */
export async function expireHistory(
  { database, archive }: Pick<IngestDeps, "database" | "archive">,
  lease: Lease,
  time: Date,
  signal: AbortSignal,
): Promise<boolean> {
  const store = database.worker.in(lease.organizationId);
  const repository = await readRepository(store, lease.repositoryId);
  // while a history is read once more, its rows are compared with what is read
  if (repository === null || !repository.synced || repository.importState !== null) return false;
  const { id, defaultBranch } = repository;
  const going = new Set(await commitsUnreachedBefore(store, id, time));
  const deleted = await branchesDeletedBefore(store, id, time);
  if (going.size === 0 && deleted.length === 0) return false;
  const lines = await linesWithout(store, id, { going, deleted: new Set(deleted), defaultBranch });
  const past = await StoredPast.open(store, id, archive, signal);
  const files = going.size === 0 ? null : await filesWithout(past, { going, time }, signal);
  await store.write(async (tx) => {
    await deleteBranchesAt(tx, id, deleted);
    await deleteCommitsAt(tx, id, [...going]);
    await setLines(tx, id, lines.moved.positions, lines.moved.lines);
    await putBranches(tx, id, lines.branches);
    if (files !== null) {
      await deleteNumbered(tx, "metric_file", id, files.unused);
      await takeArchivedVersions(tx, id, files.unused);
      await deleteUnusedShapes(tx, id);
      await replaceColumns(tx, id, files.columns);
    }
    await raiseVersion(tx, lease);
  });
  return true;
}

/** The versions that only the commits have that go, and the columns of what stays. */
async function filesWithout(
  past: StoredPast,
  { going, time }: { going: ReadonlySet<number>; time: Date },
  signal: AbortSignal,
): Promise<{ unused: number[]; columns: CatalogueColumn[] }> {
  const { reader, repository } = past;
  const uses = await lowestUses(past, time);
  const unused = new Set<number>();
  for (const { files, baselineFiles } of await past.commitFiles([...going])) {
    for (const number of [...files, ...baselineFiles]) if (number !== null && !uses.has(number)) unused.add(number);
  }
  const unreached = new Set((await unreachableCommits(reader, repository)).filter((position) => !going.has(position)));
  const columns = await storedCatalogue(past, { going, unreached, uses }, signal);
  return { unused: [...unused], columns };
}

/** What goes, and what the lines begin with. */
interface Expired {
  readonly going: ReadonlySet<number>;
  readonly deleted: ReadonlySet<number>;
  readonly defaultBranch: string | null;
}

/** Lines and branches as they are once the expired ones are gone: what a branch had that goes may be another's now. */
async function linesWithout(
  store: OrganizationStore,
  repository: RepositoryId,
  { going, deleted, defaultBranch }: Expired,
): Promise<{
  readonly branches: readonly StoredBranch[];
  readonly moved: { readonly positions: number[]; readonly lines: number[] };
}> {
  const staying = (await readPositions(store, repository)).filter((position) => !going.has(position));
  const before = await readLines(store, repository, await nextPosition(store, repository));
  const depth = ordinals(before.firstParent);
  const kept = (await readBranches(store, repository)).filter(({ number }) => !deleted.has(number));
  const now = branchLines(kept, defaultBranch, before.firstParent, (position) => depth[position] as number);
  const moved = [...staying].filter((position) => now.lines[position] !== before.line[position]);
  const lines = moved.map((position) => now.lines[position] as number);
  return { branches: now.branches, moved: { positions: moved, lines } };
}
