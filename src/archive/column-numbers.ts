// The numbers of a repository's columns while it is archived: given as they are met, asked for once.
import type { RepositoryId } from "../domain/model.ts";
import { numberArchiveColumns, readArchiveColumns } from "../store/archive-column.ts";
import { readSourceKeys } from "../store/archive-source.ts";
import type { OrganizationStore } from "../store/database.ts";

/** Keys of shapes that are held at a time: of wide documents a few hundred shapes. */
const MAX_HELD_KEYS = 400_000;

/** Numbers of columns by path and shape. */
export class ColumnNumbers {
  readonly #store: OrganizationStore;
  readonly #repository: RepositoryId;
  /** numbers by path, then by key */
  readonly #numbers = new Map<string, Map<string, number>>();
  readonly #ofShapes = new Map<string, Int32Array>();
  #held = 0;

  constructor(store: OrganizationStore, repository: RepositoryId) {
    this.#store = store;
    this.#repository = repository;
  }

  /** Sees to it that `of()` knows these, until it is called again. */
  async know(wanted: readonly { readonly path: string; readonly shape: number }[]): Promise<void> {
    const missing = wanted.filter(({ path, shape }) => !this.#ofShapes.has(nameOf(path, shape)));
    if (missing.length === 0) return;
    if (this.#held > MAX_HELD_KEYS) {
      this.#ofShapes.clear();
      this.#held = 0;
      return this.know(wanted);
    }
    const rows = await readSourceKeys(this.#store, this.#repository, [...new Set(missing.map(({ shape }) => shape))]);
    const keys = new Map(rows.map((row) => [row.number, row.keys]));
    await this.#giveNumbers(missing.map(({ path, shape }) => ({ path, keys: keys.get(shape) ?? [] })));
    for (const { path, shape } of missing) {
      const ofPath = this.#numbers.get(path);
      const numbers = Int32Array.from(keys.get(shape) ?? [], (key) => ofPath?.get(key) ?? 0);
      this.#ofShapes.set(nameOf(path, shape), numbers);
      this.#held += numbers.length;
    }
  }

  /** @returns the numbers of a shape's columns at a path, beside its keys */
  of(path: string, shape: number): Int32Array {
    const numbers = this.#ofShapes.get(nameOf(path, shape));
    if (numbers === undefined) throw new Error(`shape ${shape} is gone`);
    return numbers;
  }

  async #giveNumbers(lists: readonly { readonly path: string; readonly keys: readonly string[] }[]): Promise<void> {
    const names = new Map<string, { path: string; key: string }>();
    for (const { path, keys } of lists) {
      const known = this.#numbers.get(path);
      for (const key of keys) if (known?.has(key) !== true) names.set(`${path}\0${key}`, { path, key });
    }
    if (names.size === 0) return;
    const wanted = [...names.values()];
    const known = await readArchiveColumns(this.#store, this.#repository, wanted);
    const all =
      known.length === wanted.length
        ? known
        : await this.#store.write((tx) => numberArchiveColumns(tx, this.#repository, wanted));
    for (const { path, key, number } of all) {
      const ofPath = this.#numbers.get(path) ?? new Map<string, number>();
      ofPath.set(key, number);
      this.#numbers.set(path, ofPath);
    }
  }
}

function nameOf(path: string, shape: number): string {
  return `${shape}\0${path}`;
}
