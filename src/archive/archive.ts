// What pages ask of the archive, whatever keeps its objects and whichever engine reads them.
import type { ColumnKind, OrganizationId, RepositoryId, Value } from "../domain/model.ts";
import type { ThawedRows } from "../store/thawed-rows.ts";

/** Columns of which values are wanted: keys by path, or all there are. */
export type WantedColumns = ReadonlyMap<string, ReadonlySet<string>> | "all";

/** A repository, as one version of it was archived. */
export interface ArchivedRepository {
  readonly organization: OrganizationId;
  readonly repository: RepositoryId;
}

/** Rows that are wanted. */
export interface WantedRows {
  readonly positions: ReadonlySet<number>;
  readonly columns: WantedColumns;
}

/** The first commits in the order of a column; of equal values the newest first, those without one last. */
export interface WantedTop {
  readonly column: { readonly path: string; readonly key: string; readonly kind: ColumnKind };
  readonly descending: boolean;
  /** only what follows this commit, which need not be archived; its value, undefined where it has none */
  readonly after: { readonly value: Value | undefined; readonly position: number } | null;
  /** only positions below */
  readonly below: number;
  readonly limit: number;
}

/** Commits whose value in a column may lie between two numbers. */
export interface WantedBetween {
  readonly column: { readonly path: string; readonly key: string };
  /** both included */
  readonly low: number;
  readonly high: number;
  /** only positions below */
  readonly below: number;
}

/** Commits of a line, and what is wanted of them. */
export interface WantedLine {
  /** rising */
  readonly positions: Int32Array;
  /** keys by path */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  /** whether it is asked which files the commits have */
  readonly files: boolean;
}

/** A value at a commit: see the table `values`. */
export interface ArchivedValue {
  readonly position: number;
  readonly kind: string;
  readonly num: number | null;
  readonly text: string | null;
}

/** A commit of a line. */
export interface ArchivedLineCommit {
  /** names its file versions, and from where on files were not read: commits with the same text have the same files */
  readonly files: string;
  /** what there is at a path; unread: it is one of too many files, if it is there at all */
  stateOf(path: string): "read" | "unreadable" | "unread" | "absent";
}

/** What the archive has of a line. */
export interface ArchivedLine {
  /** Gives the values of a column at commits of the line, and maybe at some others, by rising position. A million for a chart. */
  eachValue(path: string, key: string, take: (value: ArchivedValue) => void): void;
  /** @returns a commit of the line, where its files were asked for */
  commit(position: number): ArchivedLineCommit | null;
}

/** When a commit was made. */
export interface ArchivedTime {
  readonly position: number;
  /** seconds since 1970 */
  readonly committedAt: number;
}

/** Failures are TidemarkErrors with the codes `archive-…`. */
export interface Archive {
  /** commits that are brought at a time where all are looked through */
  readonly atOnce: number;
  /**
   * Brings archived commits as they were in Postgres, their files, and those of the commits that they are compared with.
   * Positions that are not archived are left out.
   */
  rows(of: ArchivedRepository, wanted: WantedRows, signal: AbortSignal): Promise<ThawedRows>;
  /** Finds the first archived commits in the order of a column. @returns their positions, in that order */
  top(of: ArchivedRepository, wanted: WantedTop, signal: AbortSignal): Promise<readonly number[]>;
  /**
   * Finds the archived commits whose value lies between two numbers.
   * @returns their positions, in no order; also those of commits with a special number, or a text that stands for none
   */
  between(of: ArchivedRepository, wanted: WantedBetween, signal: AbortSignal): Promise<readonly number[]>;
  /** Brings the values of some columns along a line. */
  line(of: ArchivedRepository, wanted: WantedLine, signal: AbortSignal): Promise<ArchivedLine>;
  /** @param positions rising @returns when these commits were made, and maybe some others; in no order */
  times(of: ArchivedRepository, positions: Int32Array, signal: AbortSignal): Promise<readonly ArchivedTime[]>;
}
