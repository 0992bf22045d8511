// What stored commits took away, for counting the changes of their columns: found beside their first parents.
import type { StoredFiles } from "../store/commit.ts";
import { type RemovedFile, removedAmong } from "../store/removed-files.ts";
import type { StoredPast } from "../archive/stored-past.ts";

/** @returns the files that each of the commits removed, beside them */
export async function storedRemovals(
  past: StoredPast,
  rows: readonly StoredFiles[],
): Promise<readonly (readonly RemovedFile[])[]> {
  const positions = new Set(rows.flatMap(({ firstParent }) => firstParent ?? []));
  const parents = new Map((await past.commitFiles([...positions])).map((row) => [row.position, row]));
  const none: StoredFiles["files"] = [];
  const pairs = rows.map((commit) => {
    const parent = commit.firstParent === null ? undefined : parents.get(commit.firstParent);
    const nothing = { files: none, baselineFiles: none, baselinePositions: [], returnedFiles: null };
    return { commit, parent: parent ?? nothing, parentPosition: commit.firstParent ?? -1 };
  });
  return removedAmong(pairs, (numbers) => past.files(numbers));
}
