// What a comparison of commits needs of the store beside their documents: how large these are, and their columns.
import type { RepositoryId } from "../domain/model.ts";
import { COLUMN_HEAD, type StoredColumnHead } from "./column-page.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** A file version, and how many values it has. */
export interface SizedFile {
  readonly number: number;
  readonly path: string;
  readonly values: number;
}

const SIZES: PreparedStatement = {
  name: "file_sizes",
  text: `
  SELECT f.number, f.path, coalesce(cardinality(s.keys), 0) AS values
  FROM metric_file f
  LEFT JOIN metric_shape s ON s.organization_id = $1 AND s.repository_id = $2 AND s.number = f.shape
  WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY($3::bigint[])`,
};

/** @returns how many values these file versions have; one that could not be read has none */
export function readFileSizes(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<SizedFile[]> {
  return reader.query<SizedFile>(SIZES, [repository, numbers]);
}

/** A column's head and its place in its file. */
export interface WrittenColumn extends StoredColumnHead {
  readonly writtenOrder: number;
}

const COLUMNS: PreparedStatement = {
  name: "written_columns",
  text: `
  SELECT ${COLUMN_HEAD}, m.written_order AS "writtenOrder" FROM metric_column m
  WHERE m.organization_id = $1 AND m.repository_id = $2 AND m.path = ANY($3::text[])`,
};

/** @returns all columns of the files at these paths, in no order */
export function readWrittenColumns(
  reader: Reader,
  repository: RepositoryId,
  paths: readonly string[],
): Promise<WrittenColumn[]> {
  return reader.query<WrittenColumn>(COLUMNS, [repository, paths]);
}

const NAMES: PreparedStatement = {
  name: "columns_in_order",
  text: `
  SELECT path, key FROM metric_column
  WHERE organization_id = $1 AND repository_id = $2 AND kind <> 'empty'
  ORDER BY path COLLATE "C", written_order, key COLLATE "C" LIMIT $3`,
};

/** @returns the columns that ever have a value, by path and in written order */
export function readColumnsInOrder(
  reader: Reader,
  repository: RepositoryId,
  limit: number,
): Promise<{ readonly path: string; readonly key: string }[]> {
  return reader.query(NAMES, [repository, limit]);
}
