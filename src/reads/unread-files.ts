// Files of compared commits whose values nobody knows: they could not be read, or were too many to be.
import type { RepositoryId } from "../domain/model.ts";
import { readFileDetails, type StoredCommitDetail } from "../store/commit-detail.ts";
import type { SizedFile } from "../store/comparison.ts";
import type { Reader } from "../store/organization-store.ts";

/** A file at one of the commits, by its place among them, and the reason as a Warning has it. */
export interface UnreadableFile {
  readonly path: string;
  readonly commit: number;
  readonly reason: string;
}

/** @returns files of which nobody knows whether a commit has them: it has more than are read */
export function unreadFiles(
  commits: readonly StoredCommitDetail[],
  byPath: ReadonlyMap<string, readonly (SizedFile | null)[]>,
): readonly UnreadableFile[] {
  return [...byPath].flatMap(([path, files]) =>
    commits.flatMap(({ unreadFrom }, commit) => {
      const isUnread = files[commit] == null && unreadFrom !== null && path >= unreadFrom;
      return isUnread ? [{ path, commit, reason: "too-many-files" }] : [];
    }),
  );
}

/** @returns files that stand there without values: what they hold is unknown, not gone */
export async function unreadableFiles(
  reader: Reader,
  repository: RepositoryId,
  byPath: ReadonlyMap<string, readonly (SizedFile | null)[]>,
): Promise<readonly UnreadableFile[]> {
  const empty = [...byPath.values()].flatMap((files) => files.filter((file) => file?.values === 0));
  if (empty.length === 0) return [];
  const details = await readFileDetails(reader, repository, [...new Set(empty.flatMap((file) => file?.number ?? []))]);
  return [...byPath].flatMap(([path, files]) =>
    files.flatMap((file, commit) => {
      const problem = file === null ? null : details.get(file.number)?.problem;
      return problem == null ? [] : [{ path, commit, reason: problem.reason }];
    }),
  );
}
