// What is stored of a commit that new ones stand on: its place, and the nearest readable version of each file.
import type { Sha } from "../domain/model.ts";
import type { BaselineRef } from "../history/history-batch.ts";
import type { HistoryBase } from "../history/open-history.ts";
import { readArchivedDown } from "../store/archived-line.ts";
import { findCommits } from "../store/commit.ts";
import { findOnFirstParents } from "../store/commit-line.ts";
import type { StoredFile } from "../store/metric-file.ts";
import type { StoredPast } from "../archive/stored-past.ts";

/** Archived commits that are looked at in one step for a file that was gone for a while. */
const STEP_COMMITS = 1_000;

/**
 * @param returned readable stored versions of files that may be gone at this commit: what they were before is sought
 *   among its ancestors
 * @returns null when the commit is not stored
 */
export async function storedBase(
  past: StoredPast,
  sha: Sha,
  returned: readonly StoredFile[],
): Promise<HistoryBase | null> {
  const [commit] = await findCommits(past.reader, past.repository, [sha]);
  if (commit === undefined) return null;
  const { position, ordinal } = commit;
  const { readable, paths } = await ownFiles(past, position);
  for (const [path, versions] of Map.groupBy(returned, (file) => file.path)) {
    if (paths.has(path)) continue;
    const found = await nearestWith(past, position, new Set(versions.map(({ number }) => number)));
    const version = versions.find(({ number }) => found?.files.includes(number));
    if (found !== null && version !== undefined) readable.set(path, refTo(version, found.position));
  }
  return { position, ordinal, readable };
}

/** @returns the nearest commit on first parents, from `position` down, that has one of these versions */
async function nearestWith(
  past: StoredPast,
  position: number,
  versions: ReadonlySet<number>,
): Promise<{ readonly position: number; readonly files: readonly number[] } | null> {
  const { reader, repository, hotFrom } = past;
  let next = position;
  if (position >= hotFrom) {
    const end = await findOnFirstParents(reader, repository, position, [...versions]);
    if (end === null || end.found) return end;
    next = end.firstParent ?? -1;
  }
  while (next >= 0) {
    const commits = await readArchivedDown(reader, repository, next, STEP_COMMITS);
    const rows = await past.commitFiles(commits.map((commit) => commit.position));
    const having = rows.filter(({ files }) => files.some((number) => versions.has(number)));
    if (having.length > 0) return having.reduce((a, b) => (a.position > b.position ? a : b));
    next = commits.at(-1)?.firstParent ?? -1;
  }
  return null;
}

/** The files that the commit has, each with its own version where that has values, else with its baseline's. */
async function ownFiles(
  past: StoredPast,
  position: number,
): Promise<{ readable: Map<string, BaselineRef>; paths: ReadonlySet<string> }> {
  const [row] = await past.commitFiles([position]);
  const { files = [], baselineFiles = [], baselinePositions = [], returnedFiles = null } = row ?? {};
  const numbers = [...files, ...baselineFiles.filter((number) => number !== null)];
  const versions = new Map<number, StoredFile>();
  for (const file of await past.files([...new Set(numbers)])) versions.set(file.number, file);
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
