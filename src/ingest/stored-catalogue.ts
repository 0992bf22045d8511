// The catalogue of columns of what is stored, counted anew after commits went or came back: no file is read again for it.
import type { CatalogueColumn, ColumnFacts, FileId } from "../domain/model.ts";
import type { CatalogueCommit, CatalogueVersion, CountedAs } from "../history/column-catalogue.ts";
import type { BaselineRef, VersionRef } from "../history/history-batch.ts";
import { ReachedCatalogue } from "../history/reached-catalogue.ts";
import { readPositions, type StoredFiles } from "../store/commit.ts";
import { readAllColumns } from "../store/metric-column.ts";
import type { RemovedFile } from "../store/removed-files.ts";
import { walkPast } from "../archive/past-versions.ts";
import type { StoredPast } from "../archive/stored-past.ts";
import { storedRemovals } from "./stored-removals.ts";

/** Versions asked for at a time. */
const CHUNK_VERSIONS = 200;

/** The commits whose columns are counted. */
export interface CountedCommits {
  /** positions of commits that are about to be removed */
  readonly going: ReadonlySet<number>;
  /** positions of commits that stay and that no branch reaches */
  readonly unreached: ReadonlySet<number>;
  /** of `lowestUses()` without those that go */
  readonly uses: ReadonlyMap<number, number>;
  /** only columns of these files; default: all */
  readonly paths?: ReadonlySet<string>;
  /** the kind as which a column's changes count; default: its own */
  readonly countedAs?: CountedAs;
}

/**
 * Counts columns anew over the commits that stay. What only files tell is taken over from the stored catalogue: units,
 * goals, which rows are numbered, and the written order.
 * @param signal aborted when it is not wanted any more: a long history takes a minute
 * @returns the whole catalogue, or that of some files, without columns that nothing has any more
 */
export async function storedCatalogue(
  past: StoredPast,
  { going, unreached, uses, paths, countedAs = () => undefined }: CountedCommits,
  signal: AbortSignal,
): Promise<CatalogueColumn[]> {
  const { reader, repository } = past;
  const all = await readAllColumns(reader, repository);
  const stored = paths === undefined ? all : all.filter(({ path }) => paths.has(path));
  const walked = past.with(paths === undefined ? "all" : keysByPath(stored));
  const versions = new StoredVersions(walked, stored, uses);
  const positions = (await readPositions(reader, repository)).filter((position) => !going.has(position));
  const newestPosition = positions.findLast((position) => !unreached.has(position)) ?? -1;
  const catalogue = new ReachedCatalogue({ newestPosition, unreached });
  for await (const { rows, lowest } of walkPast(walked, positions.at(-1) ?? -1)) {
    signal.throwIfAborted();
    const whole = rows.filter(({ position }) => !going.has(position));
    const removals = (await storedRemovals(walked, whole)).map((removed) =>
      paths === undefined ? removed : removed.filter(({ path }) => paths.has(path)),
    );
    const staying = paths === undefined ? whole : await withFilesOf(walked, whole, paths);
    const fresh = await versions.read(staying, removals.flat());
    catalogue.add(
      staying.map((row, place) => versions.commitOf(row, removals[place] ?? [])),
      fresh,
    );
    catalogue.forgetFrom(lowest);
    versions.forgetFrom(lowest);
  }
  return inStoredOrder(catalogue.columns({ countedAs }), stored);
}

function keysByPath(columns: readonly CatalogueColumn[]): Map<string, Set<string>> {
  const byPath = Map.groupBy(columns, ({ path }) => path);
  return new Map([...byPath].map(([path, ofPath]) => [path, new Set(ofPath.map(({ key }) => key))]));
}

/** Commits with the readable files at some paths only. */
async function withFilesOf(
  past: StoredPast,
  rows: readonly StoredFiles[],
  paths: ReadonlySet<string>,
): Promise<StoredFiles[]> {
  const known = await past.files([...new Set(rows.flatMap(({ files }) => files))]);
  const wanted = new Set(known.flatMap(({ number, path, readable }) => (readable && paths.has(path) ? [number] : [])));
  return rows.map((row) => withSome(row, wanted));
}

function withSome(row: StoredFiles, wanted: ReadonlySet<number>): StoredFiles {
  const places = row.files.flatMap((file, place) => (wanted.has(file) ? [place] : []));
  const at = <T>(list: readonly T[]): T[] => places.map((place) => list[place] as T);
  return {
    ...row,
    files: at(row.files),
    baselineFiles: at(row.baselineFiles),
    baselinePositions: at(row.baselinePositions),
  };
}

/** Versions as the catalogue takes them, each read once and held while commits below may use it. */
class StoredVersions {
  readonly #past: StoredPast;
  /** by number */
  readonly #lowest: ReadonlyMap<number, number>;
  readonly #held = new Map<number, VersionRef>();
  /** by path */
  readonly #facts = new Map<string, ReadonlyMap<string, ColumnFacts>>();
  readonly #unstable = new Map<string, readonly string[]>();

  constructor(past: StoredPast, stored: readonly CatalogueColumn[], lowest: ReadonlyMap<number, number>) {
    this.#past = past;
    this.#lowest = lowest;
    for (const [path, columns] of Map.groupBy(stored, (column) => column.path)) {
      const facts = columns.map(({ key, unit, goal, goalFrom }) => [key, { unit, goal, goalFrom }] as const);
      this.#facts.set(path, new Map(facts));
      const unstable = columns.filter((column) => column.unstable);
      if (unstable.length > 0)
        this.#unstable.set(
          path,
          unstable.map(({ key }) => key),
        );
    }
  }

  /** @returns the versions that these commits use and that are not held */
  async read(rows: readonly StoredFiles[], removed: readonly RemovedFile[]): Promise<CatalogueVersion[]> {
    const wanted = new Set<number>();
    for (const { files, baselineFiles } of rows) {
      for (const number of files) wanted.add(number);
      for (const number of baselineFiles) if (number !== null) wanted.add(number);
    }
    for (const { baselineFile } of removed) if (baselineFile !== null) wanted.add(baselineFile);
    const numbers = [...wanted].filter((number) => !this.#held.has(number));
    const versions: CatalogueVersion[] = [];
    for (let at = 0; at < numbers.length; at += CHUNK_VERSIONS) {
      const chunk = numbers.slice(at, at + CHUNK_VERSIONS);
      for (const { number, path, oid, keys, values } of await this.#past.documents(chunk)) {
        const document = keys === null || values === null ? null : { keys, values };
        const unstableKeys = this.#unstable.get(path) ?? [];
        const facts = this.#facts.get(path) ?? new Map<string, ColumnFacts>();
        this.#held.set(number, { path, oid });
        versions.push({ path, oid, lowest: this.#lowest.get(number) ?? 0, reading: { document, unstableKeys, facts } });
      }
    }
    return versions;
  }

  commitOf(row: StoredFiles, removed: readonly RemovedFile[]): CatalogueCommit {
    const ref = (number: number): VersionRef => this.#held.get(number) as VersionRef;
    const baseline = (number: number | null, at: number | null | undefined, returned: boolean): BaselineRef | null =>
      number === null || typeof at !== "number"
        ? null
        : { version: ref(number), position: at, ...(returned ? { returned } : {}) };
    const { position, files, baselineFiles, baselinePositions, returnedFiles } = row;
    return {
      position,
      files: files.map(ref),
      baselines: baselineFiles.map((number, index) => {
        const returned = returnedFiles?.includes(files[index] as FileId) === true;
        return baseline(number, baselinePositions[index], returned);
      }),
      removed: removed.map(({ path, baselineFile, baselinePosition, returned }) => {
        return { path, baseline: baseline(baselineFile, baselinePosition, returned) };
      }),
    };
  }

  forgetFrom(position: number): void {
    for (const number of this.#held.keys()) {
      if ((this.#lowest.get(number) ?? 0) >= position) this.#held.delete(number);
    }
  }
}

/** Documents are stored with their keys sorted: how a file writes them is known from the catalogue only. */
function inStoredOrder(columns: readonly CatalogueColumn[], stored: readonly CatalogueColumn[]): CatalogueColumn[] {
  const order = new Map(stored.map(({ path, key, writtenOrder }) => [`${path}\0${key}`, writtenOrder]));
  const orderOf = ({ path, key }: CatalogueColumn): number => order.get(`${path}\0${key}`) ?? stored.length;
  return [...Map.groupBy(columns, (column) => column.path).values()].flatMap((ofPath) =>
    ofPath.toSorted((a, b) => orderOf(a) - orderOf(b)).map((column, index) => ({ ...column, writtenOrder: index })),
  );
}
