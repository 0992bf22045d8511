// One commit with all its values, each beside its baseline's.
import type { WantedColumns } from "../archive/archive.ts";
import { formatColumnId } from "../domain/key.ts";
import type { OrganizationId, RepositoryId, Value, Warning } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import {
  type ColumnOfFile,
  type FileDetail,
  findCommitsByPrefix,
  readColumnsOfFiles,
  readFileDetails,
  readShas,
  type StoredCommitDetail,
} from "../store/commit-detail.ts";
import type { Reader } from "../store/organization-store.ts";
import { type RemovedFile, removedFiles } from "../store/removed-files.ts";
import { archivedOf, NO_COLUMNS, needCommit } from "./archived-rows.ts";
import { type NameReads, readSnapshot, type Versioned } from "./repository-names.ts";
import { apiValue } from "./value-text.ts";
import { writtenTime } from "./written-time.ts";

type Plain = number | string | boolean | null;

/** A value and what it was before. */
export interface ValueView {
  readonly column: string;
  readonly value: Plain;
  readonly baseline: Plain;
  readonly goal: "higher" | "lower" | null;
  readonly unit: string | null;
}

/** What a commit is compared with. */
export interface BaselineView {
  readonly sha: string;
  readonly reason: "first-parent" | "nearest-readable";
  readonly except: readonly { readonly path: string; readonly sha: string }[];
}

/** A warning, and the file that it is about: null for the commit as a whole. */
export interface WarningView extends Warning {
  readonly path: string | null;
}

/** A metric file of a commit. */
export interface FileView {
  readonly path: string;
  readonly version: string;
  readonly size: number;
  readonly adapter: string;
  readonly changed: boolean;
  readonly problem: WarningView | null;
  readonly warnings: readonly WarningView[];
}

/** What is told of every commit. */
export interface CommitHeadView {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string };
  readonly authoredAt: string;
  readonly committedAt: string;
  readonly subject: string;
  readonly position: number;
  readonly ordinal: number;
  readonly branches: readonly string[];
}

/** A commit as the API gives it. */
export interface CommitView extends CommitHeadView {
  readonly unreachableSince: string | null;
  readonly committer: { readonly name: string };
  readonly baseline: BaselineView | null;
  readonly files: readonly FileView[];
  readonly removed: readonly string[];
  readonly values: readonly ValueView[];
  readonly warnings: readonly WarningView[];
}

function commitNotFound(sha: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("commit-not-found", { attempt: "find the commit", value: sha, found, wanted });
}

/**
 * Finds the one commit whose id begins with these digits.
 * @param columns of which values are asked for afterwards, where the commit is archived
 * @throws TidemarkError `commit-not-found`
 */
export async function findCommit(
  reader: Reader,
  repository: RepositoryId,
  prefix: string,
  columns: WantedColumns = NO_COLUMNS,
): Promise<StoredCommitDetail> {
  await needCommit(reader, repository, prefix, columns);
  const [commit, second] = await findCommitsByPrefix(reader, repository, prefix);
  if (commit === undefined) throw commitNotFound(prefix, "none", "a commit that a followed branch reaches");
  if (second !== undefined) throw commitNotFound(prefix, "several commits", "more digits");
  return commit;
}

/** What is read of a commit and its baselines. */
interface Documents {
  readonly commit: StoredCommitDetail;
  readonly removed: readonly RemovedFile[];
  readonly files: ReadonlyMap<number, FileDetail>;
  readonly shas: ReadonlyMap<number, string>;
  /** by path and key */
  readonly columns: ReadonlyMap<string, ColumnOfFile>;
}

async function readDocuments(reader: Reader, repository: RepositoryId, prefix: string): Promise<Documents> {
  const commit = await findCommit(reader, repository, prefix, "all");
  // what it changed and removed is told by its first parent's files
  archivedOf(reader)?.needRows([commit.firstParent ?? -1], "all");
  const removed = await removedBy(reader, repository, commit);
  const gone = removed.map((file) => file.baselineFile);
  const numbers = [...commit.files, ...commit.baselineFiles, ...gone].filter((number) => number !== null);
  const files = await readFileDetails(reader, repository, [...new Set(numbers)]);
  const goneAt = removed.map((file) => file.baselinePosition);
  const positions = [...commit.baselinePositions, ...goneAt].filter((position) => position !== null);
  const shas = await readShas(reader, repository, [...new Set(positions)]);
  const paths = [...new Set([...files.values()].map((file) => file.path))];
  const columns = await readColumnsOfFiles(reader, repository, paths);
  const byName = new Map(columns.map((column) => [`${column.path}\n${column.key}`, column]));
  return { commit, removed, files, shas, columns: byName };
}

async function removedBy(
  reader: Reader,
  repository: RepositoryId,
  commit: StoredCommitDetail,
): Promise<readonly RemovedFile[]> {
  const { firstParent, parentFiles, parentBaselineFiles, parentBaselinePositions } = commit;
  if (firstParent === null) return [];
  const parent = {
    files: parentFiles,
    baselineFiles: parentBaselineFiles,
    baselinePositions: parentBaselinePositions,
    returnedFiles: commit.parentReturnedFiles,
  };
  const [removed = []] = await removedFiles(reader, repository, [{ commit, parent, parentPosition: firstParent }]);
  return removed;
}

function baselineOf({ commit, removed, files, shas }: Documents): BaselineView | null {
  const compared = [
    ...commit.files.map((number, i) => ({ path: files.get(number)?.path, position: commit.baselinePositions[i] })),
    ...removed.map(({ path, baselinePosition }) => ({ path, position: baselinePosition })),
  ];
  const nearest = Math.max(...compared.map(({ position }) => position ?? -1), -1);
  if (nearest === -1) return null;
  const except = compared.flatMap(({ path, position }) => {
    if ((position ?? nearest) === nearest) return [];
    return [{ path: path ?? "", sha: shas.get(position ?? nearest) ?? "" }];
  });
  const reason = nearest === commit.firstParent ? "first-parent" : "nearest-readable";
  return { sha: shas.get(nearest) ?? "", reason, except };
}

/** What a file is compared with, and whether it was away in between. */
interface DetailBaseline {
  readonly file: FileDetail | undefined;
  readonly returned: boolean;
}

/**
 * A file's values and its baseline's by key: also what is gone, unless the file is there and could not be read, or what it
 * does not bring back was gone already.
 */
function valuesByKey(
  file: FileDetail | null,
  { file: baseline, returned }: DetailBaseline,
): ReadonlyMap<string, { readonly value: Value; readonly baseline: Value }> {
  const before = new Map<string, Value>(baseline?.keys.map((key, i) => [key, baseline.values[i] as Value]));
  const now = new Map<string, Value>(file?.keys.map((key, i) => [key, file.values[i] as Value]));
  const gone = returned ? [] : before.keys();
  const keys = file !== null && file.problem !== null ? [] : [...now.keys(), ...gone];
  return new Map(keys.map((key) => [key, { value: now.get(key) ?? null, baseline: before.get(key) ?? null }]));
}

/** The values of one file in the written order of its keys; `file` is null where it is removed. */
function valuesOf(documents: Documents, path: string, file: FileDetail | null, baseline: DetailBaseline): ValueView[] {
  const columnOf = (key: string) => documents.columns.get(`${path}\n${key}`);
  const order = (key: string) => columnOf(key)?.writtenOrder ?? Number.MAX_SAFE_INTEGER;
  const values = [...valuesByKey(file, baseline)].map(([key, value], index) => ({
    key,
    value,
    index,
    order: order(key),
  }));
  values.sort((a, b) => a.order - b.order || a.index - b.index);
  return values.map(({ key, value }) => ({
    column: formatColumnId(path, key),
    value: apiValue(value.value),
    baseline: apiValue(value.baseline),
    goal: columnOf(key)?.goal ?? null,
    unit: columnOf(key)?.unit ?? null,
  }));
}

function fileView(file: FileDetail, changed: boolean): FileView {
  const { path, version, size, adapter } = file;
  const problem = file.problem === null ? null : { ...file.problem, path };
  return { path, version, size, adapter, changed, problem, warnings: file.warnings.map((item) => ({ ...item, path })) };
}

/** @returns what is told of every commit */
export function commitHead(commit: StoredCommitDetail): CommitHeadView {
  const { sha, parents, subject, position, ordinal, branch } = commit;
  return {
    sha,
    parents,
    author: { name: commit.authorName },
    authoredAt: writtenTime(commit.authored, commit.authoredAt),
    committedAt: writtenTime(commit.committed, commit.committedAt),
    subject,
    position,
    ordinal,
    branches: branch === null ? [] : [branch],
  };
}

function viewOf(documents: Documents): CommitView {
  const { commit, files, removed } = documents;
  const before = new Set(commit.parentFiles);
  const pairs = commit.files.flatMap((number, i) => {
    const file = files.get(number);
    const returned = commit.returnedFiles?.includes(number) === true;
    const baseline = { file: files.get(commit.baselineFiles[i] ?? -1), returned };
    return file === undefined ? [] : [{ file, baseline }];
  });
  return {
    ...commitHead(commit),
    unreachableSince: commit.unreachableSince?.toISOString() ?? null,
    committer: { name: commit.committerName },
    baseline: baselineOf(documents),
    files: pairs.map(({ file }) => fileView(file, !before.has(file.number))),
    removed: removed.map(({ path }) => path),
    values: [
      ...pairs.flatMap(({ file, baseline }) => valuesOf(documents, file.path, file, baseline)),
      ...removed.flatMap(({ path, baselineFile, returned }) =>
        valuesOf(documents, path, null, { file: files.get(baselineFile ?? -1), returned }),
      ),
    ],
    warnings: commit.warnings === null ? [] : (JSON.parse(commit.warnings) as WarningView[]),
  };
}

/**
 * One commit by at least 4 digits of its id.
 * @throws TidemarkError `repository-not-found`, `commit-not-found`
 */
export async function readCommit(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  sha: string,
): Promise<Versioned<CommitView>> {
  return readSnapshot(reads, organization, nameOrId, async (reader, repository) =>
    viewOf(await readDocuments(reader, repository, sha)),
  );
}
