// Late deletion: what has been in the archive for a day leaves Postgres, a few thousand rows a transaction.
import type { RepositoryId } from "../domain/model.ts";
import { LEASE_MS, type Lease, leaseLost } from "./lease.ts";
import type { Reader, Transaction } from "./organization-store.ts";

// of nothing, least() gives the other one: a repository without such a run has no row here
const DELETABLE = `
  SELECT r.hot_from AS "hotFrom", least(r.archived_to, max(a.last_position)) AS "to"
  FROM git_repository r
  JOIN archive_run a ON a.organization_id = $1 AND a.repository_id = $2 AND a.task = 'archive' AND a.state = 'done'
    AND a.finished_at <= $3
  WHERE r.organization_id = $1 AND r.id = $2 AND r.archived_to IS NOT NULL AND r.import_state IS NULL AND r.imported_to IS NULL
  GROUP BY r.hot_from, r.archived_to`;

/** Positions whose rows may go. */
export interface Deletable {
  readonly hotFrom: number;
  /** the last of them */
  readonly to: number;
}

/** @returns the positions that are in Postgres and have been in the archive since before a time; null for none */
export async function readDeletable(reader: Reader, repository: RepositoryId, time: Date): Promise<Deletable | null> {
  const [row] = await reader.query<Deletable>(DELETABLE, [repository, time]);
  return row === undefined || row.to < row.hotFrom ? null : row;
}

const DELETE_BELOW = `
  WITH gone AS (
    DELETE FROM git_commit WHERE organization_id = $1 AND repository_id = $2 AND position < $3 RETURNING position)
  SELECT count(*) AS count FROM gone`;
const RAISE = `
  WITH changed AS (
    UPDATE git_repository SET hot_from = $4, version = version + 1, lease_until = now() + $5 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 AND archived_to >= $4::bigint - 1 AND hot_from < $4
      AND import_state IS NULL AND imported_to IS NULL
    RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

// What misses values is counted without the archive.
const KEEP_PROBLEMS = `
  WITH bad AS MATERIALIZED (
    SELECT number FROM metric_file WHERE organization_id = $1 AND repository_id = $2 AND status = 'unreadable')
  INSERT INTO archived_problem (organization_id, repository_id, position, files, brought, warnings)
  SELECT $1, $2, c.position, ARRAY(SELECT used FROM unnest(c.metric_file) used JOIN bad ON bad.number = used),
    ARRAY(SELECT used FROM unnest(c.warned_file) used JOIN bad ON bad.number = used), c.warnings
  FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position < $3
    AND (c.warnings IS NOT NULL OR c.metric_file && ARRAY(SELECT number FROM bad))
  ON CONFLICT (organization_id, repository_id, position) DO UPDATE
  SET files = excluded.files, brought = excluded.brought, warnings = excluded.warnings`;

// The list of repositories names the head of the default branch.
const KEEP_HEADS = `
  UPDATE git_branch b SET head_facts = jsonb_build_object(
    'subject', c.subject, 'committed', c.committed, 'committedAt', c.committed_at)
  FROM git_commit c
  WHERE b.organization_id = $1 AND b.repository_id = $2 AND b.head_position < $3 AND c.organization_id = $1
    AND c.repository_id = $2 AND c.position = b.head_position`;

/**
 * Removes the rows of all commits below a position: from now on the archive answers for them.
 * @returns how many there were
 * @throws TidemarkError `lease-lost`, also where one of them is not in the archive
 */
export async function deleteArchivedCommits(tx: Transaction, lease: Lease, below: number): Promise<number> {
  await tx.query(KEEP_PROBLEMS, [lease.repositoryId, below]);
  await tx.query(KEEP_HEADS, [lease.repositoryId, below]);
  const [row] = await tx.query<{ count: number }>(DELETE_BELOW, [lease.repositoryId, below]);
  const raised = await tx.query(RAISE, [lease.repositoryId, lease.token, below, LEASE_MS]);
  if (raised.length === 0) throw leaseLost(lease);
  return row?.count ?? 0;
}

const DELETE_VERSIONS = `
  WITH used AS MATERIALIZED (
    SELECT DISTINCT u.number FROM git_commit c CROSS JOIN unnest(c.metric_file || c.baseline_file) AS u(number)
    WHERE c.organization_id = $1 AND c.repository_id = $2),
  gone AS (
    DELETE FROM metric_file WHERE organization_id = $1 AND repository_id = $2 AND number IN (
      SELECT f.number FROM metric_file f
      WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number > $3 AND f.status = 'read'
        AND f.number <= (SELECT archived_file FROM git_repository WHERE organization_id = $1 AND id = $2)
        AND NOT EXISTS (SELECT FROM used WHERE used.number = f.number)
      ORDER BY f.number LIMIT $4)
    RETURNING number, path, adapter, version),
  kept AS (
    INSERT INTO archived_version AS a (organization_id, repository_id, number, path, adapter, numbers, versions)
    SELECT $1, $2, min(number), path, adapter, array_agg(number::int ORDER BY number), array_agg(version ORDER BY number)
    FROM gone GROUP BY path, adapter
    ON CONFLICT (organization_id, repository_id, number) DO UPDATE
    SET numbers = a.numbers || excluded.numbers, versions = a.versions || excluded.versions)
  SELECT max(number) AS last, count(*) AS count FROM gone`;

/**
 * Removes archived file versions that no commit in Postgres has, as its own or to be compared with, by rising number. Their
 * numbers stay known; those that could not be read stay altogether, since they have no values.
 * @returns the last that was removed, or null when there are no more above `above`
 */
export async function deleteArchivedVersions(
  tx: Transaction,
  repository: RepositoryId,
  above: number,
  limit: number,
): Promise<number | null> {
  const [row] = await tx.query<{ last: number | null }>(DELETE_VERSIONS, [repository, above, limit]);
  return row?.last ?? null;
}

// The highest number stays: the next shape is given a higher one, and no process that knows an old one takes it for that.
const DELETE_SHAPES = `
  DELETE FROM metric_shape s WHERE s.organization_id = $1 AND s.repository_id = $2
    AND s.number < (SELECT max(number) FROM metric_shape WHERE organization_id = $1 AND repository_id = $2)
    AND NOT EXISTS (
      SELECT FROM metric_file f WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.shape = s.number)`;

/** Removes the shapes that no version in Postgres has any more. Their numbers are not given again. */
export async function deleteArchivedShapes(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE_SHAPES, [repository]);
}
