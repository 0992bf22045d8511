// Writes batches of a history as rows: shapes, versions, commits, identities, each in the transaction that is given.
import type { RepositoryId } from "../domain/model.ts";
import type { FileVersion, HistoryBatch, HistoryCommit } from "../history/history-batch.ts";
import { copyCommits, deleteCommitsAt, type NewCommit } from "../store/commit.ts";
import type { Reader, Transaction } from "../store/database.ts";
import { copyFiles, deleteFilesAt, lastNumbers, type NewFile, readFiles } from "../store/metric-file.ts";
import { putIdentities } from "../store/metric-path.ts";
import { copyShapes, readShapeNumbers } from "../store/metric-shape.ts";
import { FileNumbers } from "./file-numbers.ts";
import { ShapeNumbers } from "./shape-numbers.ts";

/** Versions asked for at a time when those that are stored are read. */
const CHUNK_FILES = 20_000;

/** Numbers and writes the rows of one repository. It is thrown away when a transaction fails. */
export class HistoryWriter {
  readonly #repository: RepositoryId;
  readonly #files: FileNumbers;
  readonly #shapes: ShapeNumbers;
  /** the number of the branch at an index of the plan's branches */
  readonly #branchNumber: (index: number) => number | null;

  constructor(
    repository: RepositoryId,
    numbers: { readonly files: FileNumbers; readonly shapes: ShapeNumbers },
    branchNumber: (index: number) => number | null,
  ) {
    this.#repository = repository;
    this.#files = numbers.files;
    this.#shapes = numbers.shapes;
    this.#branchNumber = branchNumber;
  }

  /**
   * Writes a batch. A version that is stored already is written again under its number: the newest commits were read
   * before all paths and identities were known.
   * @param stored positions of the batch's commits that have a row already: those rows are replaced
   */
  async write(tx: Transaction, batch: HistoryBatch, stored: readonly number[]): Promise<void> {
    const again: number[] = [];
    const versions = batch.versions.map((version) => {
      const { problem, warnings } = version.reading;
      const { number, isNew } = this.#files.assign(version, problem !== null || warnings.length > 0);
      if (!isNew) again.push(number);
      const document = version.reading.document;
      if (document !== null) this.#shapes.numberOf(document.keys); // shapes come before the versions that have them
      return { number, version };
    });
    if (again.length > 0) await deleteFilesAt(tx, this.#repository, again);
    if (stored.length > 0) await deleteCommitsAt(tx, this.#repository, stored);
    const shapes = this.#shapes.takeNew();
    if (shapes.length > 0) await copyShapes(tx, this.#repository, shapes);
    if (versions.length > 0) {
      const files = mapped(versions, ({ number, version }) => this.#fileRow(number, version));
      await copyFiles(tx, this.#repository, files);
    }
    await putIdentities(tx, this.#repository, batch.identities);
    const commits = mapped(batch.commits, (commit) => this.#commitRow(commit));
    await copyCommits(tx, this.#repository, commits);
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
    return {
      position: commit.position,
      ordinal: commit.ordinal,
      line: this.#branchNumber(commit.line),
      firstParent: commit.firstParent < 0 ? null : commit.firstParent,
      facts: commit.facts,
      files: this.#files.numbersOf(commit.files),
      baselineFiles: baselines.files,
      baselinePositions: baselines.positions,
      warnedFiles: this.#files.warnedOf(commit.files, commit.changed),
      warnings: commit.warnings,
    };
  }
}

/** @returns the numbers of all that is stored of a repository, for an import that goes on */
export async function storedNumbers(
  reader: Reader,
  repository: RepositoryId,
): Promise<{ files: FileNumbers; shapes: ShapeNumbers }> {
  const last = await lastNumbers(reader, repository);
  const files = new FileNumbers(last.file);
  for (let above = 0; above < last.file; ) {
    const rows = await readFiles(reader, repository, above, CHUNK_FILES);
    for (const { path, oid, number, warned } of rows) files.know({ path, oid }, number, warned);
    above = rows.at(-1)?.number ?? last.file;
  }
  return { files, shapes: new ShapeNumbers(await readShapeNumbers(reader, repository), last.shape) };
}

/** @returns the numbers of a repository that has nothing stored yet */
export function freshNumbers(): { files: FileNumbers; shapes: ShapeNumbers } {
  return { files: new FileNumbers(0), shapes: new ShapeNumbers(new Map(), 0) };
}

function* mapped<T, U>(items: Iterable<T>, make: (item: T) => U): Generator<U> {
  for (const item of items) yield make(item);
}
