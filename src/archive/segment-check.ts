// Compares objects that were read back with what Postgres itself says of the same commits, before the manifest names them.
import type { RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import {
  type ColumnFigures,
  type CommitFigures,
  readCommitFigures,
  readValueFigures,
} from "../store/archive-figures.ts";
import { joinAtOnce } from "../store/archive-source.ts";
import type { OrganizationStore } from "../store/database.ts";
import type { ColumnNumbers } from "./column-numbers.ts";
import { parquetTable } from "./parquet.ts";
import type { ObjectKind } from "./query-engine.ts";
import type { WorkRoom } from "./work-room.ts";

/** Values that Postgres is asked for figures of at a time: half a second of its work. */
const BATCH_VALUES = 400_000;
/** Commits of one question at most. */
const BATCH_COMMITS = 5_000;

type Figures = { -readonly [Name in keyof ColumnFigures]: ColumnFigures[Name] };

/** What is compared. */
export interface SegmentCheck {
  readonly store: OrganizationStore;
  readonly room: WorkRoom;
  readonly repositoryId: RepositoryId;
  readonly first: number;
  readonly last: number;
  /** of the segment, as they were counted before it was written */
  readonly commits: number;
  readonly values: number;
  readonly columns: ColumnNumbers;
  /** the files that were read back, and the keys of their objects */
  readonly files: Readonly<Record<ObjectKind, { readonly path: string; readonly key: string }>>;
  readonly signal: AbortSignal;
}

/**
 * Compares objects with Postgres: rows, first and last position, and of each column how many numbers, texts, truth values and
 * nulls there are and sums over them that differ as soon as one of them does.
 * @throws TidemarkError `archive-object-damaged`
 */
export async function checkSegment(check: SegmentCheck): Promise<void> {
  await checkCommits(check);
  const wanted = await storedFigures(check);
  const found = await writtenFigures(check);
  for (const column of new Set([...wanted.keys(), ...found.keys()])) {
    const [a, b] = [figuresText(wanted.get(column)), figuresText(found.get(column))];
    if (a !== b) throw differs(check.files.values.key, `of column ${column} ${b}`, a);
  }
  await checkColumns(check, [...wanted.keys()]);
}

function figuresText(figures: Figures | undefined): string {
  if (figures === undefined) return "no value";
  const { numbers, texts, booleans, nulls, num, text } = figures;
  return `${numbers} numbers, ${texts} texts, ${booleans} truth values, ${nulls} nulls, sums ${num} and ${text}`;
}

function differs(key: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("archive-object-damaged", {
    attempt: "verify the archive's object",
    value: key,
    found,
    wanted,
  });
}

async function storedFigures(check: SegmentCheck): Promise<Map<number, Figures>> {
  const { store, repositoryId, first, last, columns, signal } = check;
  const perCommit = Math.max(check.values / Math.max(check.commits, 1), 1);
  const step = Math.max(1, Math.min(BATCH_COMMITS, Math.floor(BATCH_VALUES / perCommit)));
  const all = new Map<number, Figures>();
  for (let from = first; from <= last; from += step) {
    signal.throwIfAborted();
    const rows = await store.read(async (reader) => {
      await joinAtOnce(reader);
      return readValueFigures(reader, repositoryId, from, Math.min(from + step - 1, last));
    });
    await columns.know(rows);
    for (const { path, shape, index, ...figures } of rows) {
      const column = columns.of(path, shape)[index] ?? 0;
      all.set(column, sumOf(all.get(column), figures));
    }
  }
  return all;
}

function sumOf(a: Figures | undefined, b: Figures): Figures {
  if (a === undefined) return b;
  a.numbers += b.numbers;
  a.texts += b.texts;
  a.booleans += b.booleans;
  a.nulls += b.nulls;
  a.num += b.num;
  a.text += b.text;
  return a;
}

async function writtenFigures({ room, files }: SegmentCheck): Promise<Map<number, Figures>> {
  const answer = await room.connection.runAndReadAll(`
    SELECT CAST(column_id AS DOUBLE), CAST(count(*) FILTER (WHERE kind = 'number') AS DOUBLE),
      CAST(count(*) FILTER (WHERE kind = 'text') AS DOUBLE), CAST(count(*) FILTER (WHERE kind = 'boolean') AS DOUBLE),
      CAST(count(*) FILTER (WHERE kind = 'null' AND num IS NULL AND text IS NULL) AS DOUBLE),
      CAST(coalesce(sum(CASE WHEN isnan(num) THEN 1 ELSE CAST(CAST(num + 0 AS BIT) AS BIGINT) END), 0) AS VARCHAR),
      CAST(coalesce(sum(${digest("text")}), 0) AS VARCHAR)
    FROM ${parquetTable("values", [files.values.path])} GROUP BY column_id`);
  const rows = answer.getRowsJS() as unknown as [number, number, number, number, number, string, string][];
  return new Map(
    rows.map(([column, numbers, texts, booleans, nulls, num, text]) => [
      column,
      { numbers, texts, booleans, nulls, num: BigInt(num), text: BigInt(text) },
    ]),
  );
}

/** First 32 bits of the MD5 of a text. */
function digest(text: string): string {
  return `CAST('0x' || substr(md5(${text}), 1, 8) AS BIGINT)`;
}

async function checkCommits({ store, room, repositoryId, first, last, files }: SegmentCheck): Promise<void> {
  const wanted = await readCommitFigures(store, repositoryId, first, last);
  const answer = await room.connection.runAndReadAll(`
    SELECT CAST(count(*) AS DOUBLE), CAST(min(position) AS DOUBLE), CAST(max(position) AS DOUBLE),
      CAST(sum(json_array_length(files)) AS DOUBLE),
      CAST(sum(${digest(`concat_ws('|', position, sha, nullif(parents, ''), author_name, author_email, authored,
        committer_name, committed, subject, unread_from)`)}) AS VARCHAR),
      CAST(sum(epoch_ms(authored_at) + epoch_ms(committed_at)) AS VARCHAR)
    FROM ${parquetTable("commits", [files.commits.path])} WHERE repository_id = ${repositoryId}`);
  const [row] = answer.getRowsJS() as unknown as [number, number, number, number, string, string][];
  const [rows, lowest, highest, count, sum, times] = row ?? [0, 0, 0, 0, "", ""];
  const found = commitsText({ rows, first: lowest, last: highest, files: count, digest: sum, times });
  const stored = wanted === null ? "no commit" : commitsText(wanted);
  if (found !== stored) throw differs(files.commits.key, found, stored);
}

function commitsText({ rows, first, last, files, digest: sum, times }: CommitFigures): string {
  return `${rows} commits from ${first} to ${last} with ${files} files, sums ${sum} and ${times}`;
}

async function checkColumns({ room, files }: SegmentCheck, columns: readonly number[]): Promise<void> {
  const answer = await room.connection.runAndReadAll(
    `SELECT CAST(column_id AS VARCHAR) FROM ${parquetTable("columns", [files.columns.path])} ORDER BY column_id`,
  );
  const found = (answer.getRowsJS() as string[][]).flat().join(" ");
  const wanted = columns.toSorted((a, b) => a - b).join(" ");
  if (found !== wanted) throw differs(files.columns.key, `columns ${found}`, `columns ${wanted}`);
}
