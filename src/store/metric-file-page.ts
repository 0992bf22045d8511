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
  WITH known AS (
    SELECT path, adapter, count(*) AS versions, count(*) FILTER (WHERE status = 'unreadable') AS unreadable
    FROM metric_file WHERE organization_id = $1 AND repository_id = $2 GROUP BY 1, 2
    UNION ALL
    SELECT path, adapter, sum(cardinality(numbers)), 0
    FROM archived_version WHERE organization_id = $1 AND repository_id = $2 GROUP BY 1, 2),
  f AS (SELECT path, adapter, sum(versions) AS versions, sum(unreadable) AS unreadable FROM known GROUP BY 1, 2)
  SELECT f.path, (array_agg(f.adapter ORDER BY f.versions DESC, f.adapter))[1] AS adapter, sum(f.versions)::int AS versions,
    sum(f.unreadable)::int AS unreadable, (
      SELECT count(*)::int FROM metric_column c
      WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.path = f.path AND c.kind = 'number') AS numbers
  FROM f GROUP BY f.path ORDER BY f.path COLLATE "C" LIMIT $3`;

/** @returns the first paths of a repository, by their bytes */
export async function readFileLines(reader: Reader, repository: RepositoryId, limit: number): Promise<FileLine[]> {
  return reader.query<FileLine>(LINES, [repository, limit]);
}
