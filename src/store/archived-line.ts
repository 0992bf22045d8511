// Archived commits along a first-parent line, by what stays of them in Postgres.
import type { RepositoryId } from "../domain/model.ts";
import { type ArchivedChunk, type ArchivedCommit, chunkOf, commitIn, readArchivedAt } from "./archived-commit.ts";
import type { LinePart } from "./commit-page.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

const LOWEST: PreparedStatement = {
  name: "lowest_hot_of_line",
  text: `
  SELECT c.position, c.ordinal, c.first_parent AS "firstParent"
  FROM unnest($3::int[], $4::bigint[], $5::bigint[]) AS part(line, top, bottom)
  CROSS JOIN LATERAL (
    SELECT * FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = part.line
      AND c.ordinal <= part.top AND c.ordinal > part.bottom
    ORDER BY c.ordinal LIMIT 1
  ) c
  ORDER BY c.ordinal LIMIT 1`,
};

/** @returns the oldest commit of a line that is still in git_commit, or null when none is */
export async function readLowestOnLine(
  reader: Reader,
  repository: RepositoryId,
  parts: readonly LinePart[],
): Promise<{ position: number; ordinal: number; firstParent: number | null } | null> {
  const lists = [parts.map((part) => part.line), parts.map((part) => part.top), parts.map((part) => part.bottom)];
  const [row] = await reader.query<{ position: number; ordinal: number; firstParent: number | null }>(LOWEST, [
    repository,
    ...lists,
  ]);
  return row ?? null;
}

const PARENTS_BELOW: PreparedStatement = {
  name: "first_parents_below",
  text: `
  SELECT DISTINCT first_parent AS position FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position >= $3 AND first_parent < $3`,
};

/** @returns the first parents, below a position, of commits from there on: few, where histories branch off there */
export async function readParentsBelow(reader: Reader, repository: RepositoryId, position: number): Promise<number[]> {
  const rows = await reader.query<{ position: number }>(PARENTS_BELOW, [repository, position]);
  return rows.map((row) => row.position);
}

const LOWEST_HOT: PreparedStatement = {
  name: "commits_on_archived_parents",
  text: `
  SELECT position FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position >= $3 AND first_parent < $3`,
};

/** @returns positions, from one on, of commits whose first parent is below it */
export async function readLowestHot(reader: Reader, repository: RepositoryId, position: number): Promise<number[]> {
  const rows = await reader.query<{ position: number }>(LOWEST_HOT, [repository, position]);
  return rows.map((row) => row.position);
}

/**
 * Follows first parents down through archived commits.
 * @param from position of the first one
 * @returns at most `limit`, newest first; it ends at a root and where a commit is gone
 */
export async function readArchivedDown(
  reader: Reader,
  repository: RepositoryId,
  from: number,
  limit: number,
): Promise<ArchivedCommit[]> {
  const found: ArchivedCommit[] = [];
  let chunk: ArchivedChunk | undefined;
  for (let position = from; position >= 0 && found.length < limit; ) {
    if (chunk?.position !== chunkOf(position)) [chunk] = await readArchivedAt(reader, repository, [position]);
    const commit = chunk === undefined ? null : commitIn(chunk, position);
    if (commit === null) break;
    found.push(commit);
    position = commit.firstParent;
  }
  return found;
}
