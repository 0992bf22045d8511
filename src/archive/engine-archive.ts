// The archive as pages ask it: the manifest says which objects, an engine reads them, and what stays of each commit in
// Postgres says what is true of it now.
import type { RepositoryId } from "../domain/model.ts";
import { readArchiveColumnHeads, readArchiveColumns } from "../store/archive-column.ts";
import { readSegments, type StoredSegment } from "../store/archive-manifest.ts";
import { type ArchivedCommit, chunkOf, commitIn, readArchivedAt } from "../store/archived-commit.ts";
import type { Database } from "../store/database.ts";
import type { Reader } from "../store/organization-store.ts";
import { NO_ROWS, type ThawedFile, type ThawedRows } from "../store/thawed-rows.ts";
import type {
  Archive,
  ArchivedLine,
  ArchivedRepository,
  ArchivedTime,
  WantedBetween,
  WantedColumns,
  WantedLine,
  WantedRows,
  WantedTop,
} from "./archive.ts";
import { Asking, MAX_ROWS, objectsOf } from "./asking.ts";
import { LineOfEngine } from "./line-of-engine.ts";
import { betweenOf, missingOf, rankedOf, type Scope, timeOf } from "./questions.ts";
import { MISSING_RANK, rankKeys } from "./rank-keys.ts";
import { rising } from "./positions.ts";
import type { QueryEngine } from "./query-engine.ts";
import { type CommitFile, type CommitOfArchive, commitRow, fileRow } from "./thawed-commits.ts";
import { ThawedValues, type ValueColumn } from "./thawed-values.ts";
import type { ValueRows } from "./value-rows.ts";

/** Some 10 MB of rows, a second with all that is made of them. */
const COMMITS_AT_ONCE = 10_000;

/** What is known of a repository in Postgres when the engine is asked: of one snapshot. */
interface Known {
  readonly segments: readonly StoredSegment[];
  /** by position */
  readonly commits: ReadonlyMap<number, ArchivedCommit>;
  /** by number; null: whatever the answer names */
  readonly columns: ReadonlyMap<number, ValueColumn> | null;
}

async function readKnown(reader: Reader, repository: RepositoryId, { positions, columns }: WantedRows): Promise<Known> {
  const commits = new Map<number, ArchivedCommit>();
  const chunks = await readArchivedAt(reader, repository, positions);
  const byPosition = new Map(chunks.map((chunk) => [chunk.position, chunk]));
  for (const position of positions) {
    const chunk = byPosition.get(chunkOf(position));
    const commit = chunk === undefined ? null : commitIn(chunk, position);
    if (commit !== null) commits.set(position, commit);
  }
  return {
    segments: await readSegments(reader, repository),
    commits,
    columns: columns === "all" ? null : await numbered(reader, repository, columns),
  };
}

async function numbered(
  reader: Reader,
  repository: RepositoryId,
  columns: Exclude<WantedColumns, "all">,
): Promise<ReadonlyMap<number, ValueColumn>> {
  const names = [...columns].flatMap(([path, keys]) => [...keys].map((key) => ({ path, key })));
  const found = names.length === 0 ? [] : await readArchiveColumns(reader, repository, names);
  return new Map(found.map((column) => [column.number, column]));
}

/** The archive over an engine. */
export class EngineArchive implements Archive {
  readonly atOnce = COMMITS_AT_ONCE;
  readonly #database: Pick<Database, "replicas">;
  readonly #engine: QueryEngine;

  constructor(database: Pick<Database, "replicas">, engine: QueryEngine) {
    this.#database = database;
    this.#engine = engine;
  }

  async rows(of: ArchivedRepository, wanted: WantedRows, signal: AbortSignal): Promise<ThawedRows> {
    const { organization, repository } = of;
    const read = <T>(work: (reader: Reader) => Promise<T>): Promise<T> =>
      this.#database.replicas.first(organization, (store) => store.read(work));
    const known = await read((reader) => readKnown(reader, repository, wanted));
    const own = new Set(known.commits.keys());
    if (own.size === 0) return NO_ROWS;
    const asking = new Asking(this.#engine, repository, known.segments, signal);
    // who wants no values compares nothing
    const isBare = wanted.columns !== "all" && wanted.columns.size === 0;
    // mostly a commit is compared with its parent: both come with one question
    const parents = isBare ? [] : [...known.commits.values()].map(({ firstParent }) => firstParent);
    const found = await asking.commits(own.union(new Set(parents.filter((position) => position >= 0))));
    const commits = new Map([...found].filter(([position]) => own.has(position)));
    const compared = isBare ? new Set<number>() : comparedWith(commits, own);
    const further = compared.difference(found);
    const others = new Map([...found, ...(further.size === 0 ? [] : await asking.commits(further))]);
    const values = new ThawedValues();
    if (known.columns === null || known.columns.size > 0) {
      const positions = own.union(compared);
      const answer = await asking.values(rising(positions), known.columns === null ? null : known.columns.keys());
      const columns = known.columns ?? (await read((reader) => columnsIn(reader, repository, answer)));
      values.add(answer, columns, positions);
    }
    const rows = rowsOf(known, commits, others, values);
    return isBare ? warnedOnly(rows) : rows;
  }

  async top(of: ArchivedRepository, wanted: WantedTop, signal: AbortSignal): Promise<readonly number[]> {
    const { column, descending, below, limit } = wanted;
    const { scope, number } = await this.#scopeOf(of, column, below);
    // a column that nothing in the archive has: every commit comes last
    const asked = { number, kind: column.kind };
    const last = wanted.after;
    const after = last === null ? {} : { after: { ...rankKeys(last.value, column.kind), position: last.position } };
    const order = descending ? "descending" : "ascending";
    const present = await this.#engine.ask(rankedOf(scope, asked, { order, limit, ...after }), signal);
    const positions = present.columns[0] as readonly number[];
    if (positions.length === limit) return positions;
    const further = after.after?.rank === MISSING_RANK ? { below: after.after.position } : {};
    const missing = missingOf(scope, asked, { limit: limit - positions.length, ...further });
    return [...positions, ...((await this.#engine.ask(missing, signal)).columns[0] as readonly number[])];
  }

  async between(of: ArchivedRepository, wanted: WantedBetween, signal: AbortSignal): Promise<readonly number[]> {
    const { column, low, high, below } = wanted;
    const { scope, number } = await this.#scopeOf(of, column, below);
    const answer = await this.#engine.ask(betweenOf(scope, number, low, high, MAX_ROWS), signal);
    return answer.columns[0] as readonly number[];
  }

  /** What is asked about one column: the objects of all commits below a position, and its number, 0 where it has none. */
  async #scopeOf(
    { organization, repository }: ArchivedRepository,
    column: ValueColumn,
    below: number,
  ): Promise<{ readonly scope: Scope; readonly number: number }> {
    return this.#database.replicas.first(organization, (store) =>
      store.read(async (reader) => {
        const segments = await readSegments(reader, repository);
        const [known] = await readArchiveColumns(reader, repository, [column]);
        const objects = objectsOf(segments.filter(({ kind, first }) => kind !== "columns" && first < below));
        const scope = { objects, repository: Number(repository), last: below - 1 };
        return { scope, number: known?.number ?? 0 };
      }),
    );
  }

  async line(of: ArchivedRepository, wanted: WantedLine, signal: AbortSignal): Promise<ArchivedLine> {
    const { organization, repository } = of;
    const { positions } = wanted;
    const { segments, columns } = await this.#database.replicas.first(organization, (store) =>
      store.read(async (reader) => ({
        segments: await readSegments(reader, repository),
        columns: [...(await numbered(reader, repository, wanted.columns))],
      })),
    );
    const asking = new Asking(this.#engine, repository, segments, signal);
    const line = new LineOfEngine(wanted.files ? await asking.lineCommits(positions) : null);
    const atOnce = Math.max(1, Math.floor(MAX_ROWS / Math.max(1, spanOf(positions))));
    for (let from = 0; from < columns.length; from += atOnce) {
      const some = new Map(columns.slice(from, from + atOnce));
      const named = [...some].map(([number, { path, key }]) => ({ number, path, key }));
      line.add(await asking.values(positions, some.keys()), named);
    }
    return line;
  }

  async times(of: ArchivedRepository, positions: Int32Array, signal: AbortSignal): Promise<readonly ArchivedTime[]> {
    const { organization, repository } = of;
    const segments = await this.#database.replicas.first(organization, (store) => readSegments(store, repository));
    const asking = new Asking(this.#engine, repository, segments, signal);
    const { rows, columns } = await asking.times(positions);
    const [at = [], times = []] = columns;
    return Array.from({ length: rows }, (_, row) => {
      return { position: at[row] as number, committedAt: timeOf(times[row] as string) / 1_000 };
    });
  }
}

/** Positions from the first to the last: what an engine may give where the ones between are not left out. */
function spanOf(positions: Int32Array): number {
  return (positions.at(-1) ?? 0) - (positions[0] ?? 0) + 1;
}

/** @returns positions of the commits that others are compared with and that are not among them */
function comparedWith(commits: ReadonlyMap<number, CommitOfArchive>, own: ReadonlySet<number>): Set<number> {
  const positions = [...commits.values()].flatMap(({ files }) =>
    files.flatMap(({ baselinePosition }) => baselinePosition ?? []),
  );
  return new Set(positions).difference(own);
}

async function columnsIn(
  reader: Reader,
  repository: RepositoryId,
  answer: ValueRows,
): Promise<ReadonlyMap<number, ValueColumn>> {
  const numbers = new Set<number>();
  for (let row = 0; row < answer.rows; row++) numbers.add(answer.columnOf(row));
  const heads = await readArchiveColumnHeads(reader, repository, [...numbers]);
  return new Map(heads.map((head) => [head.number, head]));
}

/** Of files whose values nobody wants those that warn of something: a commit says how much its files do. */
function warnedOnly({ files, values, ...rest }: ThawedRows): ThawedRows {
  const warned = [...files.keys()].filter((index) => files[index]?.warnings !== null);
  return {
    ...rest,
    files: warned.map((index) => files[index] as ThawedFile),
    values: warned.map((index) => values[index] ?? null),
  };
}

/** The rows of the commits, of their files, and of the files that they are compared with. */
function rowsOf(
  known: Known,
  commits: ReadonlyMap<number, CommitOfArchive>,
  others: ReadonlyMap<number, CommitOfArchive>,
  documents: ThawedValues,
): ThawedRows {
  const files = new Map<number, ThawedFile>();
  const values: (string | null)[] = [];
  const put = (file: CommitFile, position: number): void => {
    if (files.has(file.number)) return;
    const document = file.shape === undefined ? null : documents.documentAt(position, file.path);
    files.set(file.number, fileRow(file, document?.shape ?? null));
    values.push(document?.values ?? null);
  };
  for (const [position, commit] of commits) for (const file of commit.files) put(file, position);
  const at = (position: number): CommitOfArchive | undefined => commits.get(position) ?? others.get(position);
  for (const { files: list } of commits.values()) {
    for (const { baseline, baselinePosition } of list) {
      const file = at(baselinePosition ?? -1)?.files.find(({ number }) => number === baseline);
      if (file !== undefined) put(file, baselinePosition ?? -1);
    }
  }
  const rows = [...commits].flatMap(([position, commit]) => {
    const now = known.commits.get(position);
    return now === undefined ? [] : [commitRow(commit, now)];
  });
  return { commits: rows, files: [...files.values()], values, shapes: documents.shapes };
}
