// What is stored of a commit that new ones stand on: its place, and the nearest readable version of each file.
import type { RepositoryId, Sha } from "../domain/model.ts";
import type { BaselineRef } from "../history/history-batch.ts";
import type { HistoryBase } from "../history/open-history.ts";
import { findCommits, readCommitFiles } from "../store/commit.ts";
import { findOnFirstParents } from "../store/commit-line.ts";
import type { Reader } from "../store/database.ts";
import { readFilesAt, type StoredFile } from "../store/metric-file.ts";

/**
 * @param returned readable stored versions of files that may be gone at this commit: what they were before is sought
 *   among its ancestors
 * @returns null when the commit is not stored
 */
export async function storedBase(
  reader: Reader,
  repository: RepositoryId,
  sha: Sha,
  returned: readonly StoredFile[],
): Promise<HistoryBase | null> {
  const [commit] = await findCommits(reader, repository, [sha]);
  if (commit === undefined) return null;
  const { position, ordinal } = commit;
  const { readable, paths } = await ownFiles(reader, repository, position);
  for (const [path, versions] of Map.groupBy(returned, (file) => file.path)) {
    if (paths.has(path)) continue;
    const found = await findOnFirstParents(
      reader,
      repository,
      position,
      versions.map(({ number }) => number),
    );
    const version = versions.find(({ number }) => found?.files.includes(number));
    if (found !== null && version !== undefined) readable.set(path, refTo(version, found.position));
  }
  return { position, ordinal, readable };
}

/** The files that the commit has, each with its own version where that has values, else with its baseline's. */
async function ownFiles(
  reader: Reader,
  repository: RepositoryId,
  position: number,
): Promise<{ readable: Map<string, BaselineRef>; paths: ReadonlySet<string> }> {
  const [row] = await readCommitFiles(reader, repository, [position]);
  const { files = [], baselineFiles = [], baselinePositions = [], returnedFiles = null } = row ?? {};
  const numbers = [...files, ...baselineFiles.filter((number) => number !== null)];
  const versions = new Map<number, StoredFile>();
  for (const file of await readFilesAt(reader, repository, numbers)) versions.set(file.number, file);
  const readable = new Map<string, BaselineRef>();
  const paths = new Set<string>();
  files.forEach((number, index) => {
    const own = versions.get(number);
    if (own === undefined) return;
    paths.add(own.path);
    const before = versions.get(baselineFiles[index] ?? 0);
    const beforePosition = baselinePositions[index];
    if (own.readable) readable.set(own.path, refTo(own, position));
    else if (before !== undefined && typeof beforePosition === "number") {
      const ref = refTo(before, beforePosition);
      readable.set(own.path, returnedFiles?.includes(number) === true ? { ...ref, returned: true } : ref);
    }
  });
  return { readable, paths };
}

function refTo({ path, oid }: StoredFile, position: number): BaselineRef {
  return { version: { path, oid }, position };
}
