// Two to seven commits beside each other: the columns in which they differ, paged, by path and in written order.
import { hash } from "node:crypto";
import { sameValue } from "../domain/compare.ts";
import type { OrganizationId, RepositoryId, Value } from "../domain/model.ts";
import { compareTexts, sentIn } from "../domain/value.ts";
import { TidemarkError } from "../errors.ts";
import { readLinesOf } from "../store/branch-page.ts";
import { type FileDetail, readFileDetails, type StoredCommitDetail } from "../store/commit-detail.ts";
import { readFileSizes, readWrittenColumns, type SizedFile, type WrittenColumn } from "../store/comparison.ts";
import type { Reader } from "../store/organization-store.ts";
import { type CommitHeadView, commitHead } from "./commit-detail.ts";
import { findNamedCommit } from "./named-commit.ts";
import { cursorScope, mismatch, readCursor, writeCursor } from "./page-cursor.ts";
import { columnHead, type ColumnHeadView } from "./page-plan.ts";
import { type NameReads, readSnapshot } from "./repository-names.ts";
import { type UnreadableFile, unreadableFiles, unreadFiles } from "./unread-files.ts";
import { apiValue } from "./value-text.ts";

/** Commits that can be compared. */
const MIN_COMMITS = 2;
/** Values of all commits together: seven documents of the largest size that is read. */
const MAX_VALUES = 400_000;
/** Values whose documents are in memory at a time. */
const BATCH_VALUES = 100_000;

/** What is compared. */
export interface ComparisonQuery {
  /** ids, branches, tags */
  readonly commits: readonly string[];
  /** one of them */
  readonly baseline?: string | undefined;
  /** only what differs */
  readonly changed: boolean;
  /** words that must all occur in `path:key` or in the alias, in any order and case */
  readonly search?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A column over the compared commits. */
export interface ComparedRowView {
  readonly column: ColumnHeadView;
  /** beside the commits */
  readonly values: readonly (number | string | boolean | null)[];
}

/** One of the commits; `unreachableSince`, ISO 8601, where no branch has it any more. */
export interface ComparedCommitView extends CommitHeadView {
  readonly unreachableSince?: string;
}

/** A page of a comparison as the API gives it. */
export interface ComparisonView {
  readonly commits: readonly ComparedCommitView[];
  readonly baseline: number;
  readonly rows: readonly ComparedRowView[];
  readonly total: number;
  readonly same: number;
  readonly unreadable: readonly UnreadableFile[];
  readonly version: number;
  readonly nextCursor: string | null;
}

function comparedCommit(commit: StoredCommitDetail): ComparedCommitView {
  const since = commit.unreachableSince?.toISOString();
  return { ...commitHead(commit), ...(since === undefined ? {} : { unreachableSince: since }) };
}

function badCommits(value: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("bad-argument", { attempt: "compare the commits", value, found, wanted });
}

/** @returns the place of the baseline among the commits */
function baselinePlace({ commits, baseline }: ComparisonQuery): number {
  if (commits.length < MIN_COMMITS) {
    const found = commits.length === 0 ? "none" : "one";
    const wanted = "2 to 7, each by a parameter `commits` of its own";
    if (commits.length > 0) throw badCommits(commits.join(", "), found, wanted);
    throw new TidemarkError("bad-argument", { attempt: "read the query parameter", value: "commits", found, wanted });
  }
  const place = baseline === undefined ? 0 : commits.indexOf(baseline);
  if (place === -1)
    throw badCommits(baseline ?? "", "a baseline that is none of them", "a baseline as `commits` names it");
  return place;
}

/** One column of the compared documents. */
interface Row {
  readonly path: string;
  readonly key: string;
  readonly column: WrittenColumn | undefined;
  /** beside the commits */
  readonly values: readonly Value[];
}

/** What is found in all documents. */
interface Found {
  readonly rows: Row[];
  same: number;
}

/** The files of all commits by path: beside the commits, null where one has none. */
function filesByPath(
  commits: readonly StoredCommitDetail[],
  sizes: ReadonlyMap<number, SizedFile>,
): ReadonlyMap<string, readonly (SizedFile | null)[]> {
  const byPath = new Map<string, (SizedFile | null)[]>();
  commits.forEach((commit, place) => {
    for (const number of commit.files) {
      const file = sizes.get(number);
      if (file === undefined) continue;
      const files = byPath.get(file.path) ?? commits.map(() => null);
      files[place] = file;
      byPath.set(file.path, files);
    }
  });
  return byPath;
}

function versionsOf(files: readonly (SizedFile | null)[]): readonly SizedFile[] {
  return [...new Set(files)].filter((file) => file !== null);
}

/** Paths in lots whose documents fit into memory together. */
function* lotsOf(
  byPath: ReadonlyMap<string, readonly (SizedFile | null)[]>,
): Generator<ReadonlyMap<string, readonly (SizedFile | null)[]>> {
  let lot = new Map<string, readonly (SizedFile | null)[]>();
  let values = 0;
  for (const [path, files] of byPath) {
    const size = versionsOf(files).reduce((sum, file) => sum + file.values, 0);
    if (lot.size > 0 && values + size > BATCH_VALUES) {
      yield lot;
      lot = new Map();
      values = 0;
    }
    lot.set(path, files);
    values += size;
  }
  if (lot.size > 0) yield lot;
}

/** Compares what stands at one path. */
function comparePath(
  path: string,
  documents: readonly (FileDetail | null)[],
  columns: ReadonlyMap<string, WrittenColumn>,
  { words, changed }: { readonly words: readonly string[]; readonly changed: boolean },
  found: Found,
): void {
  const isOne = new Set(documents).size === 1;
  const byKey = new Map<string, Value[]>();
  documents.forEach((document, place) => {
    if (isOne && place > 0) return;
    document?.keys.forEach((key, index) => {
      const values = byKey.get(key) ?? documents.map(() => null);
      const value = document.values[index] ?? null;
      if (isOne) values.fill(value);
      else values[place] = value;
      byKey.set(key, values);
    });
  });
  for (const [key, stored] of byKey) {
    const column = columns.get(key);
    const names = [`${path}:${key}`, column?.alias ?? ""].map((name) => name.toLowerCase());
    if (!words.every((word) => names.some((name) => name.includes(word)))) continue;
    const values = stored.map((value) => sentIn(value, column?.kind ?? "mixed"));
    const isSame = values.every((value) => sameValue(value, values[0] ?? null));
    if (isSame) found.same += 1;
    if (!isSame || !changed) found.rows.push({ path, key, column, values });
  }
}

async function compareAll(
  reader: Reader,
  repository: RepositoryId,
  byPath: ReadonlyMap<string, readonly (SizedFile | null)[]>,
  question: { readonly words: readonly string[]; readonly changed: boolean },
): Promise<Found> {
  const found: Found = { rows: [], same: 0 };
  for (const lot of lotsOf(byPath)) {
    const numbers = [...lot.values()].flatMap((files) => versionsOf(files).map(({ number }) => number));
    const details = await readFileDetails(reader, repository, numbers);
    const columns = Map.groupBy(await readWrittenColumns(reader, repository, [...lot.keys()]), ({ path }) => path);
    for (const [path, files] of lot) {
      const byKey = new Map(columns.get(path)?.map((column) => [column.key, column]));
      const documents = files.map((file) => (file === null ? null : (details.get(file.number) ?? null)));
      comparePath(path, documents, byKey, question, found);
    }
  }
  const order = (row: Row): number => row.column?.writtenOrder ?? Number.MAX_SAFE_INTEGER;
  found.rows.sort((a, b) => compareTexts(a.path, b.path) || order(a) - order(b) || compareTexts(a.key, b.key));
  return found;
}

/** What a page says of a column that the catalogue does not have yet. */
function headOf({ path, key, column }: Row): ColumnHeadView {
  if (column !== undefined) return columnHead(column);
  const nothing = { alias: null, unit: null, goal: null, goalFrom: null, bestPosition: null };
  return columnHead({ path, key, kind: "mixed", unstable: false, ...nothing });
}

/** Names a row in a cursor: a path of 4,096 bytes fits none. */
function markOf({ path, key }: Row): string {
  return hash("md5", `${path}\n${key}`);
}

function pageOf(rows: readonly Row[], scope: string, { limit, cursor }: ComparisonQuery) {
  const after = cursor === undefined ? null : (readCursor(cursor, scope, 1)[0] ?? null);
  const start = after === null ? 0 : rows.findIndex((row) => markOf(row) === after) + 1;
  if (after !== null && start === 0)
    throw mismatch(cursor ?? "", "a column that differs no more", "the first page again");
  const page = rows.slice(start, start + limit);
  const last = start + limit < rows.length ? page.at(-1) : undefined;
  const nextCursor = last === undefined ? null : writeCursor(scope, [markOf(last)]);
  return { rows: page.map((row) => ({ column: headOf(row), values: row.values.map(apiValue) })), nextCursor };
}

async function sizedFiles(
  reader: Reader,
  repository: RepositoryId,
  commits: readonly StoredCommitDetail[],
): Promise<ReadonlyMap<number, SizedFile>> {
  const numbers = new Set(commits.flatMap(({ files }) => files));
  const sizes = new Map((await readFileSizes(reader, repository, [...numbers])).map((file) => [file.number, file]));
  const values = commits
    .flatMap(({ files }) => files)
    .reduce((sum, number) => sum + (sizes.get(number)?.values ?? 0), 0);
  if (values <= MAX_VALUES) return sizes;
  const shas = commits.map(({ sha }) => sha.slice(0, 12)).join(", ");
  const parts = { found: `${values} values`, wanted: `at most ${MAX_VALUES}, with fewer commits` };
  throw new TidemarkError("limit-exceeded", { attempt: "compare the commits", value: shas, ...parts });
}

/**
 * A page of a comparison.
 * @throws TidemarkError `repository-not-found`, `commit-not-found`, `cursor-mismatch`, `limit-exceeded`, `bad-argument`
 *   for fewer than two commits or another's baseline
 */
export async function readComparison(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  query: ComparisonQuery,
): Promise<ComparisonView> {
  const baseline = baselinePlace(query);
  const words = (query.search ?? "")
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  const { version, answer } = await readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const lines = (await readLinesOf(reader, repository)) ?? { branches: [] };
    const commits: StoredCommitDetail[] = [];
    for (const name of query.commits) commits.push(await findNamedCommit(reader, repository, lines, name, "all"));
    const shas = commits.map(({ sha }) => sha);
    const scope = cursorScope("compare", repository, String(query.changed), words.join(" "), ...shas);
    const byPath = filesByPath(commits, await sizedFiles(reader, repository, commits));
    const found = await compareAll(reader, repository, byPath, { words, changed: query.changed });
    const { rows, nextCursor } = pageOf(found.rows, scope, query);
    const unreadable = [...(await unreadableFiles(reader, repository, byPath)), ...unreadFiles(commits, byPath)];
    return {
      commits: commits.map(comparedCommit),
      baseline,
      rows,
      total: found.rows.length,
      same: found.same,
      unreadable,
      nextCursor,
    };
  });
  return { ...answer, version };
}
