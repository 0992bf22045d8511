// The columns of a history of which some commits are reached by no branch any more: they count for nothing in it.
import type { CatalogueColumn } from "../domain/model.ts";
import {
  type CatalogueCommit,
  type CatalogueVersion,
  ColumnCatalogue,
  type ColumnsWanted,
} from "./column-catalogue.ts";
import { versionKey } from "./history-batch.ts";

/**
 * A `ColumnCatalogue` of the commits that branches reach. Columns that only the others have are in it too, since their
 * rows are shown until they go; they say what they hold, and have no change and no best.
 */
export class ReachedCatalogue {
  readonly #unreached: ReadonlySet<number>;
  readonly #reached: ColumnCatalogue;
  readonly #others: ColumnCatalogue;
  /** versions that are held, while there are commits that do not count: who has each shows later */
  readonly #versions = new Map<string, CatalogueVersion>();

  /**
   * @param options.unreached positions of the commits that no branch reaches
   * @param options.newestPosition the highest position that a branch reaches: the newest 200 are counted from it
   */
  constructor(options: { readonly newestPosition: number; readonly unreached: ReadonlySet<number> }) {
    this.#unreached = options.unreached;
    this.#reached = new ColumnCatalogue(options);
    this.#others = new ColumnCatalogue(options);
  }

  /** As `ColumnCatalogue.add()`. */
  add(commits: Iterable<CatalogueCommit>, versions: Iterable<CatalogueVersion>): void {
    if (this.#unreached.size === 0) {
      this.#reached.add(commits, versions);
      return;
    }
    for (const version of versions) this.#versions.set(versionKey(version), version);
    const all = [...commits];
    const isOther = ({ position }: CatalogueCommit): boolean => this.#unreached.has(position);
    this.#give(
      this.#reached,
      all.filter((commit) => !isOther(commit)),
    );
    this.#give(this.#others, all.filter(isOther));
  }

  /** As `ColumnCatalogue.forgetFrom()`. */
  forgetFrom(position: number): void {
    this.#reached.forgetFrom(position);
    this.#others.forgetFrom(position);
    for (const [key, { lowest }] of this.#versions) if (lowest >= position) this.#versions.delete(key);
  }

  /** @returns all columns by path: first those that count, in written order, then the others */
  columns(wanted: Pick<ColumnsWanted, "countedAs"> = {}): CatalogueColumn[] {
    const reached = this.#reached.columns(wanted);
    if (this.#unreached.size === 0) return reached;
    const columns = [...reached];
    const counted = new Set(reached.map(({ path, key }) => `${path}\0${key}`));
    const places = new Map<string, number>();
    for (const { path } of reached) places.set(path, (places.get(path) ?? 0) + 1);
    for (const column of this.#others.columns()) {
      const { path, key } = column;
      if (counted.has(`${path}\0${key}`)) continue;
      const place = places.get(path) ?? 0;
      places.set(path, place + 1);
      columns.push(withoutCounts(column, place));
    }
    return columns.sort((a, b) => (a.path === b.path ? a.writtenOrder - b.writtenOrder : a.path < b.path ? -1 : 1));
  }

  /** As `ColumnCatalogue.bestOf()`. */
  bestOf(...asked: Parameters<ColumnCatalogue["bestOf"]>): ReturnType<ColumnCatalogue["bestOf"]> {
    return this.#reached.bestOf(...asked);
  }

  #give(catalogue: ColumnCatalogue, commits: readonly CatalogueCommit[]): void {
    const used = new Map<string, CatalogueVersion>();
    for (const { files, baselines, removed = [] } of commits) {
      const compared = [...baselines, ...removed.map(({ baseline }) => baseline)];
      for (const ref of [...files, ...compared.flatMap((baseline) => baseline?.version ?? [])]) {
        const key = versionKey(ref);
        const version = this.#versions.get(key);
        if (version !== undefined) used.set(key, version);
      }
    }
    catalogue.add(commits, used.values());
  }
}

function withoutCounts(column: CatalogueColumn, writtenOrder: number): CatalogueColumn {
  const nothing = { changes: 0, recentChanges: 0, lastChangedPosition: null, bestValue: null, bestPosition: null };
  return { ...column, ...nothing, writtenOrder };
}
