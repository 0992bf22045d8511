// Definitions of the archive's tables for engines that people run themselves.
import { BUCKETS } from "./bucket.ts";
import { quoteText } from "./dialects.ts";
import { trinoType } from "./named-objects.ts";
import type { ManifestObject, ObjectKind } from "./query-engine.ts";
import { OBJECT_KINDS, TABLES } from "./tables.ts";

/** Who the definitions are for. */
export type DdlEngine = "glue" | "trino" | "duckdb";

/** Where the objects are, as the engine names it. */
export interface DdlPlace {
  /** s3://bucket/prefix or file:///folder, with or without a slash at its end */
  readonly place: string;
  /**
   * The objects that count now. A table sees every file of its folder: also those that were replaced and go a day later.
   * With objects there is a view beside each table that sees these alone.
   */
  readonly objects: readonly ManifestObject[] | null;
}

/** How a view of the objects that count now is called. */
export function nowView(kind: ObjectKind): string {
  return `${TABLES[kind].name}_now`;
}

/** @returns statements, each without a semicolon, in the order in which they are to be run */
export function ddlStatements(engine: DdlEngine, { place, objects }: DdlPlace): string[] {
  const root = place.endsWith("/") ? place : `${place}/`;
  const table = { glue: glueTable, trino: trinoTable, duckdb: duckdbTable }[engine];
  const tables = OBJECT_KINDS.map((kind) => table(kind, root));
  const view = engine === "duckdb" ? duckdbView : engineView;
  return objects === null ? tables : [...tables, ...OBJECT_KINDS.map((kind) => view(kind, root, objects))];
}

/** Partitions are computed, not registered: 64 folders, whatever is in them. */
function trinoTable(kind: ObjectKind, root: string): string {
  const columns = TABLES[kind].columns.map(({ name, type }) => `  ${name} ${trinoType(type)},\n`).join("");
  const location = `${root}${kind}`;
  return `CREATE TABLE ${TABLES[kind].name} (
${columns}  bucket INTEGER WITH (
    partition_projection_type = 'INTEGER',
    partition_projection_range = ARRAY['0', '${BUCKETS - 1}']
  )
) WITH (
  external_location = ${quoteText(`${location}/`)},
  format = 'PARQUET',
  partitioned_by = ARRAY['bucket'],
  partition_projection_enabled = true,
  partition_projection_location_template = ${quoteText(`${location}/bucket=\${bucket}/`)}
)`;
}

/** Glue's catalogue, by Athena or Hive. */
function glueTable(kind: ObjectKind, root: string): string {
  const columns = TABLES[kind].columns.map(({ name, type }) => `  \`${name}\` ${hiveType(type)}`).join(",\n");
  const location = `${root}${kind}`;
  return `CREATE EXTERNAL TABLE \`${TABLES[kind].name}\` (
${columns}
)
PARTITIONED BY (\`bucket\` int)
STORED AS PARQUET
LOCATION ${quoteText(`${location}/`)}
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.bucket.type' = 'integer',
  'projection.bucket.range' = '0,${BUCKETS - 1}',
  'storage.location.template' = ${quoteText(`${location}/bucket=\${bucket}/`)}
)`;
}

function hiveType(type: string): string {
  if (type === "VARCHAR") return "string";
  return type === "TIMESTAMP_MS" ? "timestamp" : type.toLowerCase();
}

function engineView(kind: ObjectKind, root: string, objects: readonly ManifestObject[]): string {
  const { name, columns } = TABLES[kind];
  const own = objects.filter((object) => object.kind === kind);
  const paths = own.map(({ key }) => quoteText(`${root}${key}`));
  const buckets = [...new Set(own.map(({ bucket }) => bucket))].sort((a, b) => a - b);
  const where =
    own.length === 0
      ? "1 = 0"
      : `bucket IN (${buckets.join(", ")})\n  AND "$path" IN (\n    ${paths.join(",\n    ")}\n  )`;
  return `CREATE OR REPLACE VIEW ${nowView(kind)} AS
SELECT ${columns.map((column) => column.name).join(", ")}
FROM ${name}
WHERE ${where}`;
}

/** DuckDB's program reads folders by itself, and S3 after `INSTALL httpfs`. */
function duckdbTable(kind: ObjectKind, root: string): string {
  return overFiles(TABLES[kind].name, quoteText(`${localOf(root)}${kind}/bucket=*/*.parquet`));
}

function duckdbView(kind: ObjectKind, root: string, objects: readonly ManifestObject[]): string {
  const own = objects.filter((object) => object.kind === kind);
  if (own.length === 0) {
    const nulls = TABLES[kind].columns.map((column) => `CAST(NULL AS ${column.type}) AS ${column.name}`).join(", ");
    return `CREATE OR REPLACE VIEW ${nowView(kind)} AS\nSELECT ${nulls}, 0 AS bucket WHERE 1 = 0`;
  }
  const paths = own.map(({ key }) => quoteText(`${localOf(root)}${key}`));
  return overFiles(nowView(kind), `[\n  ${paths.join(",\n  ")}\n]`);
}

function overFiles(name: string, files: string): string {
  return `CREATE OR REPLACE VIEW ${name} AS\nSELECT * FROM read_parquet(${files}, hive_partitioning = true)`;
}

function localOf(root: string): string {
  return root.replace(/^file:\/\//, "");
}
