// A repository as its pages need it: which one a name means, its version, and the lines of its branches.
import type { RepositoryId } from "../domain/model.ts";
import { archivedNumber } from "./archived-sql.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";
import type { ArchiveMarks } from "./thawed-rows.ts";

const FIND: PreparedStatement = {
  name: "find_repository",
  text: `
  SELECT id::text FROM git_repository
  WHERE organization_id = $1 AND (name = $2 OR id::text = $2) ORDER BY name = $2 DESC LIMIT 1`,
};

/** @returns the id of the repository with this name, else with this id, else null */
export async function findRepository(reader: Reader, nameOrId: string): Promise<RepositoryId | null> {
  const [row] = await reader.query<{ id: RepositoryId }>(FIND, [nameOrId]);
  return row?.id ?? null;
}

/** A branch and where its line goes. */
export interface BranchLine {
  readonly number: number;
  readonly name: string;
  readonly state: "live" | "deleted";
  /** hex */
  readonly head: string;
  readonly headPosition: number;
  /** null while an import has not come to its head */
  readonly headOrdinal: number | null;
  /** the branch that owns the first commit below its own part, and that commit's ordinal */
  readonly forkBranch: number | null;
  readonly forkOrdinal: number | null;
}

/** What all pages of one version of a repository share. */
export interface RepositoryLines extends ArchiveMarks {
  readonly name: string;
  readonly defaultBranch: string | null;
  /** by number */
  readonly branches: readonly BranchLine[];
}

const LINES: PreparedStatement = {
  name: "repository_lines",
  text: `
  SELECT r.version, coalesce(r.archived_to, -1) AS "archivedTo", r.hot_from AS "hotFrom", r.name, r.default_branch AS "defaultBranch", (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'number', b.number, 'name', b.name, 'state', b.state, 'head', encode(b.head, 'hex'),
      'headPosition', b.head_position, 'headOrdinal', coalesce(c.ordinal, ${archivedNumber("ordinals", "b.head_position")}),
      'forkBranch', b.fork_branch, 'forkOrdinal', b.fork_ordinal) ORDER BY b.number), '[]')
    FROM git_branch b
    LEFT JOIN git_commit c
      ON c.organization_id = $1 AND c.repository_id = $2 AND c.position = b.head_position AND c.sha = b.head
    WHERE b.organization_id = $1 AND b.repository_id = $2) AS branches
  FROM git_repository r WHERE r.organization_id = $1 AND r.id = $2`,
};

/** @returns the branches of one version, or null when there is no such repository */
export async function readLinesOf(reader: Reader, repository: RepositoryId): Promise<RepositoryLines | null> {
  const [row] = await reader.query<RepositoryLines>(LINES, [repository]);
  if (row !== undefined) sees(reader, repository, row);
  return row ?? null;
}

/** Whoever has to know of which version a snapshot is, and how far it is archived, is told. */
function sees(reader: Reader, repository: RepositoryId, row: ArchiveMarks): void {
  reader.gate?.sees(repository, row.version);
  reader.archived?.at(row);
}

const PLACE = `
  SELECT line, ordinal FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position = $3 AND line IS NOT NULL
  UNION ALL
  SELECT line, ordinal FROM (
    SELECT ${archivedNumber("lines", "$3::bigint")} AS line, ${archivedNumber("ordinals", "$3::bigint")} AS ordinal
    FROM git_repository WHERE organization_id = $1 AND id = $2 AND $3 < hot_from
  ) archived WHERE line > 0`;

/** @returns whose line holds the commit at a position, or null when no branch reaches it any more */
export async function readPlace(
  reader: Reader,
  repository: RepositoryId,
  position: number,
): Promise<{ line: number; ordinal: number } | null> {
  const [row] = await reader.query<{ line: number; ordinal: number }>(PLACE, [repository, position]);
  return row ?? null;
}

const VERSION: PreparedStatement = {
  name: "repository_version",
  text: `
  SELECT version, coalesce(archived_to, -1) AS "archivedTo", hot_from AS "hotFrom", name FROM git_repository
  WHERE organization_id = $1 AND id = $2`,
};

/** @returns the version of the rows that people see, or null when there is no such repository */
export async function readVersion(
  reader: Reader,
  repository: RepositoryId,
): Promise<{ version: number; name: string } | null> {
  const [row] = await reader.query<ArchiveMarks & { name: string }>(VERSION, [repository]);
  if (row !== undefined) sees(reader, repository, row);
  return row === undefined ? null : { version: row.version, name: row.name };
}
