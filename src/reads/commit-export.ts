// A whole list of commits as text: CSV, or one JSON object a line. Read in batches while it is taken.
import { commitJson } from "../domain/commit-json.ts";
import { csvLine } from "../domain/delimited.ts";
import { checkFilter } from "../domain/filter-parser.ts";
import { formatColumnId } from "../domain/key.ts";
import type { OrganizationId, RepositoryId, Value } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { readVersion } from "../store/branch-page.ts";
import { readLinePositions } from "../store/commit-export.ts";
import { readColumnNames } from "../store/column-names.ts";
import { readColumnsInOrder } from "../store/comparison.ts";
import type { BranchLine } from "../store/branch-page.ts";
import type { OrganizationStore, Reader } from "../store/organization-store.ts";
import { archivedOf } from "./archived-rows.ts";
import { archivedStretch } from "./archived-runs.ts";
import { branchOf, partsFrom } from "./branch-line.ts";
import { type BatchWish, type ExportedCommit, exportBatches } from "./export-batch.ts";
import { type PagePlan, type PlanReads, planFor } from "./page-plan.ts";
import { type CommitPageQuery, checkOrder, isPlainLine } from "./page-question.ts";
import { askRepository, atRepository, type NameReads, snapshotsOf } from "./repository-names.ts";
import { tryWholeList, type WholeList } from "./sorted-history.ts";
import { writtenTime } from "./written-time.ts";

/** Commits of one export: 8 MB of positions, and the largest histories that there are. */
const MAX_COMMITS = 1_000_000;
/** Columns of a CSV file unless some are chosen: more than any spreadsheet is pleasant with. */
const MAX_CSV_COLUMNS = 2_000;
/** Characters that are handed on at a time. */
const CHUNK_LENGTH = 64 * 1024;

/** A question that meets a newer version than what was known beforehand is asked again, at most this often. */
const MAX_TRIES = 4;

/** What is exported: all of a list. Without columns all that there are. */
export interface ExportQuery extends Omit<CommitPageQuery, "limit" | "cursor"> {
  readonly format: "csv" | "ndjson";
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

/** What is exported, before any of it is read. */
interface ExportList extends WholeList {
  readonly name: string;
  readonly branch: string | null;
  readonly columns: readonly CsvColumn[];
}

/** A line as it stands needs no search. */
async function wholeLine(reader: Reader, repository: RepositoryId, plan: PagePlan, branch: BranchLine) {
  const { number, headOrdinal } = branch;
  const start = headOrdinal === null ? null : { line: number, ordinal: headOrdinal };
  const parts = start === null ? [] : partsFrom(plan.byNumber, start, Number.POSITIVE_INFINITY);
  const archived = await archivedStretch(reader, archivedOf(reader), repository, parts);
  // what was brought is seen, too
  const seen = await readLinePositions(reader, repository, parts, MAX_COMMITS + 1);
  const hot = seen.filter((position) => position >= plan.lines.hotFrom);
  const older = archived.positions.subarray(0, archived.top + 1).toReversed();
  return { positions: [...hot, ...older].slice(0, MAX_COMMITS + 1), pinned: null };
}

/** @returns null where the list is of a newer version than its plan */
async function tryList(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  query: ExportQuery,
): Promise<ExportList | { readonly gone: true } | null> {
  const head = await readVersion(store, repository);
  const plan = head === null ? null : await planFor(reads, store, repository, query, head.version);
  if (plan === null) return { gone: true };
  const branch = branchOf(plan.lines, query.branch);
  const question = { ...query, limit: MAX_COMMITS };
  const list =
    branch !== null && isPlainLine(question) && query["as-of"] === undefined
      ? await wholeLine(store, repository, plan, branch)
      : await tryWholeList(reads, store, repository, plan, question);
  if (list === null || "gone" in list) return list;
  const name = query.view === "all" ? null : (branch?.name ?? null);
  return { ...list, name: plan.lines.name, branch: name, columns: query.columns.length === 0 ? [] : plan.columns };
}

/** The commits that are exported, in their order; null when the repository is gone. */
async function listOf(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  query: ExportQuery,
): Promise<ExportList | null> {
  for (let tries = 1; ; tries++) {
    const list = await tryList(reads, store, repository, query);
    if (list !== null) return "gone" in list ? null : list;
    if (tries < MAX_TRIES) continue;
    const parts = { found: "that it changes again and again", wanted: "another try" };
    throw new TidemarkError("database-busy", { attempt: "export the repository", value: repository, ...parts });
  }
}

/**
 * Opens an export: what can be refused is refused here.
 * @throws TidemarkError those of `readCommitPage()`, `limit-exceeded`
 */
export async function openExport(
  reads: NameReads & PlanReads,
  organization: OrganizationId,
  nameOrId: string,
  query: ExportQuery,
): Promise<CommitExport> {
  if (query.where !== undefined) checkFilter(query.where);
  checkOrder(query);
  return askRepository(reads, organization, nameOrId, (repository) =>
    atRepository(reads, organization, repository, (store) => exportAt(reads, store, repository, query)),
  );
}

/** The export as one server has it; each batch is read from whoever answers then. */
async function exportAt(
  reads: NameReads & PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  query: ExportQuery,
): Promise<CommitExport | null> {
  const found = await listOf(reads, store, repository, query);
  if (found === null) return null;
  const { name, branch, positions, pinned } = found;
  if (positions.length > MAX_COMMITS) throw tooMuch(name, `more than ${MAX_COMMITS} commits`, "fewer");
  let { columns } = found;
  if (query.format === "csv" && query.columns.length === 0) {
    columns = await readColumnsInOrder(store, repository, MAX_CSV_COLUMNS + 1);
    const wanted = `at most ${MAX_CSV_COLUMNS}, chosen by \`columns\`, or format=ndjson`;
    if (columns.length > MAX_CSV_COLUMNS) throw tooMuch(name, `more than ${MAX_CSV_COLUMNS} columns`, wanted);
  }
  const ids = columns.map(({ path, key }) => formatColumnId(path, key));
  const isCsv = query.format === "csv";
  const named = isCsv ? [] : await readColumnNames(store, repository);
  const kinds = new Map(named.map(({ path, key, kind }) => [formatColumnId(path, key), kind]));
  const wish: BatchWish = {
    paths: query.columns.length === 0 ? null : [...new Set(columns.map(({ path }) => path))],
    changes: !isCsv,
    kindOf: (id) => kinds.get(id) ?? "empty",
    pinned,
  };
  const first = isCsv ? csvLine(["commit", "date", "author", "subject", ...ids]) : "";
  const write = isCsv ? csvWriter(columns) : jsonWriter(query.columns.length === 0 ? null : new Set(ids));
  const snapshots = snapshotsOf(reads, store.organizationId, repository);
  const text = inPieces(first, exportBatches(snapshots, repository, positions, wish), write);
  return { name, branch, commits: positions.length, text };
}
