// Commits that arrive while people read: each as a sync leaves it, in one transaction that raises the version and says so.
import type { OrganizationId, RepositoryId } from "../../src/domain/model.ts";
import type { Database } from "../../src/store/database.ts";

const ARRIVE = `
WITH head AS (
  SELECT c.* FROM git_branch b
  JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = $2 AND c.position = b.head_position
  WHERE b.organization_id = $1 AND b.repository_id = $2 AND b.number = 1
), fresh AS (
  INSERT INTO git_commit (organization_id, repository_id, position, sha, parents, first_parent, ordinal, line, author_name,
    author_email, authored, authored_at, committer_name, committed, committed_at, subject, metric_file, baseline_file,
    baseline_position)
  SELECT $1, $2, position + 1, substring(sha256(sha) FOR length(sha)), ARRAY[sha], position, ordinal + 1, line, author_name,
    author_email, authored, authored_at, committer_name, committed, committed_at, 'A commit that arrived', metric_file,
    metric_file, array_fill(position, ARRAY[cardinality(metric_file)])
  FROM head RETURNING sha, position
), moved AS (
  UPDATE git_branch b SET head = fresh.sha, head_position = fresh.position FROM fresh
  WHERE b.organization_id = $1 AND b.repository_id = $2 AND b.number = 1
), changed AS (
  UPDATE git_repository SET version = version + 1 WHERE organization_id = $1 AND id = $2 RETURNING id, version
)
SELECT version, pg_notify('tidemark', id || ' ' || version)::text AS told FROM changed`;

/** Adds a commit on top of the first branch. @returns the repository's version from now on */
export async function commitArrives(
  { owner }: Database,
  organization: OrganizationId,
  repository: RepositoryId,
): Promise<number> {
  const [row] = await owner.query<{ version: number }>(ARRIVE, [organization, repository]);
  return Number(row?.version);
}
