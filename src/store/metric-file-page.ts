// The metric files of a repository as people see them: one line a path, with its versions and columns of numbers.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader } from "./database.ts";

/** A path that is read. */
export interface FileLine {
  readonly path: string;
  /** of most of its versions */
  readonly adapter: string;
  readonly versions: number;
  /** versions that could not be read */
  readonly unreadable: number;
  /** columns of numbers that any version has */
  readonly numbers: number;
}

const LINES = `
  SELECT f.path, mode() WITHIN GROUP (ORDER BY f.adapter) AS adapter, count(*)::int AS versions,
    (count(*) FILTER (WHERE f.status = 'unreadable'))::int AS unreadable, (
      SELECT count(*)::int FROM metric_column c
      WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.path = f.path AND c.kind = 'number') AS numbers
  FROM metric_file f WHERE f.organization_id = $1 AND f.repository_id = $2
  GROUP BY f.path ORDER BY f.path COLLATE "C" LIMIT $3`;

/** @returns the first paths of a repository, by their bytes */
export async function readFileLines(reader: Reader, repository: RepositoryId, limit: number): Promise<FileLine[]> {
  return reader.query<FileLine>(LINES, [repository, limit]);
}
