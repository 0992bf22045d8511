// What a search of commits needs beside its statement, kept until the repository's next version: names of columns, and
// where the shapes of a path keep them.
import type { FilterColumn } from "../domain/filter.ts";
import type { RepositoryId } from "../domain/model.ts";
import { readColumnNames } from "../store/column-names.ts";
import { readShapesAt } from "../store/commit-files.ts";
import { readShapeIndexes } from "../store/commit-values.ts";
import type { Reader } from "../store/organization-store.ts";
import { RecentMap } from "./recent-map.ts";

/** Repositories whose names of columns are kept: 12,000 columns are some 2 MB. */
const MAX_CATALOGUES = 20;
/** Columns whose shapes are kept: 1,000 shapes are some 60 kB. */
const MAX_COLUMNS = 500;

/** Something as it is at a version of the repository. */
interface Kept<T> {
  readonly version: number;
  readonly value: T;
}

/** By shape: where it keeps a column, -1 where it has it not. All shapes of the path are there. */
export type ColumnShapes = ReadonlyMap<number, number>;

/** What is kept between searches. */
export interface SearchCache {
  /** by organisation and repository */
  readonly names: RecentMap<string, Kept<readonly FilterColumn[]>>;
  /** by organisation, repository, path and key */
  readonly shapes: RecentMap<string, Kept<ColumnShapes>>;
}

/** @returns an empty cache */
export function createSearchCache(): SearchCache {
  return { names: new RecentMap(MAX_CATALOGUES), shapes: new RecentMap(MAX_COLUMNS) };
}

/** @returns all columns of a repository at a version */
export async function columnNames(
  cache: SearchCache,
  reader: Reader,
  repository: RepositoryId,
  version: number,
): Promise<readonly FilterColumn[]> {
  const key = `${reader.organizationId} ${repository}`;
  const kept = cache.names.get(key);
  if (kept?.version === version) return kept.value;
  const value = await readColumnNames(reader, repository);
  cache.names.set(key, { version, value });
  return value;
}

/**
 * Where the shapes of the files at a path keep some columns.
 * @param version the one that `reader` sees
 * @returns beside the keys; all have the same shapes in the same order
 */
export async function columnShapes(
  cache: SearchCache,
  reader: Reader,
  repository: RepositoryId,
  version: number,
  path: string,
  keys: readonly string[],
): Promise<readonly ColumnShapes[]> {
  const keyOf = (key: string): string => `${reader.organizationId} ${repository} ${path}\n${key}`;
  const kept = keys.map((key) => cache.shapes.get(keyOf(key)));
  if (!kept.every((each) => each?.version === version)) {
    const shapes = await readShapesAt(reader, repository, path);
    const sorted = shapes.sort((a, b) => a - b);
    const indexes = await readShapeIndexes(reader, repository, sorted, keys);
    return keys.map((key, place) => {
      const value = new Map(sorted.map((shape) => [shape, indexes.get(shape)?.[place] ?? -1]));
      cache.shapes.set(keyOf(key), { version, value });
      return value;
    });
  }
  return kept.map((each) => each?.value ?? new Map());
}
