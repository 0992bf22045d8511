// What kind of values each column holds after new versions came: told from what is stored, counted anew where it is not.
import { kindOf } from "../domain/column.ts";
import { isBetter } from "../domain/compare.ts";
import type { CatalogueColumn, ColumnKind, Reading, Value } from "../domain/model.ts";
import { exactNumberOf } from "../domain/value.ts";
import { type ColumnRecord, countKind, newColumn } from "../history/column-records.ts";
import type { VersionRef } from "../history/history-batch.ts";
import { lowestCommitWith } from "../store/commit.ts";
import { readDocuments, readReadableFiles } from "../store/metric-file.ts";
import type { CatalogueBase } from "./catalogue-base.ts";
import { visitVersions } from "../archive/past-versions.ts";
import type { StoredPast } from "../archive/stored-past.ts";

/** Versions whose values are held at a time while they are counted. */
const CHUNK_VERSIONS = 200;

/** A new version's values. */
type NewVersion = VersionRef & { readonly reading: Pick<Reading, "document"> };

interface Recounted {
  /** all versions, those that are stored and those that are new */
  readonly counts: ColumnRecord;
  readonly goal: CatalogueColumn["goal"];
  best: number | bigint | null;
  /** stored versions that have the best value */
  bestFiles: number[];
}

/** Follows the kinds of the columns of some paths. */
export class ColumnKinds {
  readonly #stored: ReadonlyMap<string, CatalogueColumn>;
  /** values of the new versions */
  readonly #added = new Map<string, ColumnRecord>();
  readonly #results = new Map<
    string,
    Pick<CatalogueColumn, "kind" | "bestValue" | "bestPosition"> | { kind: ColumnKind }
  >();

  /** ids of columns whose best has to be found anew */
  readonly #turned: ReadonlySet<string>;

  /** numbers of the stored versions among the new ones */
  readonly #counted = new Set<number>();

  readonly #base: Pick<CatalogueBase, "unreached" | "leftFiles">;

  /**
   * @param base what of the stored commits and versions does not count
   * @param turned those of the stored columns that have another goal than they are stored with
   */
  constructor(
    stored: readonly CatalogueColumn[],
    base: Pick<CatalogueBase, "unreached" | "leftFiles">,
    turned: readonly CatalogueColumn[] = [],
  ) {
    this.#base = base;
    this.#stored = new Map(stored.map((column) => [idOf(column.path, column.key), column]));
    this.#turned = new Set(turned.map((column) => idOf(column.path, column.key)));
  }

  /** Counts the values of a version that no stored commit has which counts. @param number where it is stored all the same */
  add({ path, reading }: NewVersion, number: number | null = null): void {
    if (number !== null) this.#counted.add(number);
    const { keys = [], values = [] } = reading.document ?? {};
    keys.forEach((key, index) => {
      const id = idOf(path, key);
      if (!this.#stored.has(id)) return; // a new column counts itself
      let record = this.#added.get(id);
      if (record === undefined) this.#added.set(id, (record = newColumn(path, key)));
      countKind(record, values[index] as Value);
    });
  }

  /** Settles all kinds; reads the stored versions of those columns only whose kind the new values may have changed. */
  async recount(past: StoredPast): Promise<void> {
    const doubtful = new Map<string, Recounted>();
    for (const [id, added] of this.#added) {
      const stored = this.#stored.get(id) as CatalogueColumn;
      const kind = this.#turned.has(id) ? null : certainKind(stored.kind, added);
      if (kind !== null) this.#results.set(id, { kind });
      else doubtful.set(id, { counts: added, goal: stored.goal, best: null, bestFiles: [] });
    }
    for (const id of this.#turned) {
      const { path, key, goal } = this.#stored.get(id) as CatalogueColumn;
      if (!doubtful.has(id)) doubtful.set(id, { counts: newColumn(path, key), goal, best: null, bestFiles: [] });
    }
    if (doubtful.size === 0) return;
    const lowestOf =
      past.hotFrom === 0
        ? await countStored(past, doubtful, this.#base)
        : await countPast(past, doubtful, this.#base.unreached, this.#counted);
    for (const [id, { counts, best, bestFiles }] of doubtful) {
      const kind = kindOf(counts);
      const before = (this.#stored.get(id) as CatalogueColumn).kind;
      if (kind !== "number") this.#results.set(id, { kind, bestValue: null, bestPosition: null });
      else if (before === "number" && !this.#turned.has(id)) this.#results.set(id, { kind });
      else {
        // it had no best while it was no column of numbers, or another one
        const bestPosition = best === null ? null : await lowestOf(bestFiles);
        this.#results.set(id, { kind, bestValue: best, bestPosition });
      }
    }
  }

  /** @returns the kind of a column as it is now; undefined for one that is not stored */
  kindOf(path: string, key: string): ColumnKind | undefined {
    return this.#results.get(idOf(path, key))?.kind ?? this.#stored.get(idOf(path, key))?.kind;
  }

  /** @returns the stored columns that ever changed and became columns of numbers, or are none any more */
  turned(): CatalogueColumn[] {
    return [...this.#stored.values()].filter(({ path, key, kind, changes }) => {
      return changes > 0 && (kind === "number") !== (this.kindOf(path, key) === "number");
    });
  }

  /** @returns the column with its kind as it is now, and with the best value that a column of that kind has */
  apply(column: CatalogueColumn): CatalogueColumn {
    const result = this.#results.get(idOf(column.path, column.key)) ?? { kind: column.kind };
    const { kind } = result;
    if (kind !== "number") return { ...column, kind, bestValue: null, bestPosition: null };
    if (!("bestValue" in result) || result.bestValue === null) return { ...column, kind };
    const isNewBetter =
      column.bestValue !== null && column.goal !== null && isBetter(column.bestValue, result.bestValue, column.goal);
    return isNewBetter ? { ...column, kind } : { ...column, ...result };
  }
}

/** @returns the kind when the new values cannot change it, or decide it alone; null when all have to be counted */
function certainKind(stored: ColumnKind, added: ColumnRecord): ColumnKind | null {
  const { numbers, numericTexts, texts, booleans } = added;
  if (numbers + numericTexts + texts + booleans === 0) return stored;
  switch (stored) {
    case "empty":
      return kindOf(added);
    case "number":
      return texts + booleans === 0 ? "number" : null;
    case "text":
      return numbers + numericTexts + booleans === 0 ? "text" : null;
    case "boolean":
      return numbers + numericTexts + texts === 0 ? "boolean" : null;
    case "mixed":
      return null;
  }
}

/** The lowest position of a commit that counts and has one of some versions, or null. */
type LowestOf = (files: readonly number[]) => Promise<number | null>;

/** Counts the values of all stored versions: all of them are in Postgres. */
async function countStored(
  { reader, repository }: StoredPast,
  doubtful: Map<string, Recounted>,
  { leftFiles, unreached }: Pick<CatalogueBase, "unreached" | "leftFiles">,
): Promise<LowestOf> {
  const paths = new Set([...doubtful.values()].map(({ counts }) => counts.path));
  const all = await readReadableFiles(reader, repository, [...paths]);
  const files = all.filter(({ number }) => !leftFiles.has(number));
  for (let at = 0; at < files.length; at += CHUNK_VERSIONS) {
    const numbers = files.slice(at, at + CHUNK_VERSIONS).map(({ number }) => number);
    for (const { path, number, keys, values } of await readDocuments(reader, repository, numbers)) {
      keys?.forEach((key, index) => {
        const column = doubtful.get(idOf(path, key));
        if (column === undefined) return;
        countKind(column.counts, values?.[index] ?? null);
        countBest(column, values?.[index] ?? null, number);
      });
    }
  }
  return (bestFiles) => lowestCommitWith(reader, repository, bestFiles, [...unreached]);
}

/** The same where commits are archived. @param counted numbers of versions whose kinds are counted already */
async function countPast(
  past: StoredPast,
  doubtful: Map<string, Recounted>,
  unreached: ReadonlySet<number>,
  counted: ReadonlySet<number>,
): Promise<LowestOf> {
  const wanted = new Map<string, Set<string>>();
  for (const { counts } of doubtful.values()) {
    wanted.set(counts.path, (wanted.get(counts.path) ?? new Set()).add(counts.key));
  }
  const lowest = await visitVersions(past, wanted, unreached, ({ path, number, keys, values }) => {
    keys?.forEach((key, index) => {
      const column = doubtful.get(idOf(path, key));
      if (column === undefined) return;
      if (!counted.has(number)) countKind(column.counts, values?.[index] ?? null);
      countBest(column, values?.[index] ?? null, number);
    });
  });
  return async (bestFiles) => {
    const positions = bestFiles.flatMap((number) => lowest.get(number) ?? []);
    return positions.length === 0 ? null : positions.reduce((a, b) => Math.min(a, b));
  };
}

function countBest(column: Recounted, value: Value, file: number): void {
  const number = exactNumberOf(value);
  if (column.goal === null || number === null) return;
  if (column.best === null || isBetter(number, column.best, column.goal)) {
    column.best = number;
    column.bestFiles = [file];
  } else if (number === column.best) column.bestFiles.push(file);
}

function idOf(path: string, key: string): string {
  return `${path}\0${key}`;
}
