// What of the manifest is worth being written anew, over all organisations.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { SystemReader } from "./database.ts";
import type { Reader } from "./organization-store.ts";

const STALE = `
  SELECT s.organization_id::text AS "organizationId", s.repository_id::text AS "repositoryId", s.first_position AS first
  FROM archive_segment s WHERE s.stale_at IS NOT NULL AND s.kind = 'commits' ORDER BY s.stale_at LIMIT 100`;

/** @returns segments whose lines or reachability are those of an earlier day, those that have been so longest first */
export async function findStale(
  system: SystemReader,
): Promise<{ organizationId: OrganizationId; repositoryId: RepositoryId; first: number }[]> {
  return system.query(STALE);
}

const SMALL = `
  SELECT o.organization_id::text AS "organizationId", o.bucket FROM archive_object o
  WHERE o.kind = 'values' AND o.retired_at IS NULL AND o.bytes < $1
  GROUP BY o.organization_id, o.bucket HAVING count(*) > $2`;

/** @returns the buckets of each team in which there are more small objects of values than `most` */
export async function findSmall(
  system: SystemReader,
  bytes: number,
  most: number,
): Promise<{ organizationId: OrganizationId; bucket: number }[]> {
  return system.query(SMALL, [bytes, most]);
}

const RANGES = `
  SELECT s.repository_id::text AS "repositoryId", s.first_position AS first, s.last_position AS last
  FROM archive_segment s JOIN archive_object o ON o.organization_id = $1 AND o.id = s.object_id
  WHERE s.organization_id = $1 AND s.kind = 'values' AND o.bucket = $2 AND o.bytes < $3
  ORDER BY s.repository_id, s.first_position`;

/** @returns which positions of whom are in a bucket's small objects of values */
export async function readSmallRanges(
  reader: Reader,
  bucket: number,
  bytes: number,
): Promise<{ repositoryId: RepositoryId; first: number; last: number }[]> {
  return reader.query(RANGES, [bucket, bytes]);
}
