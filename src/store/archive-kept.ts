// How far a repository may be archived: the longest prefix of positions without a commit that is to stay in Postgres.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader } from "./organization-store.ts";

/** Which commits stay. */
export interface KeptRule {
  /** the newest of the default branch's line */
  readonly commits: number;
  /** whatever was committed after this, or null */
  readonly after: Date | null;
}

/** A repository's commits in Postgres and in the archive. */
export interface KeptPrefix {
  /** the last position before the first commit that stays; -1 where there is none */
  readonly to: number;
  /** positions up to here are archived; -1: none */
  readonly archivedTo: number;
  readonly hotFrom: number;
  /** commits up to `to` that are in Postgres and not in the archive */
  readonly waiting: number;
  /** commits above `to` that no rule keeps: they follow one that it does, and positions are archived from below */
  readonly following: number;
  /** commits in Postgres, archived or not */
  readonly hot: number;
  /** whether its history is whole: an import is neither under way nor to come */
  readonly complete: boolean;
}

// The newest of the line are found by the index of lines, the young ones by one look at all that is hot.
const PREFIX = `
  WITH repository AS (
    SELECT coalesce(archived_to, -1) AS archived_to, hot_from, default_branch,
      synced_at IS NOT NULL AND import_state IS NULL AND imported_to IS NULL AS complete
    FROM git_repository WHERE organization_id = $1 AND id = $2),
  newest AS (
    SELECT position FROM git_commit
    WHERE organization_id = $1 AND repository_id = $2 AND line = (
      SELECT number FROM git_branch WHERE organization_id = $1 AND repository_id = $2 AND state = 'live'
        AND name = (SELECT default_branch FROM repository) LIMIT 1)
    ORDER BY ordinal DESC LIMIT $3),
  kept AS MATERIALIZED (
    SELECT position FROM newest
    UNION
    SELECT position FROM git_commit
    WHERE organization_id = $1 AND repository_id = $2 AND committed_at > $4::timestamptz),
  -- where nothing is to stay something is amiss: then all does
  bounds AS (SELECT coalesce(min(position), 0) - 1 AS "to" FROM kept)
  SELECT bounds."to", repository.archived_to AS "archivedTo", repository.hot_from AS "hotFrom", repository.complete,
    count(c.position) FILTER (WHERE c.position <= bounds."to" AND c.position > repository.archived_to) AS waiting,
    count(c.position) FILTER (WHERE c.position > bounds."to") - (SELECT count(*) FROM kept) AS following,
    count(c.position) AS hot
  FROM repository CROSS JOIN bounds
  LEFT JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = $2
  GROUP BY bounds."to", repository.archived_to, repository.hot_from, repository.complete`;

/** @returns how far it may be archived, or null when there is no such repository */
export async function readKeptPrefix(
  reader: Reader,
  repository: RepositoryId,
  { commits, after }: KeptRule,
): Promise<KeptPrefix | null> {
  const [row] = await reader.query<KeptPrefix>(PREFIX, [repository, commits, after]);
  return row ?? null;
}
