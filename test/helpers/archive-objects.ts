// Objects of the archive from plain rows, in a folder store's layout, written by the statement that the archiver uses.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bucketOf, objectKey } from "../../src/archive/bucket.ts";
import { quoteText } from "../../src/archive/dialects.ts";
import { openDuckDB } from "../../src/archive/duckdb.ts";
import { copyToParquet } from "../../src/archive/parquet.ts";
import type { ManifestObject, ObjectKind } from "../../src/archive/query-engine.ts";
import { TABLES } from "../../src/archive/tables.ts";

/** A row by the names of its columns; what is left out is null. Times are ISO texts. */
export type PlainRow = Readonly<Record<string, string | number | bigint | boolean | null>>;

/** What an object is made of: rows, or a SELECT of DuckDB that gives them. */
export type PlainObject = { readonly kind: ObjectKind; readonly repository: number } & (
  | { readonly rows: readonly PlainRow[] }
  | { readonly query: string }
);

/** Writes objects. @param folder of a folder store @returns them in the order given, as the manifest names them */
export async function writeObjects(folder: string, objects: readonly PlainObject[]): Promise<ManifestObject[]> {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, "writing-"));
  const settings = { memoryBytes: 2 ** 30, threads: 2, spillBytes: 2 ** 31 };
  const duckdb = await openDuckDB({ ...settings, spillFolder: join(work, "spill"), folders: [work] });
  const connection = await duckdb.connect();
  const written: ManifestObject[] = [];
  for (const { kind, repository, ...what } of objects) {
    const path = join(work, "object.parquet");
    const query = "query" in what ? what.query : rowsOf(kind, what.rows, join(work, "rows.json"));
    await copyToParquet(connection, kind, query, path);
    const content = readFileSync(path);
    const sha256 = createHash("sha256").update(content).digest("hex");
    const bucket = bucketOf(repository);
    const key = objectKey(kind, bucket, sha256);
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    renameSync(path, join(folder, key));
    written.push({ kind, key, bytes: content.length, sha256, bucket });
  }
  connection.closeSync();
  duckdb.close();
  rmSync(work, { recursive: true, force: true });
  return written;
}

/** All values as texts in a JSON file: NaN and infinities, and integers beyond 2^53, are cast from them exactly. */
function rowsOf(kind: ObjectKind, rows: readonly PlainRow[], path: string): string {
  const { columns } = TABLES[kind];
  const texts = rows.map((row) =>
    Object.fromEntries(columns.map(({ name }) => [name, row[name] == null ? null : String(row[name])])),
  );
  writeFileSync(path, texts.map((row) => JSON.stringify(row)).join("\n"));
  const types = columns.map(({ name }) => `${name}: 'VARCHAR'`).join(", ");
  return `SELECT * FROM read_json(${quoteText(path)}, format = 'newline_delimited', columns = {${types}})`;
}
