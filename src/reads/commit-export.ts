// A whole list of commits as text: CSV, or one JSON object a line. Read in batches while it is taken.
import { commitJson } from "../domain/commit-json.ts";
import { csvLine } from "../domain/delimited.ts";
import { formatColumnId } from "../domain/key.ts";
import type { OrganizationId, RepositoryId, Value } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { readVersion } from "../store/branch-page.ts";
import { readLinePositions } from "../store/commit-export.ts";
import { readColumnsInOrder } from "../store/comparison.ts";
import { branchOf, partsFrom } from "./branch-line.ts";
import { type BatchWish, type ExportedCommit, exportBatches } from "./export-batch.ts";
import { type PlanReads, planFor } from "./page-plan.ts";
import { askRepository, type NameReads } from "./repository-names.ts";
import { writtenTime } from "./written-time.ts";

/** Commits of one export: 8 MB of positions, and the largest histories that there are. */
const MAX_COMMITS = 1_000_000;
/** Columns of a CSV file unless some are chosen: more than any spreadsheet is pleasant with. */
const MAX_CSV_COLUMNS = 2_000;
/** Characters that are handed on at a time. */
const CHUNK_LENGTH = 64 * 1024;

/** What is exported. */
export interface ExportQuery {
  readonly format: "csv" | "ndjson";
  readonly branch?: string | undefined;
  /** column ids; none means all */
  readonly columns: readonly string[];
}

/** An export that is ready to be taken. */
export interface CommitExport {
  /** of the repository */
  readonly name: string;
  readonly branch: string | null;
  /** of the whole list */
  readonly commits: number;
  /** pieces of some 64 KiB. Nothing is held in the database between two of them; leaving early ends the reading */
  readonly text: AsyncGenerator<string>;
}

interface CsvColumn {
  readonly path: string;
  readonly key: string;
}

/** Where the columns of a file's keys stand in a row. */
class CsvPlaces {
  readonly #places = new Map<string, Map<string, number>>();
  readonly #known = new WeakMap<readonly string[], Map<string, readonly (readonly [number, number])[]>>();

  constructor(columns: readonly CsvColumn[]) {
    columns.forEach(({ path, key }, place) => {
      const keys = this.#places.get(path) ?? new Map<string, number>();
      keys.set(key, place);
      this.#places.set(path, keys);
    });
  }

  /** @returns pairs: the column's place, and the key's index */
  of(path: string, keys: readonly string[]): readonly (readonly [number, number])[] {
    const byPath = this.#known.get(keys) ?? new Map<string, readonly (readonly [number, number])[]>();
    this.#known.set(keys, byPath);
    let pairs = byPath.get(path);
    if (pairs === undefined) {
      const places = this.#places.get(path);
      pairs = keys.flatMap((key, index) => {
        const place = places?.get(key);
        return place === undefined ? [] : [[place, index] as const];
      });
      byPath.set(path, pairs);
    }
    return pairs;
  }
}

function csvWriter(columns: readonly CsvColumn[]): (exported: ExportedCommit) => string {
  const places = new CsvPlaces(columns);
  return ({ commit, documents }) => {
    const values: Value[] = columns.map(() => null);
    for (const { path, document } of documents) {
      for (const [place, index] of places.of(path, document.keys)) values[place] = document.values[index] ?? null;
    }
    const { sha, authored, authoredAt, authorName, subject } = commit;
    return csvLine([sha, writtenTime(authored, authoredAt), authorName, subject, ...values]);
  };
}

function jsonWriter(wanted: ReadonlySet<string> | null): (exported: ExportedCommit) => string {
  return ({ commit, documents, changed }) => {
    const { sha, parents, authorName, authored, authoredAt, committed, committedAt, subject, branch } = commit;
    const head = {
      sha,
      parents,
      author: { name: authorName },
      authoredAt: writtenTime(authored, authoredAt),
      committedAt: writtenTime(committed, committedAt),
      subject,
      branches: branch === null ? [] : [branch],
    };
    return `${commitJson(head, { documents, wanted, changed, warnings: commit.warnings ?? "[]" })}\n`;
  };
}

/** Puts lines together to pieces that are worth sending. */
async function* inPieces(
  first: string,
  batches: AsyncIterable<readonly ExportedCommit[]>,
  write: (exported: ExportedCommit) => string,
): AsyncGenerator<string> {
  let piece = first;
  for await (const batch of batches) {
    for (const exported of batch) {
      piece += write(exported);
      if (piece.length < CHUNK_LENGTH) continue;
      yield piece;
      piece = "";
    }
  }
  if (piece !== "") yield piece;
}

function tooMuch(name: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("limit-exceeded", { attempt: "export", value: name, found, wanted });
}

/** The positions of the commits that are exported, in their order. */
async function positionsOf(
  reads: PlanReads,
  organization: OrganizationId,
  repository: RepositoryId,
  query: ExportQuery,
): Promise<{
  readonly name: string;
  readonly branch: string | null;
  readonly columns: readonly CsvColumn[];
  readonly positions: readonly number[];
} | null> {
  const store = reads.database.web.in(organization);
  const head = await readVersion(store, repository);
  if (head === null) return null;
  const plan = await planFor(reads, organization, repository, query, head.version);
  if (plan === null) return null;
  const branch = branchOf(plan.lines, query.branch);
  const ordinal = branch?.headOrdinal ?? null;
  const start = branch === null || ordinal === null ? null : { line: branch.number, ordinal };
  const parts = start === null ? [] : partsFrom(plan.byNumber, start, Number.POSITIVE_INFINITY);
  const positions = await readLinePositions(store, repository, parts, MAX_COMMITS + 1);
  const columns = query.columns.length === 0 ? [] : plan.columns;
  return { name: plan.lines.name, branch: branch?.name ?? null, columns, positions };
}

/**
 * Opens an export: what can be refused is refused here.
 * @throws TidemarkError `repository-not-found`, `branch-not-found`, `column-not-found`, `limit-exceeded`
 */
export async function openExport(
  reads: NameReads & PlanReads,
  organization: OrganizationId,
  nameOrId: string,
  query: ExportQuery,
): Promise<CommitExport> {
  const store = reads.database.web.in(organization);
  return askRepository(reads, organization, nameOrId, async (repository) => {
    const found = await positionsOf(reads, organization, repository, query);
    if (found === null) return null;
    const { name, branch, positions } = found;
    if (positions.length > MAX_COMMITS) throw tooMuch(name, `more than ${MAX_COMMITS} commits`, "fewer");
    let { columns } = found;
    if (query.format === "csv" && query.columns.length === 0) {
      columns = await readColumnsInOrder(store, repository, MAX_CSV_COLUMNS + 1);
      const wanted = `at most ${MAX_CSV_COLUMNS}, chosen by \`columns\`, or format=ndjson`;
      if (columns.length > MAX_CSV_COLUMNS) throw tooMuch(name, `more than ${MAX_CSV_COLUMNS} columns`, wanted);
    }
    const ids = columns.map(({ path, key }) => formatColumnId(path, key));
    const isCsv = query.format === "csv";
    const wish: BatchWish = {
      paths: query.columns.length === 0 ? null : [...new Set(columns.map(({ path }) => path))],
      changes: !isCsv,
    };
    const first = isCsv ? csvLine(["commit", "date", "author", "subject", ...ids]) : "";
    const write = isCsv ? csvWriter(columns) : jsonWriter(query.columns.length === 0 ? null : new Set(ids));
    const text = inPieces(first, exportBatches(store, repository, positions, wish), write);
    return { name, branch, commits: positions.length, text };
  });
}
