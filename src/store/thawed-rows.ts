// Rows that were brought from the archive, as Postgres had them.

/** How far a repository is archived. */
export interface ArchiveMarks {
  readonly version: number;
  /** positions up to here are safe in the archive; -1: none */
  readonly archivedTo: number;
  /** the lowest position that is still in git_commit: what is below is read from the archive */
  readonly hotFrom: number;
}

/** A row of git_commit: columns as jsonb_populate_recordset() takes them; bytes as \x…, lists as arrays. */
export interface ThawedCommit {
  readonly position: number;
  readonly sha: string;
  readonly parents: readonly string[];
  readonly first_parent: number | null;
  readonly ordinal: number;
  readonly line: number | null;
  readonly author_name: string;
  readonly author_email: string;
  readonly authored: string;
  readonly authored_at: string;
  readonly committer_name: string;
  readonly committed: string;
  readonly committed_at: string;
  readonly subject: string;
  readonly metric_file: readonly number[];
  readonly baseline_file: readonly (number | null)[];
  readonly baseline_position: readonly (number | null)[];
  readonly returned_file: readonly number[] | null;
  readonly unread_from: string | null;
  readonly warned_file: readonly number[] | null;
  readonly warnings: unknown;
  readonly unreachable_since: string | null;
}

/** A row of metric_file. */
export interface ThawedFile {
  readonly number: number;
  readonly path: string;
  readonly version: string;
  readonly size: number;
  readonly adapter: string;
  readonly adapter_version: number;
  readonly status: string;
  readonly problem: unknown;
  readonly warnings: unknown;
  readonly shape: number | null;
}

/** A row of metric_shape. Those of the archive are numbered below zero, by their keys. */
export interface ThawedShape {
  readonly number: number;
  readonly keys: readonly string[];
}

/** What was brought. */
export interface ThawedRows {
  readonly commits: readonly ThawedCommit[];
  readonly files: readonly ThawedFile[];
  /** beside `files`: the JSON array of its values as it was stored; null where there are none */
  readonly values: readonly (string | null)[];
  readonly shapes: readonly ThawedShape[];
}

/** Nothing at all. */
export const NO_ROWS: ThawedRows = { commits: [], files: [], values: [], shapes: [] };

/** What a question has been told by the archive so far, as statements see it. */
export interface Thawed {
  readonly rows: ThawedRows;
  /** A snapshot is of this version: what belongs to another one is forgotten. */
  at(marks: ArchiveMarks): void;
}
