// What the columns of a repository are called: all of them, for whoever looks one up by the end of its name.
import type { FilterColumn } from "../domain/filter.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

const NAMES: PreparedStatement = {
  name: "column_names",
  text: `
  SELECT m.path, m.key, m.kind FROM metric_column m
  WHERE m.organization_id = $1 AND m.repository_id = $2 ORDER BY m.path, m.written_order, m.key`,
};

/** @returns all columns, by path and in written order */
export function readColumnNames(reader: Reader, repository: RepositoryId): Promise<FilterColumn[]> {
  return reader.query<FilterColumn>(NAMES, [repository]);
}
