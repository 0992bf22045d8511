// Writes batches of a history as rows: shapes, versions, commits, identities, each in the transaction that is given.
import type { RepositoryId, RowIdentities } from "../domain/model.ts";
import type { FileVersion, HistoryBatch, HistoryCommit } from "../history/history-batch.ts";
import { lowerArchive } from "../store/archive-marks.ts";
import { findArchivedVersions, readArchivedVersions, takeArchivedVersions } from "../store/archived-version.ts";
import { commitRows, copyCommits, deleteCommitsBetween, type NewCommit } from "../store/commit.ts";
import { markUnreachableSince } from "../store/commit-line.ts";
import type { RowOwner } from "../store/copy-rows.ts";
import type { Reader, Transaction } from "../store/database.ts";
import { copyFiles, fileRows, findFiles, lastNumbers, type NewFile, readFiles } from "../store/metric-file.ts";
import { putIdentities } from "../store/metric-path.ts";
import { copyShapes, findShapeNumbers, readShapeNumbers, shapeRows } from "../store/metric-shape.ts";
import { deleteNumbered } from "../store/numbered-rows.ts";
import { FileNumbers } from "./file-numbers.ts";
import { ShapeNumbers, shapeHash } from "./shape-numbers.ts";

/** Versions asked for at a time when those that are stored are read. */
const CHUNK_FILES = 20_000;

/** What is numbered within a repository. */
export interface StoredNumbers {
  readonly files: FileNumbers;
  readonly shapes: ShapeNumbers;
}

/** A batch whose rows only have to be sent. */
export interface PreparedBatch {
  /** numbers of versions that are stored and written again */
  readonly replaced: readonly number[];
  /** those of versions that only archived commits had until now */
  readonly returned: readonly number[];
  readonly shapes: readonly Buffer[];
  readonly files: readonly Buffer[];
  readonly commits: readonly Buffer[];
  /** positions of its first and last commit */
  readonly highest: number;
  readonly lowest: number;
  readonly identities: ReadonlyMap<string, RowIdentities>;
}

/** Numbers and writes the rows of one repository. It is thrown away when a transaction fails. */
export class HistoryWriter {
  readonly #owner: RowOwner;
  readonly #files: FileNumbers;
  readonly #shapes: ShapeNumbers;
  readonly #keepsStored: boolean;
  readonly #usedShapes = new Set<number>();

  /**
   * @param stored what becomes of versions that are stored: an import replaces them, each under its own number, since
   *   the newest commits are read before all paths and identities are known; a sync keeps them
   */
  constructor(owner: RowOwner, { files, shapes }: StoredNumbers, stored: "replace" | "keep") {
    this.#owner = owner;
    this.#files = files;
    this.#shapes = shapes;
    this.#keepsStored = stored === "keep";
  }

  /**
   * Numbers what a batch holds and builds its rows, in the order in which batches are written. A commit's `line` is the
   * number of a branch, 0 or less for none.
   */
  prepare(batch: HistoryBatch): PreparedBatch {
    const replaced: number[] = [];
    const returned: number[] = [];
    const files: NewFile[] = [];
    for (const version of batch.versions) {
      const { document, problem, warnings } = version.reading;
      const isWarned = problem !== null || warnings.length > 0;
      const { number, isNew, wasArchived } = this.#files.assign(version, isWarned);
      if (!isNew && !wasArchived && this.#keepsStored) continue;
      if (wasArchived) returned.push(number);
      else if (!isNew) replaced.push(number);
      if (document !== null) this.#usedShapes.add(this.#shapes.numberOf(document.keys));
      files.push(this.#fileRow(number, version));
    }
    const commits = batch.commits.map((commit) => this.#commitRow(commit));
    return {
      replaced,
      returned,
      shapes: shapeRows(this.#owner, this.#shapes.takeNew()),
      files: fileRows(this.#owner, files),
      commits: commitRows(this.#owner, commits),
      highest: batch.commits[0]?.position ?? -1,
      lowest: batch.commits.at(-1)?.position ?? -1,
      identities: batch.identities,
    };
  }

  /** Writes a batch. Commits that are stored at its positions are replaced. */
  async write(tx: Transaction, batch: PreparedBatch): Promise<void> {
    const { repositoryId } = this.#owner;
    await deleteNumbered(tx, "metric_file", repositoryId, batch.replaced);
    await takeArchivedVersions(tx, repositoryId, batch.returned);
    const marks = await deleteCommitsBetween(tx, repositoryId, batch.lowest, batch.highest);
    // the shapes come before the versions that have them
    if (batch.shapes.length > 0) await copyShapes(tx, batch.shapes);
    if (batch.files.length > 0) await copyFiles(tx, batch.files);
    await putIdentities(tx, repositoryId, batch.identities);
    await copyCommits(tx, batch.commits);
    await markUnreachableSince(tx, repositoryId, marks);
    if (!this.#keepsStored && batch.lowest >= 0) await lowerArchive(tx, repositoryId, batch.lowest);
  }

  /** Takes note of what a batch uses that is stored already and is not written again. */
  skip(batch: HistoryBatch): void {
    for (const { reading } of batch.versions) {
      if (reading.document !== null) this.#usedShapes.add(this.#shapes.numberOf(reading.document.keys));
    }
    for (const commit of batch.commits) this.#commitRow(commit);
  }

  /** Removes versions and shapes that no commit of all the batches has: those of the newest commits as read at first. */
  async removeUnused(tx: Transaction): Promise<void> {
    const { repositoryId } = this.#owner;
    await deleteNumbered(tx, "metric_file", repositoryId, this.#files.unused());
    await deleteNumbered(tx, "metric_shape", repositoryId, this.#shapes.others(this.#usedShapes));
  }

  #fileRow(number: number, { path, oid, size, reading }: FileVersion): NewFile {
    const shaped = reading.document === null ? null : this.#shapes.place(reading.document);
    return {
      number,
      path,
      oid,
      size,
      adapter: reading.adapter,
      adapterVersion: reading.adapterVersion,
      problem: reading.problem,
      warnings: reading.warnings,
      shape: shaped?.shape ?? null,
      values: shaped?.values ?? null,
    };
  }

  #commitRow(commit: HistoryCommit): NewCommit {
    const baselines = this.#files.baselinesOf(commit.baselines);
    const files = this.#files.numbersOf(commit.files);
    const returned = files.filter((_, index) => commit.baselines[index]?.returned === true);
    return {
      position: commit.position,
      ordinal: commit.ordinal,
      line: commit.line > 0 ? commit.line : null,
      firstParent: commit.firstParent < 0 ? null : commit.firstParent,
      facts: commit.facts,
      files,
      baselineFiles: baselines.files,
      baselinePositions: baselines.positions,
      returnedFiles: returned.length === 0 ? null : returned,
      unreadFrom: commit.unreadFrom,
      warnedFiles: this.#files.warnedOf(commit.files, commit.changed),
      warnings: commit.warnings,
    };
  }
}

/** @returns the numbers of all that is stored of a repository, for an import that goes on */
export async function storedNumbers(reader: Reader, repository: RepositoryId): Promise<StoredNumbers> {
  const last = await lastNumbers(reader, repository);
  const files = new FileNumbers(last.file);
  for (const { number, ...ref } of await readArchivedVersions(reader, repository, null))
    files.knowArchived(ref, number);
  for (let above = 0; above < last.file; ) {
    const rows = await readFiles(reader, repository, above, CHUNK_FILES);
    for (const { path, oid, number, warned } of rows) files.know({ path, oid }, number, warned);
    above = rows.at(-1)?.number ?? last.file;
  }
  return { files, shapes: new ShapeNumbers(await readShapeNumbers(reader, repository), last.shape) };
}

/** @returns those numbers of a repository that some versions need, for a sync */
export async function numbersFor(
  reader: Reader,
  repository: RepositoryId,
  versions: readonly FileVersion[],
): Promise<StoredNumbers> {
  const last = await lastNumbers(reader, repository);
  const files = new FileNumbers(last.file);
  for (const { path, oid, number, warned } of await findFiles(reader, repository, versions)) {
    files.know({ path, oid }, number, warned);
  }
  const others = versions.filter((version) => files.find(version) === null);
  for (const { number, ...ref } of await findArchivedVersions(reader, repository, others))
    files.knowArchived(ref, number);
  const keys = new Set(versions.flatMap(({ reading }) => (reading.document === null ? [] : [reading.document.keys])));
  const hashes = [...keys].map((each) => shapeHash(each));
  return { files, shapes: new ShapeNumbers(await findShapeNumbers(reader, repository, hashes), last.shape) };
}

/**
 * @param lastShape the highest number that a shape of it ever had: none is given twice, since what a shape is is remembered
 * @returns the numbers of a repository that has nothing stored yet, or has nothing any more
 */
export function freshNumbers(lastShape: number): StoredNumbers {
  return { files: new FileNumbers(0), shapes: new ShapeNumbers(new Map(), lastShape) };
}
