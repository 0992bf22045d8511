// What a segment that is written anew holds, as a statement over its sources, and whether the new object holds the same.
import type { DuckDBConnection } from "@duckdb/node-api";
import { TidemarkError } from "../errors.ts";
import { parquetTable } from "./parquet.ts";
import type { ObjectKind } from "./query-engine.ts";

type Sources = Readonly<Record<ObjectKind, readonly string[]>>;

/** @returns a SELECT of the rows that stay, by the table `kept` of commits and their lines */
export function rebuiltQuery(kind: "values" | "commits", sources: Sources): string {
  const rows = kind === "commits" ? "s.* REPLACE (k.ordinal AS ordinal, k.line AS line)" : "s.*";
  return `SELECT ${rows} FROM ${parquetTable(kind, sources[kind])} s
    JOIN kept k ON k.repository_id = s.repository_id AND k.position = s.position`;
}

const DIGEST = (row: string): string => `sum(CAST('0x' || substr(md5(CAST(${row} AS VARCHAR)), 1, 8) AS BIGINT))`;

/** Figures of rows that differ as soon as one of them does. */
const FIGURES: Readonly<Record<"values" | "commits", (table: string) => string>> = {
  values: (table) => `
    SELECT repository_id, column_id, count(*), min(position), max(position), sum(position), count(num), count(text),
      sum(CASE WHEN isnan(num) THEN 1 ELSE CAST(CAST(num + 0 AS BIT) AS BIGINT) END), ${DIGEST("text")}, ${DIGEST("kind")}
    FROM ${table} GROUP BY repository_id, column_id`,
  commits: (table) => `
    SELECT repository_id, count(*), min(position), max(position), ${DIGEST("t")} FROM ${table} GROUP BY repository_id`,
};

/**
 * Compares a new object that was read back with the rows of its sources that stay.
 * @throws TidemarkError `archive-object-damaged`
 */
export async function checkRebuilt(
  connection: DuckDBConnection,
  kind: ObjectKind,
  sources: Sources,
  { path, key }: { readonly path: string; readonly key: string },
): Promise<void> {
  // columns are no copies: they are as they are known today
  if (kind === "columns") return;
  const figures = FIGURES[kind];
  const [wanted, found] = [figures(`(${rebuiltQuery(kind, sources)}) t`), figures(`${parquetTable(kind, [path])} t`)];
  const answer = await connection.runAndReadAll(`
    SELECT CAST(count(*) AS DOUBLE) FROM (
      (SELECT * FROM (${wanted}) EXCEPT SELECT * FROM (${found})) UNION ALL
      (SELECT * FROM (${found}) EXCEPT SELECT * FROM (${wanted})))`);
  const differences = Number(answer.getRowsJS()[0]?.[0]);
  if (differences === 0) return;
  throw new TidemarkError("archive-object-damaged", {
    attempt: "verify the archive's object",
    value: key,
    found: `${differences} differences from what it was made of`,
    wanted: "the same rows",
  });
}
