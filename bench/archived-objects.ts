// The objects of a long noisy history, written at once with the statement that the archiver uses and kept between runs: a
// million commits through Postgres would take ten times as long, and the objects would be the same.
import { hash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createHash } from "node:crypto";
import { bucketOf, objectKey } from "../src/archive/bucket.ts";
import { openDuckDB } from "../src/archive/duckdb.ts";
import { copyToParquet } from "../src/archive/parquet.ts";
import type { ManifestObject, ObjectKind } from "../src/archive/query-engine.ts";
import { OBJECT_KINDS } from "../src/archive/tables.ts";
import { CACHE } from "./inputs.ts";

/** Commits of a segment, as the archiver cuts them. */
const SEGMENT_COMMITS = 50_000;
/** What the first repository of a fresh installation is called. */
export const REPOSITORY = 1;
/** The one metric file of every commit. */
export const PATH = "metrics.json";
/** When the first commit was made, in seconds since 1970. */
export const START = 1_000_000_000;
/** Seconds between two commits. */
export const APART = 300;

/** Another form of the objects below has another name: what is kept is not taken for it. */
const FORM = 2;

/** A history: every commit has a file of its own with so many numbers. */
export interface NoisySize {
  readonly commits: number;
  readonly keys: number;
  /** commits after which a number is another one, and one more for each column: metrics of real projects mostly stay; else 1 */
  readonly steadyFor?: number;
}

/** An object and the positions that it holds. */
export interface BenchObject extends ManifestObject {
  readonly first: number;
  readonly last: number;
  readonly rows: number;
}

/** The objects of a history, and the folder store that they lie in. */
export interface BenchObjects {
  readonly folder: string;
  readonly objects: readonly BenchObject[];
}

/** @returns the key of a column, from 1 on */
export function keyOf(column: number): string {
  return `suite/benchmark_${String(column).padStart(3, "0")}`;
}

/** @returns the number of a commit: 40 hex digits */
export function shaOf(position: number): string {
  return hash("sha256", `commit ${position}`).slice(0, 40);
}

/** Three decimals of noise, in DuckDB and in Postgres: the same numbers each time. @param p, k expressions */
export function noiseSql(p: string, k: string): string {
  return `sin(${p} * 7919.0 + ${k} * 104729.0) * 1000`;
}

const shaSql = (p: string): string => `sha256('commit ' || (${p}))[:40]`;

function querySql(kind: ObjectKind, first: number, last: number, { keys, steadyFor = 1 }: NoisySize): string {
  const range = `range(${first}, ${last + 1}) AS a(p)`;
  if (kind === "columns") {
    const key = `'suite/benchmark_' || lpad(k::VARCHAR, 3, '0')`;
    return `SELECT ${REPOSITORY} AS repository_id, k AS column_id, '${PATH}' AS path, ${key} AS key, 'number' AS kind,
      NULL AS unit, NULL AS goal FROM range(1, ${keys + 1}) AS b(k)`;
  }
  if (kind === "values") {
    return `SELECT ${REPOSITORY} AS repository_id, k AS column_id, p AS position, round(${noiseSql(steadyFor === 1 ? "p" : `(p // (${steadyFor} + k))`, "k")}, 3) AS num,
      NULL AS text, 'number' AS kind FROM ${range}, range(1, ${keys + 1}) AS b(k)`;
  }
  const seconds = `(${START} + p * ${APART})`;
  const files = `'[{"number":' || (p + 1) || ',"path":"${PATH}","blob":"' || sha256('blob ' || p)[:40]
    || '","size":${JSON.stringify(documentSize(keys))},"adapter":"json","adapterVersion":1,"status":"read","shape":1'
    || CASE WHEN p = 0 THEN '' ELSE ',"baseline":' || p || ',"baselinePosition":' || (p - 1) END || '}]'`;
  return `SELECT ${REPOSITORY} AS repository_id, p AS position, ${shaSql("p")} AS sha,
    CASE WHEN p = 0 THEN '' ELSE ${shaSql("p - 1")} END AS parents, CASE WHEN p > 0 THEN p - 1 END AS first_parent, p AS ordinal,
    1 AS line, 'Author ' || (p % 40) AS author_name, 'author' || (p % 40) || '@example.org' AS author_email,
    ${seconds} || ' +0000' AS authored, make_timestamp(${seconds} * 1000000) AS authored_at,
    'Author ' || (p % 40) AS committer_name, ${seconds} || ' +0000' AS committed,
    make_timestamp(${seconds} * 1000000) AS committed_at, 'Change number ' || p AS subject, ${files} AS files,
    NULL AS unread_from, NULL AS warnings FROM ${range}`;
}

/** @returns bytes of a commit's metric file, as tools write them: one number a line */
export function documentSize(keys: number): number {
  const text = JSON.stringify(
    Object.fromEntries(Array.from({ length: keys }, (_, k) => [keyOf(k + 1), -123.456])),
    null,
    2,
  );
  return Buffer.byteLength(text) + 1;
}

/** @returns the objects, written now or before. @param say is told when they have to be written */
export async function noisyObjects(size: NoisySize, say: (line: string) => void): Promise<BenchObjects> {
  const { commits, keys, steadyFor } = size;
  const folder = join(CACHE, `archive-${FORM}-${commits}-${keys}${steadyFor === undefined ? "" : `-${steadyFor}`}`);
  const list = join(folder, "manifest.json");
  if (existsSync(list)) return { folder, objects: JSON.parse(readFileSync(list, "utf8")) as BenchObject[] };
  say(`writing the objects of ${commits} commits × ${keys}: once, a minute for a million`);
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(join(fresh, "spill"), { recursive: true });
  const room = { memoryBytes: 2 ** 30, threads: 2, spillBytes: 2 ** 34, spillFolder: join(fresh, "spill") };
  const duckdb = await openDuckDB({ ...room, folders: [fresh] });
  const connection = await duckdb.connect();
  const objects: BenchObject[] = [];
  for (let first = 0; first < commits; first += SEGMENT_COMMITS) {
    const last = Math.min(commits, first + SEGMENT_COMMITS) - 1;
    for (const kind of OBJECT_KINDS) {
      const path = join(fresh, "object.parquet");
      await copyToParquet(connection, kind, querySql(kind, first, last, size), path);
      const rows = { values: (last - first + 1) * keys, commits: last - first + 1, columns: keys }[kind];
      objects.push({ ...(await putInPlace(fresh, path, kind)), first, last, rows });
    }
  }
  connection.closeSync();
  duckdb.close();
  rmSync(join(fresh, "spill"), { recursive: true, force: true });
  writeFileSync(join(fresh, "manifest.json"), JSON.stringify(objects));
  renameSync(fresh, folder);
  return { folder, objects };
}

async function putInPlace(folder: string, path: string, kind: ObjectKind): Promise<ManifestObject> {
  const digest = createHash("sha256");
  let bytes = 0;
  await pipeline(createReadStream(path), async (chunks) => {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      digest.update(chunk);
      bytes += chunk.length;
    }
  });
  const sha256 = digest.digest("hex");
  const bucket = bucketOf(REPOSITORY);
  const key = objectKey(kind, bucket, sha256);
  mkdirSync(dirname(join(folder, key)), { recursive: true });
  renameSync(path, join(folder, key));
  return { kind, key, bytes, sha256, bucket };
}
