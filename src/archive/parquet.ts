// Parquet as the archive has it: the one statement that writes an object, and what stands for objects in a query.
import { quoteText } from "./dialects.ts";
import type { ObjectKind } from "./query-engine.ts";
import { TABLES } from "./tables.ts";

/**
 * Rows that have one set of statistics: fewer make pages of 40 commits faster and files larger. A row group is read whole, and
 * those of commits are wide: 8,192 of them are found in a quarter of the time, and take 1.5 % more room.
 */
export const ROW_GROUP_ROWS: Readonly<Record<ObjectKind, number>> = {
  values: 122_880,
  commits: 8_192,
  columns: 122_880,
};

/** What is needed of a connection to DuckDB. */
export interface ParquetConnection {
  run(sql: string): Promise<unknown>;
}

/**
 * Writes rows as an object: sorted, and with the columns of its kind in their order and types, whatever the query's are.
 * Encodings are those of Parquet's first version: Trino reads others only from release 444 on.
 * @param query a SELECT that gives every column of the kind by its name
 * @param path of the file to write; one that is there is overwritten
 */
export async function copyToParquet(
  connection: ParquetConnection,
  kind: ObjectKind,
  query: string,
  path: string,
): Promise<void> {
  const { columns, order } = TABLES[kind];
  const typed = columns.map(({ name, type }) => `CAST(${name} AS ${type}) AS ${name}`).join(", ");
  await connection.run(
    `COPY (SELECT ${typed} FROM (${query}) ORDER BY ${order.join(", ")}) TO ${quoteText(path)}
     (FORMAT PARQUET, COMPRESSION ZSTD, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE ${ROW_GROUP_ROWS[kind]}, PARQUET_VERSION V1)`,
  );
}

/** @returns what stands after FROM in DuckDB: the rows of these files of one kind; of none a table without rows */
export function parquetTable(kind: ObjectKind, paths: readonly string[]): string {
  // `bucket=17` in a path is no column of ours
  if (paths.length > 0) return `read_parquet([${paths.map(quoteText).join(", ")}], hive_partitioning = false)`;
  return emptyTable(kind, (type) => type);
}

/** @returns what stands after FROM where no object of a kind is asked; `typeName` is the engine's own name of a type */
export function emptyTable(kind: ObjectKind, typeName: (type: string) => string): string {
  const nulls = TABLES[kind].columns.map(({ name, type }) => `CAST(NULL AS ${typeName(type)}) AS ${name}`);
  return `(SELECT ${nulls.join(", ")} WHERE 1 = 0)`;
}
