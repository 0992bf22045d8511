// Metric files that a commit has no more: found beside its first parent, with the values that went with them.
import type { RepositoryId } from "../domain/model.ts";
import { readFilesAt, type StoredFile } from "./metric-file.ts";
import type { Reader } from "./organization-store.ts";

/** The files of a commit: numbers beside each other, null where a file has no baseline. */
export interface CommitFiles {
  readonly files: readonly number[];
  readonly baselineFiles: readonly (number | null)[];
  readonly baselinePositions: readonly (number | null)[];
  /** those of `files` that were away since their baseline */
  readonly returnedFiles: readonly number[] | null;
}

/** A file that the commit removed, and the version that its values were last read of, if there was any. */
export interface RemovedFile {
  readonly path: string;
  readonly baselineFile: number | null;
  readonly baselinePosition: number | null;
  /** whether it was away since that version: nothing is gone a second time */
  readonly returned: boolean;
}

/** A commit, its first parent, and that parent's position. */
export interface CommitAndParent {
  readonly commit: Omit<CommitFiles, "returnedFiles"> & {
    /** of too many files the first by path that was not read: what the commit has from there on is unknown */
    readonly unreadFrom: string | null;
  };
  readonly parent: CommitFiles;
  readonly parentPosition: number;
}

/** Places among the parent's files that the commit itself does not name: nearly always none, without asking anybody. */
function unnamedPlaces({ commit, parent }: CommitAndParent): number[] {
  const named = new Set([...commit.files, ...commit.baselineFiles]);
  return [...parent.files.keys()].filter((place) => {
    const before = parent.baselineFiles[place] ?? null;
    return !named.has(parent.files[place] as number) && (before === null || !named.has(before));
  });
}

/** Files that may stand at the path of a version that nobody could read: nothing ties the two together but the path. */
function newFiles({ commit, parent }: CommitAndParent): number[] {
  const old = new Set(parent.files);
  return commit.files.filter((number, place) => commit.baselineFiles[place] === null && !old.has(number));
}

/** @returns the files that each of the commits removed, beside them, by path; one look-up for all */
export function removedFiles(
  reader: Reader,
  repository: RepositoryId,
  pairs: readonly CommitAndParent[],
): Promise<readonly (readonly RemovedFile[])[]> {
  return removedAmong(pairs, (numbers) => readFilesAt(reader, repository, numbers));
}

/**
 * @param look gives the versions of some numbers
 * @returns likewise, whoever knows the versions
 */
export async function removedAmong(
  pairs: readonly CommitAndParent[],
  look: (numbers: readonly number[]) => Promise<readonly StoredFile[]>,
): Promise<readonly (readonly RemovedFile[])[]> {
  const places = pairs.map(unnamedPlaces);
  const wanted = pairs.flatMap((pair, index) => {
    const unnamed = places[index] ?? [];
    return unnamed.length === 0
      ? []
      : [...unnamed.map((place) => pair.parent.files[place] as number), ...newFiles(pair)];
  });
  if (wanted.length === 0) return pairs.map(() => []);
  const stored = await look([...new Set(wanted)]);
  const byNumber = new Map(stored.map((file) => [file.number, file]));
  return pairs.map((pair, index) => {
    const there = new Set(newFiles(pair).map((number) => byNumber.get(number)?.path));
    const removed = (places[index] ?? []).flatMap((place) => {
      const file = byNumber.get(pair.parent.files[place] as number);
      const { unreadFrom } = pair.commit;
      if (file === undefined || there.has(file.path)) return [];
      if (unreadFrom !== null && file.path >= unreadFrom) return [];
      return [removedFile(pair, place, file)];
    });
    return removed.sort((a, b) => (a.path < b.path ? -1 : 1));
  });
}

function removedFile(
  { parent, parentPosition }: CommitAndParent,
  place: number,
  { path, number, readable }: { readonly path: string; readonly number: number; readonly readable: boolean },
): RemovedFile {
  if (readable) return { path, baselineFile: number, baselinePosition: parentPosition, returned: false };
  const [baselineFile = null, baselinePosition = null] = [parent.baselineFiles[place], parent.baselinePositions[place]];
  return { path, baselineFile, baselinePosition, returned: parent.returnedFiles?.includes(number) === true };
}
