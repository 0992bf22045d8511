// The next commits of an export with their documents: as many as fit into memory, over one snapshot that ends with it.
import { changedKeys } from "../domain/document-changes.ts";
import { formatColumnId } from "../domain/key.ts";
import type { ColumnKind, FlatDocument, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import {
  type ExportCommit,
  type ExportFile,
  readExportCommits,
  readExportFiles,
  readExportValues,
  readShapeKeys,
} from "../store/commit-export.ts";
import type { OrganizationStore, Reader } from "../store/database.ts";
import { archivedOf } from "./archived-rows.ts";
import type { PinnedCommit } from "./commit-text.ts";
import { type RemovedFile, removedFiles } from "../store/removed-files.ts";

/** Commits of one batch. */
const BATCH_COMMITS = 1_000;
/** File versions of one batch, in bytes as Git has them: some ten times as much once it is parsed. */
const BATCH_BYTES = 2 * 1024 * 1024;

/** A commit of a batch. */
export interface ExportedCommit {
  readonly commit: ExportCommit;
  /** of its readable files, by path */
  readonly documents: readonly { readonly path: string; readonly document: FlatDocument }[];
  /** ids of the columns whose value differs from the baseline's; empty where nobody asked */
  readonly changed: readonly string[];
}

/** What is read of each commit. */
export interface BatchWish {
  /** only files at these paths; null for all */
  readonly paths: readonly string[] | null;
  /** whether it is found out what changed: baselines are read too then */
  readonly changes: boolean;
  /** tells a column's kind by its id, for what is a change of it */
  readonly kindOf: (id: string) => ColumnKind;
  /** what all commits are compared with; null: each with its own baseline */
  readonly pinned: Pick<PinnedCommit, "position" | "files"> | null;
}

/** Everything that is known of a batch. */
interface Batch {
  readonly commits: readonly ExportCommit[];
  readonly removed: readonly (readonly RemovedFile[])[];
  readonly files: ReadonlyMap<number, ExportFile>;
  readonly documents: ReadonlyMap<number, FlatDocument>;
}

/** Numbers of the versions that a commit's row is made of. */
function numbersOf(commit: ExportCommit, removed: readonly RemovedFile[], { changes, pinned }: BatchWish): number[] {
  if (!changes) return [...commit.files];
  if (pinned !== null) return [...commit.files, ...pinned.files];
  const gone = removed.map(({ baselineFile }) => baselineFile);
  return [...commit.files, ...commit.baselineFiles, ...gone].filter((number) => number !== null);
}

/** @returns how many commits, from the first on, have documents that fit into memory together; at least one */
function fitting(numbers: readonly (readonly number[])[], files: ReadonlyMap<number, ExportFile>): number {
  const counted = new Set<number>();
  let bytes = 0;
  for (const [place, list] of numbers.entries()) {
    for (const number of list) {
      if (counted.has(number)) continue;
      counted.add(number);
      bytes += files.get(number)?.size ?? 0;
    }
    if (bytes > BATCH_BYTES && place > 0) return place;
  }
  return numbers.length;
}

async function readDocuments(
  reader: Reader,
  repository: RepositoryId,
  files: readonly ExportFile[],
): Promise<ReadonlyMap<number, FlatDocument>> {
  const shapes = new Set(files.flatMap(({ shape }) => shape ?? []));
  const keys = await readShapeKeys(reader, repository, [...shapes]);
  const numbers = files.filter(({ shape }) => shape !== null).map(({ number }) => number);
  const values = await readExportValues(reader, repository, numbers);
  return new Map(
    files.flatMap(({ number, shape }) => {
      const [its, beside] = [keys.get(shape ?? -1), values.get(number)];
      return its === undefined || beside === undefined ? [] : [[number, { keys: its, values: beside }]];
    }),
  );
}

async function readBatch(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
  wish: BatchWish,
): Promise<Batch> {
  const archived = archivedOf(reader);
  archived?.needRows([...positions, wish.pinned?.position ?? -1], "all");
  const commits = await readExportCommits(reader, repository, positions);
  const parents = commits.map(({ firstParent }) => firstParent ?? -1);
  archived?.needRows(parents, "all");
  if (commits.length < positions.length) {
    const parts = { found: "that commits of the list are gone", wanted: "another try" };
    throw new TidemarkError("commit-not-found", { attempt: "go on with the export of", value: repository, ...parts });
  }
  const pairs = commits.map((commit) => ({
    commit,
    parent: {
      files: commit.parentFiles,
      baselineFiles: commit.parentBaselineFiles,
      baselinePositions: commit.parentBaselinePositions,
      returnedFiles: commit.parentReturnedFiles,
    },
    parentPosition: commit.firstParent ?? -1,
  }));
  const removed =
    wish.changes && wish.pinned === null ? await removedFiles(reader, repository, pairs) : commits.map(() => []);
  const numbers = commits.map((commit, place) => numbersOf(commit, removed[place] ?? [], wish));
  const all = await readExportFiles(reader, repository, [...new Set(numbers.flat())], wish.paths);
  const files = new Map(all.map((file) => [file.number, file]));
  const count = fitting(numbers, files);
  const used = [...new Set(numbers.slice(0, count).flat())].flatMap((number) => files.get(number) ?? []);
  return { commits: commits.slice(0, count), removed, files, documents: await readDocuments(reader, repository, used) };
}

/** A file's version, and the one that it is compared with; null where there is none. */
interface FilePair {
  /** undefined where nobody asked for it */
  readonly path: string | undefined;
  readonly now: number | null;
  readonly before: number | null;
  /** whether the file was away in between */
  readonly returned: boolean;
}

/** What a commit's files are compared with: its own baselines, or those of the commit that is pinned. */
function pairsOf(
  { files }: Batch,
  commit: ExportCommit,
  removed: readonly RemovedFile[],
  pinned: BatchWish["pinned"],
): FilePair[] {
  const pathOf = (number: number): string | undefined => files.get(number)?.path;
  if (pinned === null) {
    const there = commit.files.map((now, place) => ({
      path: pathOf(now),
      now,
      before: commit.baselineFiles[place] ?? null,
      returned: commit.returnedFiles?.includes(now) === true,
    }));
    const away = removed.map(({ path, baselineFile, returned }) => ({
      path,
      now: null,
      before: baselineFile,
      returned,
    }));
    return [...there, ...away];
  }
  const before = new Map(pinned.files.map((number) => [pathOf(number), number]));
  const returned = false; // both commits are taken as they are
  const there = commit.files.map((now) => {
    const path = pathOf(now);
    return { path, now, before: before.get(path) ?? null, returned };
  });
  const paths = new Set(there.map(({ path }) => path));
  const { unreadFrom } = commit;
  const isKnown = (path: string | undefined): boolean => unreadFrom === null || (path ?? "") < unreadFrom;
  const gone = pinned.files.filter((number) => !paths.has(pathOf(number)) && isKnown(pathOf(number)));
  return [...there, ...gone.map((number) => ({ path: pathOf(number), now: null, before: number, returned }))];
}

/** Ids of the columns that differ: of files that can be read on both sides, and of those that are gone. */
function changedColumns({ documents }: Batch, pairs: readonly FilePair[], kindOf: BatchWish["kindOf"]): string[] {
  return pairs.flatMap(({ path, now, before, returned }) => {
    if (path === undefined || before === null || before === now) return [];
    const [old, own] = [documents.get(before), now === null ? null : documents.get(now)];
    if (old === undefined || own === undefined) return [];
    const keys = changedKeys({ now: own, before: old, returned }, (key) => kindOf(formatColumnId(path, key)));
    return keys.map((key) => formatColumnId(path, key));
  });
}

/** Reads a list batch by batch: no snapshot is open while somebody takes one. */
export async function* exportBatches(
  store: Pick<OrganizationStore, "read">,
  repository: RepositoryId,
  positions: readonly number[],
  wish: BatchWish,
): AsyncGenerator<readonly ExportedCommit[]> {
  let size = BATCH_COMMITS;
  for (let done = 0; done < positions.length; ) {
    const next = positions.slice(done, done + size);
    const batch = await store.read((reader) => readBatch(reader, repository, next, wish));
    done += batch.commits.length;
    // what did not fit is read again: not much more than fits is asked for next
    size = Math.min(BATCH_COMMITS, batch.commits.length < next.length ? batch.commits.length : size * 2);
    yield batch.commits.map((commit, place) => ({
      commit,
      documents: commit.files.flatMap((number) => {
        const [file, document] = [batch.files.get(number), batch.documents.get(number)];
        return file === undefined || document === undefined ? [] : [{ path: file.path, document }];
      }),
      changed: wish.changes
        ? changedColumns(batch, pairsOf(batch, commit, batch.removed[place] ?? [], wish.pinned), wish.kindOf)
        : [],
    }));
  }
}
