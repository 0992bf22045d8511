// Which file versions commits have, as lists beside each other.
import type { RepositoryId } from "../domain/model.ts";
import type { PageCommit } from "./commit-page.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

const FILE_LISTS: PreparedStatement = {
  name: "commit_file_lists",
  text: `
  SELECT c.position::text, c.metric_file::text AS files, c.baseline_file::text AS "baselineFiles",
    c.baseline_position::text AS "baselinePositions", coalesce(c.returned_file, '{}')::text AS "returnedFiles"
  FROM unnest($3::bigint[]) AS wanted(position)
  CROSS JOIN LATERAL (
    SELECT * FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = wanted.position OFFSET 0
  ) c`,
};

/** The files of a commit, in Postgres' array texts. */
export type FileLists = Pick<
  PageCommit,
  "position" | "files" | "baselineFiles" | "baselinePositions" | "returnedFiles"
>;

/** @returns the files of these commits, in no order */
export function readFileLists(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<FileLists[]> {
  return reader.query<FileLists>(FILE_LISTS, [repository, positions]);
}

const SHAPES_AT: PreparedStatement = {
  name: "shapes_at_path",
  text: `
  SELECT DISTINCT shape FROM metric_file
  WHERE organization_id = $1 AND repository_id = $2 AND path = $3 AND shape IS NOT NULL`,
};

/** @returns the shapes that versions of the file at a path have */
export async function readShapesAt(reader: Reader, repository: RepositoryId, path: string): Promise<number[]> {
  const rows = await reader.query<{ shape: number }>(SHAPES_AT, [repository, path]);
  return rows.map((row) => row.shape);
}
