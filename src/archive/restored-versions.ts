// File versions come back into Postgres: their keys and values from the rows of one commit that has them.
import type { Sha, Value, Warning } from "../domain/model.ts";
import { compareTexts } from "../domain/value.ts";
import { missingVersions } from "../store/archive-restoring.ts";
import { readArchivedVersionsAt, takeArchivedVersions } from "../store/archived-version.ts";
import type { OrganizationStore } from "../store/database.ts";
import type { Lease } from "../store/lease.ts";
import { copyFiles, fileRows, findFiles, lastNumbers, type NewFile } from "../store/metric-file.ts";
import { copyShapes, findShapeNumbers, type NewShape, shapeHashOf, shapeRows } from "../store/metric-shape.ts";
import { raiseVersion } from "../store/repository.ts";
import type { DuckDBConnection } from "@duckdb/node-api";
import { StagedRows } from "./staged-rows.ts";
import type { CommitFile } from "./thawed-commits.ts";

/** Commits whose lists of files are read at a time. */
const BATCH_COMMITS = 500;
/** Values that are gathered before their versions are written. */
const BATCH_VALUES = 50_000;

/** A version, and a commit that has it. */
interface WantedVersion extends CommitFile {
  readonly position: number;
}

/** The versions of a repository that were restored, in this run or before. */
export class RestoredVersions {
  readonly #store: OrganizationStore;
  readonly #lease: Lease;
  /** of versions that were read anew since they were archived: the number that they have now */
  readonly #others = new Map<number, number>();

  constructor(store: OrganizationStore, lease: Lease) {
    this.#store = store;
    this.#lease = lease;
  }

  /** @returns the number in Postgres of the version that had this one */
  numberOf(number: number): number {
    return this.#others.get(number) ?? number;
  }

  /** Restores what the commits of a segment have and Postgres has not. @returns how many versions that were */
  async restore(connection: DuckDBConnection, signal: AbortSignal): Promise<number> {
    let count = 0;
    const seen = new Set<number>();
    for (let from = -1; ; ) {
      signal.throwIfAborted();
      const answer = await connection.runAndReadAll(
        `SELECT CAST(position AS DOUBLE), files FROM archived_commits WHERE position > ${from} ORDER BY position LIMIT ${BATCH_COMMITS}`,
      );
      const rows = answer.getRowsJS() as [number, string][];
      if (rows.length === 0) return count;
      from = rows.at(-1)?.[0] ?? from;
      const wanted = new Map<number, WantedVersion>();
      for (const [position, text] of rows) {
        for (const file of JSON.parse(text) as CommitFile[]) {
          if (!seen.has(file.number)) wanted.set(file.number, { ...file, position });
          seen.add(file.number);
        }
      }
      const missing = await this.#missing(wanted);
      count += missing.length;
      await this.#write(connection, missing);
    }
  }

  /**
   * Those that archived commits have alone, which are not there under another number either. The object also has some of
   * commits that are gone by now, which nothing has any more.
   */
  async #missing(wanted: ReadonlyMap<number, WantedVersion>): Promise<WantedVersion[]> {
    const { repositoryId } = this.#lease;
    const numbers = await missingVersions(this.#store, repositoryId, [...wanted.keys()]);
    const missing = numbers.map((number) => wanted.get(number) as WantedVersion);
    const others = await findFiles(
      this.#store,
      repositoryId,
      missing.map(({ path, blob }) => ({ path, oid: blob as Sha })),
    );
    const known = new Map(others.map(({ path, oid, number }) => [`${oid} ${path}`, number]));
    const archived = await readArchivedVersionsAt(this.#store, repositoryId, numbers);
    const needed = new Set(archived.map(({ number }) => number));
    return missing.filter(({ number, path, blob }) => {
      const other = known.get(`${blob} ${path}`);
      if (other !== undefined) this.#others.set(number, other);
      return other === undefined && needed.has(number);
    });
  }

  async #write(connection: DuckDBConnection, missing: readonly WantedVersion[]): Promise<void> {
    const unreadable = missing.filter(({ status }) => status !== "read");
    await this.#copy(unreadable.map((version) => ({ version, keys: null, values: null })));
    let batch: Document[] = [];
    let values = 0;
    for await (const document of documentsOf(
      connection,
      missing.filter(({ status }) => status === "read"),
    )) {
      batch.push(document);
      values += document.values?.length ?? 0;
      if (values < BATCH_VALUES) continue;
      await this.#copy(batch);
      batch = [];
      values = 0;
    }
    await this.#copy(batch);
  }

  async #copy(documents: readonly Document[]): Promise<void> {
    if (documents.length === 0) return;
    const { repositoryId } = this.#lease;
    const hashes = new Map(
      documents.flatMap(({ keys }) => (keys === null ? [] : [[shapeHashOf(keys), keys] as const])),
    );
    await this.#store.write(async (tx) => {
      const known = await findShapeNumbers(tx, repositoryId, [...hashes.keys()]);
      let { shape: last } = await lastNumbers(tx, repositoryId);
      const fresh: NewShape[] = [];
      for (const [hash, keys] of hashes) {
        if (known.has(hash)) continue;
        known.set(hash, (last += 1));
        fresh.push({ number: last, hash, keys });
      }
      const files = documents.map(({ version, keys, values }): NewFile => {
        const { number, path, blob, size, adapter, adapterVersion, problem, warnings } = version;
        const shape = keys === null ? null : (known.get(shapeHashOf(keys)) ?? null);
        const said = {
          problem: (problem as Warning | undefined) ?? null,
          warnings: (warnings as Warning[] | undefined) ?? [],
        };
        return { number, path, oid: blob as Sha, size, adapter, adapterVersion, ...said, shape, values };
      });
      await copyShapes(tx, shapeRows(this.#lease, fresh));
      await copyFiles(tx, fileRows(this.#lease, files));
      await takeArchivedVersions(
        tx,
        repositoryId,
        files.map(({ number }) => number),
      );
      // who reads meanwhile must not take a version for two: one of the archive, and one that is here
      await raiseVersion(tx, this.#lease);
    });
  }
}

interface Document {
  readonly version: WantedVersion;
  readonly keys: readonly string[] | null;
  readonly values: readonly Value[] | null;
}

/** Documents, one after the other as DuckDB finds them. */
async function* documentsOf(
  connection: DuckDBConnection,
  versions: readonly WantedVersion[],
): AsyncGenerator<Document> {
  if (versions.length === 0) return;
  const wanted = await StagedRows.open(connection, "wanted", "number INTEGER, position INTEGER, path VARCHAR");
  for (const { number, position, path } of versions) wanted.add(number, position, path);
  wanted.close();
  const result = await connection.stream(`
    SELECT w.number, c.key, v.num, v.text, v.kind FROM wanted w
    JOIN archived_columns c ON c.path = w.path
    JOIN archived_values v ON v.column_id = c.column_id AND v.position = w.position
    ORDER BY w.number`);
  const byNumber = new Map(versions.map((version) => [version.number, version]));
  let rows: [string, Value][] = [];
  let current: number | null = null;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    for (const row of chunk.getRows()) {
      const [number, key, num, text, kind] = row as [number, string, number | null, string | null, string];
      if (current !== null && number !== current) {
        yield documentOf(byNumber, current, rows);
        rows = [];
      }
      current = number;
      rows.push([key, valueOf(kind, num, text)]);
    }
  }
  if (current !== null) yield documentOf(byNumber, current, rows);
  // a document without a single value has no row
  for (const version of byNumber.values()) yield { version, keys: [], values: [] };
}

/** Takes the version out of those that are waited for. */
function documentOf(byNumber: Map<number, WantedVersion>, number: number, rows: [string, Value][]): Document {
  const sorted = rows.toSorted(([a], [b]) => compareTexts(a, b));
  const version = byNumber.get(number) as WantedVersion;
  byNumber.delete(number);
  return { version, keys: sorted.map(([key]) => key), values: sorted.map(([, value]) => value) };
}

function valueOf(kind: string, num: number | null, text: string | null): Value {
  if (kind === "text") return text ?? "";
  if (kind === "boolean") return num === 1;
  if (kind === "null" || num === null) return null;
  return text === null ? num : BigInt(text);
}
