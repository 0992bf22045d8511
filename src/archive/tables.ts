// What the archive's objects hold: names, types and order of the columns of each kind, said once for all who write or read.
import type { ObjectKind } from "./query-engine.ts";

/** A type that Parquet, DuckDB, Trino and Athena have; `TIMESTAMP_MS` is in UTC, without a zone. */
export type ArchiveType = "BIGINT" | "DOUBLE" | "VARCHAR" | "TIMESTAMP_MS";

/** A column of a table of the archive. */
export interface ArchiveColumn {
  /** lower snake case: Trino knows no other */
  readonly name: string;
  readonly type: ArchiveType;
}

/** A kind of objects as a table. */
export interface ArchiveTable {
  /** how engines that know tables by names call it: `values` alone is a word of SQL */
  readonly name: string;
  readonly columns: readonly ArchiveColumn[];
  /** the columns that an object's rows are sorted by, ascending: what is read of an object follows from it */
  readonly order: readonly string[];
}

/** The kinds, in a fixed order. */
export const OBJECT_KINDS: readonly ObjectKind[] = ["values", "commits", "columns"];

/** The table of each kind. A column is only ever added, at the end: objects that were written before stay as they are. */
export const TABLES: Readonly<Record<ObjectKind, ArchiveTable>> = {
  values: {
    name: "tidemark_values",
    columns: columns({
      repository_id: "BIGINT",
      column_id: "BIGINT",
      position: "BIGINT",
      // the number that the value stands for: NaN and infinities are themselves, truth values 0 and 1
      num: "DOUBLE",
      // a text; of an integer from 2^53 on its digits
      text: "VARCHAR",
      // number, text, boolean or null
      kind: "VARCHAR",
    }),
    order: ["repository_id", "column_id", "position"],
  },
  commits: {
    name: "tidemark_commits",
    columns: columns({
      repository_id: "BIGINT",
      position: "BIGINT",
      // in hex, as are the parents, with blanks between them
      sha: "VARCHAR",
      parents: "VARCHAR",
      first_parent: "BIGINT",
      ordinal: "BIGINT",
      line: "BIGINT",
      author_name: "VARCHAR",
      author_email: "VARCHAR",
      authored: "VARCHAR",
      authored_at: "TIMESTAMP_MS",
      committer_name: "VARCHAR",
      committed: "VARCHAR",
      committed_at: "TIMESTAMP_MS",
      subject: "VARCHAR",
      // JSON: an array of its file versions
      files: "VARCHAR",
      unread_from: "VARCHAR",
      // JSON, as in git_commit
      warnings: "VARCHAR",
    }),
    order: ["repository_id", "position"],
  },
  columns: {
    name: "tidemark_columns",
    columns: columns({
      repository_id: "BIGINT",
      column_id: "BIGINT",
      path: "VARCHAR",
      key: "VARCHAR",
      kind: "VARCHAR",
      unit: "VARCHAR",
      goal: "VARCHAR",
    }),
    order: ["repository_id", "column_id"],
  },
};

function columns(types: Readonly<Record<string, ArchiveType>>): ArchiveColumn[] {
  return Object.entries(types).map(([name, type]) => ({ name, type }));
}
