// Writes a segment: the commits of a range, from Postgres into the three objects, without ever holding them all.
import { join } from "node:path";
import type { RepositoryId, Value } from "../domain/model.ts";
import { fromJsonb, numberOf } from "../domain/value.ts";
import { readArchiveColumnHeads } from "../store/archive-column.ts";
import { readSourceCommits, readSourceFiles, readSourceValues, type SourceCommit } from "../store/archive-source.ts";
import type { OrganizationStore } from "../store/database.ts";
import type { ColumnNumbers } from "./column-numbers.ts";
import { filesText, fileText } from "./file-texts.ts";
import type { LocalFile } from "./object-store.ts";
import { copyToParquet, parquetTable } from "./parquet.ts";
import type { ObjectKind } from "./query-engine.ts";
import { StagedRows } from "./staged-rows.ts";
import { OBJECT_KINDS } from "./tables.ts";
import { finishedFile, type WorkRoom } from "./work-room.ts";

/** Commits that are read at a time: a few MB with all that stands in them. */
const BATCH_COMMITS = 100;
/** Versions whose values are read at a time, and their bytes as Postgres keeps them: it packs them up to tenfold. */
const BATCH_FILES = 100;
const BATCH_BYTES = 1024 * 1024;

/** Of a commit, as it is staged: times in milliseconds since 1970. */
const COMMIT_COLUMNS = `position INTEGER, sha VARCHAR, parents VARCHAR, first_parent INTEGER, ordinal INTEGER, line INTEGER,
  author_name VARCHAR, author_email VARCHAR, authored VARCHAR, authored_at DOUBLE, committer_name VARCHAR, committed VARCHAR,
  committed_at DOUBLE, subject VARCHAR, files VARCHAR, unread_from VARCHAR, warnings VARCHAR`;

/** What is written. */
export interface SegmentRange {
  readonly repositoryId: RepositoryId;
  readonly first: number;
  readonly last: number;
}

/** An object as a file of this machine. */
export interface WrittenObject extends LocalFile {
  readonly kind: ObjectKind;
  readonly rows: number;
}

/** A segment in files, and what its run needs besides. */
export interface WrittenSegment {
  readonly objects: readonly WrittenObject[];
  readonly commits: number;
  /** beside the positions from `first` on: depths and lines as they were written */
  readonly ordinals: Int32Array;
  readonly lines: Int32Array;
  /** of merges: positions of further parents, by position; and ids of those that are not in Postgres any more */
  readonly otherParents: ReadonlyMap<number, readonly number[]>;
  readonly elsewhere: ReadonlyMap<number, readonly string[]>;
  /** the highest number of a file version in it */
  readonly file: number;
}

interface Writing {
  readonly store: OrganizationStore;
  readonly room: WorkRoom;
  readonly range: SegmentRange;
  readonly columns: ColumnNumbers;
  readonly signal: AbortSignal;
}

/** Reads a range of commits and writes its objects into the room. */
export async function writeSegment(writing: Writing): Promise<WrittenSegment> {
  const facts = await stageCommits(writing);
  await stageValues(writing);
  await stageColumns(writing);
  const objects: WrittenObject[] = [];
  for (const kind of OBJECT_KINDS) objects.push(await writeObject(writing, kind));
  return { ...facts, objects };
}

/** The commits, which versions they have, and each version once. */
async function stageCommits({ store, room, range, signal }: Writing): Promise<Omit<WrittenSegment, "objects">> {
  const commits = await StagedRows.open(room.connection, "staged_commit", COMMIT_COLUMNS);
  const uses = await StagedRows.open(room.connection, "staged_use", `file INTEGER, position INTEGER`);
  const versions = await StagedRows.open(
    room.connection,
    "staged_version",
    `file INTEGER, path VARCHAR, shape INTEGER, stored INTEGER`,
  );
  const size = range.last - range.first + 1;
  const lists = { ordinals: new Int32Array(size), lines: new Int32Array(size) };
  const otherParents = new Map<number, readonly number[]>();
  const elsewhere = new Map<number, readonly string[]>();
  let texts = new Map<number, string>();
  let unshaped = new Set<number>();
  const counts = { commits: 0, file: 0 };
  for (let first = range.first; first <= range.last; ) {
    signal.throwIfAborted();
    const batch = await readSourceCommits(store, range.repositoryId, { first, last: range.last }, BATCH_COMMITS);
    if (batch.length === 0) break;
    const known = await knownFiles(store, range, batch, { texts, unshaped });
    ({ texts, unshaped } = known);
    for (const { number, path, shape, stored } of known.found)
      if (shape !== null) versions.add(number, path, shape, stored);
    for (const commit of batch) {
      commits.add(...commitRow(commit, filesText(commit, texts)));
      for (const file of commit.files) if (!unshaped.has(file)) uses.add(file, commit.position);
      lists.ordinals[commit.position - range.first] = commit.ordinal;
      lists.lines[commit.position - range.first] = commit.line ?? 0;
      if (commit.otherParents.length > 0) otherParents.set(commit.position, commit.otherParents);
      if (commit.elsewhere.length > 0) elsewhere.set(commit.position, commit.elsewhere);
      for (const number of [...commit.files, ...commit.baselineFiles]) counts.file = Math.max(counts.file, number ?? 0);
    }
    counts.commits += batch.length;
    first = (batch.at(-1) as SourceCommit).position + 1;
  }
  for (const staged of [commits, uses, versions]) staged.close();
  return { ...counts, ...lists, otherParents, elsewhere };
}

interface KnownFiles {
  /** of `fileText()` */
  readonly texts: Map<number, string>;
  /** versions without values */
  readonly unshaped: Set<number>;
}

/** Consecutive commits share most of their versions: what the batch before had is not asked for again. */
async function knownFiles(
  store: OrganizationStore,
  { repositoryId }: SegmentRange,
  batch: readonly SourceCommit[],
  before: KnownFiles,
) {
  const wanted = new Set(batch.flatMap(({ files }) => files));
  const missing = [...wanted].filter((number) => !before.texts.has(number));
  const found = missing.length === 0 ? [] : await readSourceFiles(store, repositoryId, missing);
  const texts = new Map([...before.texts].filter(([number]) => wanted.has(number)));
  const unshaped = new Set([...before.unshaped].filter((number) => wanted.has(number)));
  for (const file of found) {
    texts.set(file.number, fileText(file));
    if (file.shape === null) unshaped.add(file.number);
  }
  return { texts, unshaped, found };
}

function commitRow(commit: SourceCommit, files: string) {
  const { position, sha, parents, firstParent, ordinal, line, authorName, authorEmail, authored, authoredAt } = commit;
  const { committerName, committed, committedAt, subject, unreadFrom, warnings } = commit;
  const place = [position, sha, parents, firstParent, ordinal, line] as const;
  const people = [authorName, authorEmail, authored, authoredAt, committerName, committed, committedAt] as const;
  return [...place, ...people, subject, files, unreadFrom, warnings] as const;
}

/** The values of each version, once. */
async function stageValues(writing: Writing): Promise<void> {
  const { room, signal } = writing;
  const { connection } = room;
  await connection.run(
    `CREATE OR REPLACE TABLE version AS
     SELECT file, any_value(path) AS path, any_value(shape) AS shape, any_value(stored) AS stored
     FROM staged_version GROUP BY file`,
  );
  const rows = await StagedRows.open(
    connection,
    "staged_value",
    `file INTEGER, column_id INTEGER, num DOUBLE, text VARCHAR, kind VARCHAR`,
  );
  for (let last = 0; ; ) {
    signal.throwIfAborted();
    const page = await connection.runAndReadAll(
      `SELECT file, path, shape, stored FROM version WHERE file > ${last} ORDER BY file LIMIT ${BATCH_FILES}`,
    );
    const versions = page.getRowsJS() as unknown as [number, string, number, number][];
    if (versions.length === 0) break;
    const some = versions.slice(0, batchLength(versions.map(([, , , stored]) => stored)));
    await stageVersions(writing, rows, some);
    last = some.at(-1)?.[0] ?? last;
  }
  rows.close();
}

/** @returns how many of the first make no more than BATCH_BYTES together; one at least */
function batchLength(sizes: readonly number[]): number {
  let bytes = 0;
  const over = sizes.findIndex((size) => (bytes += size) > BATCH_BYTES);
  return over < 0 ? sizes.length : Math.max(over, 1);
}

async function stageVersions(
  { store, range, columns }: Writing,
  rows: StagedRows,
  versions: readonly (readonly [number, string, number, number])[],
): Promise<void> {
  const places = new Map(versions.map(([file, path, shape]) => [file, { path, shape }]));
  await columns.know([...places.values()]);
  for (const { number, values } of await readSourceValues(store, range.repositoryId, [...places.keys()])) {
    const { path, shape } = places.get(number) as { path: string; shape: number };
    const numbers = columns.of(path, shape);
    const list = fromJsonb(values);
    if (list.length !== numbers.length) throw new Error(`file version ${number} has other values than keys`);
    for (let index = 0; index < list.length; index++) {
      rows.add(number, numbers[index] as number, ...valueRow(list[index] as Value));
    }
  }
}

/** @returns num, text and kind, as tables.ts has them */
function valueRow(value: Value): readonly [number | null, string | null, string] {
  if (typeof value === "number") return [value, null, "number"];
  if (typeof value === "bigint") return [Number(value), value.toString(), "number"];
  if (typeof value === "string") return [numberOf(value), value, "text"];
  return value === null ? [null, null, "null"] : [value ? 1 : 0, null, "boolean"];
}

/** The columns that the values are of, as they are known today. */
async function stageColumns({ store, room, range }: Writing): Promise<void> {
  const used = await room.connection.runAndReadAll(`SELECT DISTINCT column_id FROM staged_value`);
  const numbers = used.getRowsJS().map(([number]) => Number(number));
  const rows = await StagedRows.open(
    room.connection,
    "staged_column",
    `column_id INTEGER, path VARCHAR, key VARCHAR, kind VARCHAR, unit VARCHAR, goal VARCHAR`,
  );
  for (const { number, path, key, kind, unit, goal } of await readArchiveColumnHeads(
    store,
    range.repositoryId,
    numbers,
  )) {
    rows.add(number, path, key, kind, unit, goal);
  }
  rows.close();
}

const QUERIES: Readonly<Record<ObjectKind, string>> = {
  values: `
    SELECT v.column_id, u.position, v.num, v.text, v.kind FROM staged_use u JOIN staged_value v ON v.file = u.file`,
  commits: `
    SELECT * REPLACE (epoch_ms(CAST(authored_at AS BIGINT)) AS authored_at,
      epoch_ms(CAST(committed_at AS BIGINT)) AS committed_at)
    FROM staged_commit`,
  columns: `SELECT * FROM staged_column`,
};

/** What nothing is read from after an object of a kind was written: memory for the next one. */
const DONE_WITH: Readonly<Record<ObjectKind, readonly string[]>> = {
  values: ["staged_version", "version", "staged_use", "staged_value"],
  commits: ["staged_commit"],
  columns: ["staged_column"],
};

async function writeObject({ room, range, signal }: Writing, kind: ObjectKind): Promise<WrittenObject> {
  signal.throwIfAborted();
  const path = join(room.folder, `${kind}.parquet`);
  const query = `SELECT CAST(${range.repositoryId} AS BIGINT) AS repository_id, q.* FROM (${QUERIES[kind]}) q`;
  await copyToParquet(room.connection, kind, query, path);
  for (const table of DONE_WITH[kind]) await room.connection.run(`DROP TABLE ${table}`);
  const rows = await room.connection.runAndReadAll(`SELECT count(*) FROM ${parquetTable(kind, [path])}`);
  return { kind, rows: Number(rows.getRowsJS()[0]?.[0]), ...(await finishedFile(path)) };
}
