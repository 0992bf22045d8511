// What reading a history gives: batches of commits, newest first, with the file versions that they use.
import type { CommitFacts, Ordinal, Position, Reading, RowIdentities, Sha, Warning } from "../domain/model.ts";

/** One version of a metric file: (path, blob id). For a file that DVC keeps outside Git the id of what points to it. */
export interface VersionRef {
  readonly path: string;
  readonly oid: Sha;
}

/** A version that was read, or the problem that prevented it. */
export interface FileVersion extends VersionRef {
  /** bytes of the blob; 0 where there is none to read (submodule, missing object) */
  readonly size: number;
  /**
   * Versions of a path that have the same keys in the same order share one `document.keys` array: work on key lists
   * can be kept by the array itself.
   */
  readonly reading: Reading;
  /** no commit below this position uses it, neither as its file nor as its baseline */
  readonly lowest: number;
}

/** What a commit's file is compared with: the nearest readable version on first parents, and the commit that has it. */
export interface BaselineRef {
  readonly version: VersionRef;
  readonly position: number;
  /** the file was away in between: what it does not bring back was gone already (domain/document-changes.ts) */
  readonly returned?: true;
}

/** A file that a commit removed, and what it is compared with: its nearest readable version. */
export interface RemovedRef {
  readonly path: string;
  readonly baseline: BaselineRef | null;
}

/** One commit with its metric files. Commits whose files are the same may share the arrays: never write to them. */
export interface HistoryCommit {
  readonly position: Position;
  readonly ordinal: Ordinal;
  /** index into the plan's branches; -1 where no followed branch's line holds it, or lines are not known here */
  readonly line: number;
  /** position of the first parent; -1 for a root, and where that parent is not known (a shallow clone's last commit) */
  readonly firstParent: number;
  readonly facts: CommitFacts;
  /** by rising path, compared by UTF-16 code unit; at most the limit of files a commit */
  readonly files: readonly VersionRef[];
  /** beside `files` */
  readonly baselines: readonly (BaselineRef | null)[];
  /** paths of metric files that this commit added, changed or removed against its first parent, rising */
  readonly changed: readonly string[];
  /** those of `changed` that are gone, rising */
  readonly removed: readonly RemovedRef[];
  /**
   * The first by path of the files that were too many to be read, null when all were: of a file from there on that is not
   * among `files` nobody knows whether it is there. It is neither removed nor new, like one that could not be read.
   */
  readonly unreadFrom: string | null;
  /** on the commit as a whole; what is odd about a file lives on its version */
  readonly warnings: readonly Warning[];
}

/** Some commits and what is needed to look at them. */
export interface HistoryBatch {
  /** by falling position */
  readonly commits: readonly HistoryCommit[];
  /** every version that these commits use, as file or as baseline, and that no earlier batch of this reading held */
  readonly versions: readonly FileVersion[];
  /** the row identities chosen for paths since the batch before (an empty object: nothing to name) */
  readonly identities: ReadonlyMap<string, RowIdentities>;
}

/** @returns a text that names a version within its repository; equal for equal versions only */
export function versionKey(ref: VersionRef): string {
  return `${ref.oid}:${ref.path}`;
}

/** @returns whether nobody knows if a commit has a file at a path: it has more files than are read, and it is not one of them */
export function isUnreadAt({ unreadFrom }: Pick<HistoryCommit, "unreadFrom">, path: string): boolean {
  return unreadFrom !== null && path >= unreadFrom;
}
