// What a repository's history was read with: versions of the readers, and of what people chose.
import type { ReaderVersions } from "../domain/reader-change.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { Reader, SystemReader, Transaction } from "./database.ts";
import { LEASE_MS, type Lease, leaseLost } from "./lease.ts";

/** What a history was, or is being, read with. */
export interface HistoryReader {
  readonly readers: ReaderVersions;
  /** rises with each change that people make to the metric paths */
  readonly paths: number;
}

const READ = `
  SELECT read_with AS "readWith", paths_version AS paths FROM git_repository WHERE organization_id = $1 AND id = $2`;

/** @returns what the history was read with (null before the first import), and the version of the paths as they are now */
export async function readHistoryReader(
  reader: Reader,
  repository: RepositoryId,
): Promise<{ readonly readWith: HistoryReader | null; readonly paths: number }> {
  const [row] = await reader.query<{ readWith: HistoryReader | null; paths: number }>(READ, [repository]);
  return row ?? { readWith: null, paths: 0 };
}

const SET = `
  UPDATE git_repository SET read_with = $4, lease_until = now() + $5 * interval '1 millisecond'
  WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id`;

/** Says what a history is read with from now on. @throws TidemarkError `lease-lost` */
export async function setHistoryReader(tx: Transaction, lease: Lease, readWith: HistoryReader): Promise<void> {
  const rows = await tx.query(SET, [lease.repositoryId, lease.token, JSON.stringify(readWith), LEASE_MS]);
  if (rows.length === 0) throw leaseLost(lease);
}

const LOCK = `SELECT id FROM git_repository WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE`;

/** Makes others wait that would change the metric paths too. @returns whether the repository is there */
export async function lockPaths(tx: Transaction, repository: RepositoryId): Promise<boolean> {
  return (await tx.query(LOCK, [repository])).length > 0;
}

const RAISE = `
  UPDATE git_repository SET paths_version = paths_version + 1, version = version + 1
  WHERE organization_id = $1 AND id = $2`;

/** Says that people changed the metric paths. */
export async function raisePathsVersion(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(RAISE, [repository]);
}

/** A repository whose history was read by other readers than those of now. */
export interface ReadByOthers {
  readonly organizationId: OrganizationId;
  readonly repositoryId: RepositoryId;
  readonly readers: ReaderVersions | null;
  /** names of the adapters of its files */
  readonly adapters: readonly string[];
}

// Over all organisations, as a worker looks for work; asked once when it starts.
const OTHERS = `
  SELECT r.organization_id::text AS "organizationId", r.id::text AS "repositoryId", r.read_with->'readers' AS readers,
    ARRAY(
      SELECT f.adapter FROM metric_file f WHERE f.organization_id = r.organization_id AND f.repository_id = r.id
      UNION
      SELECT a.adapter FROM archived_version a
      WHERE a.organization_id = r.organization_id AND a.repository_id = r.id) AS adapters
  FROM git_repository r
  WHERE r.synced_at IS NOT NULL AND (r.read_with IS NULL OR r.read_with->'readers' <> $1::jsonb)
    AND NOT EXISTS (
      SELECT FROM event e
      WHERE e.organization_id = r.organization_id AND e.repository_id = r.id AND e.task = 'import'
        AND e.state IN ('due', 'running', 'failed'))
  ORDER BY r.id`;

/** @returns imported repositories whose history was read by others, and that no import waits for */
export async function readByOthers(system: SystemReader, readers: ReaderVersions): Promise<ReadByOthers[]> {
  return system.query<ReadByOthers>(OTHERS, [JSON.stringify(readers)]);
}
