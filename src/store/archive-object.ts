// The objects of the whole manifest, a few at a time: for whoever looks whether they are all there.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { SystemReader } from "./database.ts";
import type { NewObject } from "./archive-manifest.ts";
import type { Reader } from "./organization-store.ts";

/** An object that holds something, and what of whom. */
export interface StoredObjectRow extends NewObject {
  readonly organizationId: OrganizationId;
  readonly id: string;
  readonly segments: readonly {
    readonly repositoryId: number;
    readonly first: number;
    readonly last: number;
    readonly rows: number;
  }[];
}

const OBJECTS = `
  SELECT o.organization_id::text AS "organizationId", o.id::text, o.kind, o.bucket, o.key, o.bytes,
    encode(o.sha256, 'hex') AS sha256, o.rows, (
      SELECT jsonb_agg(jsonb_build_object('repositoryId', s.repository_id, 'first', s.first_position,
        'last', s.last_position, 'rows', s.rows) ORDER BY s.repository_id, s.first_position)
      FROM archive_segment s WHERE s.organization_id = o.organization_id AND s.object_id = o.id) AS segments
  FROM archive_object o
  WHERE o.id > $1 AND EXISTS (
    SELECT FROM archive_segment s WHERE s.organization_id = o.organization_id AND s.object_id = o.id
      AND ($2::bigint IS NULL OR s.repository_id = $2))
  ORDER BY o.id LIMIT $3`;

/**
 * @param repository only what holds something of it; null: of all
 * @returns objects that segments are in, by rising id, at most `limit`
 */
export async function readObjectsAfter(
  system: SystemReader,
  {
    after,
    repository,
    limit,
  }: { readonly after: string; readonly repository: RepositoryId | null; readonly limit: number },
): Promise<StoredObjectRow[]> {
  return system.query<StoredObjectRow>(OBJECTS, [after, repository, limit]);
}

const USE = `
  SELECT count(*) AS objects, coalesce(sum(o.bytes), 0)::bigint AS bytes, coalesce(sum(s.stale), 0)::bigint AS stale FROM (
    SELECT object_id, count(*) FILTER (WHERE stale_at IS NOT NULL) AS stale FROM archive_segment
    WHERE organization_id = $1 AND repository_id = $2 GROUP BY object_id) s
  JOIN archive_object o ON o.organization_id = $1 AND o.id = s.object_id`;

/** What a repository has in the archive; objects that it shares with others count whole. */
export interface ArchiveUse {
  readonly objects: number;
  readonly bytes: number;
  /** segments whose lines or reachability are those of an earlier day */
  readonly stale: number;
}

/** @returns what a repository has in the archive */
export async function readArchiveUse(reader: Reader, repository: RepositoryId): Promise<ArchiveUse> {
  const [row] = await reader.query<ArchiveUse>(USE, [repository]);
  return row ?? { objects: 0, bytes: 0, stale: 0 };
}
