// Rows of the objects that count now, as DuckDB reads them from the test's folder.
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetTable } from "../../src/archive/parquet.ts";
import type { ObjectKind } from "../../src/archive/query-engine.ts";
import type { RepositoryId } from "../../src/domain/model.ts";
import { readSegments } from "../../src/store/archive-manifest.ts";
import type { OrganizationStore } from "../../src/store/database.ts";

/** @param sql with {} for the table @returns rows of texts, numbers and null, of all objects of a kind that hold something of it */
export async function archivedRows(
  store: OrganizationStore,
  repository: RepositoryId,
  { folder, kind, sql }: { readonly folder: string; readonly kind: ObjectKind; readonly sql: string },
): Promise<unknown[][]> {
  const segments = (await readSegments(store, repository)).filter((segment) => segment.kind === kind);
  const paths = [...new Set(segments.map(({ key }) => join(folder, "objects", key)))];
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const table = `(SELECT * FROM ${parquetTable(kind, paths)} WHERE repository_id = ${repository})`;
    return (await connection.runAndReadAll(sql.replace("{}", table))).getRowsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
