// The manifest: which objects there are, and which positions of which repository each of them holds.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { SystemReader } from "./database.ts";
import type { Reader, Transaction } from "./organization-store.ts";

/** The kinds of objects. */
export type SegmentKind = "values" | "commits" | "columns";

/** An object that was verified. */
export interface NewObject {
  readonly kind: SegmentKind;
  readonly bucket: number;
  readonly key: string;
  readonly bytes: number;
  /** lower-case hex */
  readonly sha256: string;
  readonly rows: number;
}

/** What of a repository an object holds. */
export interface NewSegment {
  readonly repositoryId: RepositoryId;
  readonly kind: SegmentKind;
  readonly first: number;
  readonly last: number;
  readonly rows: number;
  readonly stale: boolean;
}

/** A segment with its object. */
export interface StoredSegment extends NewSegment {
  readonly objectId: string;
  readonly bucket: number;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  /** rows of the object, which may hold segments of others too */
  readonly objectRows: number;
}

const PUT_OBJECT = `
  INSERT INTO archive_object (organization_id, kind, bucket, key, bytes, sha256, rows)
  VALUES ($1, $2, $3, $4, $5, decode($6, 'hex'), $7)
  ON CONFLICT (key) DO UPDATE SET retired_at = NULL WHERE archive_object.organization_id = $1
  RETURNING id::text`;

const PUT_SEGMENT = `
  INSERT INTO archive_segment (organization_id, repository_id, kind, first_position, last_position, object_id, rows, stale_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $8::boolean THEN now() END)`;

/** Names an object, and what it holds. */
export async function putObject(tx: Transaction, object: NewObject, segments: readonly NewSegment[]): Promise<void> {
  const { kind, bucket, key, bytes, sha256, rows } = object;
  const [row] = await tx.query<{ id: string }>(PUT_OBJECT, [kind, bucket, key, bytes, sha256, rows]);
  for (const segment of segments) {
    const { repositoryId, first, last, stale } = segment;
    await tx.query(PUT_SEGMENT, [repositoryId, kind, first, last, row?.id ?? null, segment.rows, stale]);
  }
}

const SEGMENT = `s.repository_id::text AS "repositoryId", s.kind, s.first_position AS first, s.last_position AS last, s.rows,
    s.stale_at IS NOT NULL AS stale, o.id::text AS "objectId", o.bucket, o.key, o.bytes, encode(o.sha256, 'hex') AS sha256,
    o.rows AS "objectRows"`;

const SEGMENTS = `
  SELECT ${SEGMENT} FROM archive_segment s
  JOIN archive_object o ON o.organization_id = $1 AND o.id = s.object_id
  WHERE s.organization_id = $1 AND s.repository_id = $2 ORDER BY s.first_position, s.kind`;

/** @returns all segments of a repository, by position */
export async function readSegments(reader: Reader, repository: RepositoryId): Promise<StoredSegment[]> {
  return reader.query<StoredSegment>(SEGMENTS, [repository]);
}

const TAKE_OUT = `
  WITH gone AS (
    DELETE FROM archive_segment
    WHERE organization_id = $1 AND repository_id = $2 AND first_position >= $3 AND last_position <= $4 AND kind = ANY($5)
    RETURNING object_id)
  SELECT count(*) AS count FROM gone`;

/** Takes the segments of these kinds out that lie between two positions. @returns how many there were */
export async function takeSegmentsOut(
  tx: Transaction,
  repository: RepositoryId,
  range: { readonly first: number; readonly last: number; readonly kinds: readonly SegmentKind[] },
): Promise<number> {
  const { first, last, kinds } = range;
  const [row] = await tx.query<{ count: number }>(TAKE_OUT, [repository, first, last, kinds]);
  return row?.count ?? 0;
}

const RETIRE = `
  UPDATE archive_object o SET retired_at = now()
  WHERE o.organization_id = $1 AND o.retired_at IS NULL AND NOT EXISTS (
    SELECT FROM archive_segment s WHERE s.organization_id = $1 AND s.object_id = o.id)`;

/** Begins the day after which objects go that hold nothing of anybody any more. */
export async function retireObjects(tx: Transaction): Promise<void> {
  await tx.query(RETIRE);
}

const DELETE_SEGMENTS = `DELETE FROM archive_segment WHERE organization_id = $1 AND repository_id = $2`;
const END_RUNS = `
  UPDATE archive_run SET state = 'overtaken', finished_at = now(), problem = 'its history was read anew'
  WHERE organization_id = $1 AND repository_id = $2 AND state = 'running'`;
const FORGET_RUNS = `
  DELETE FROM archive_run WHERE organization_id = $1 AND repository_id = $2 AND state = 'done'`;

/**
 * Takes all that is archived of a repository out of the manifest: its rows are in Postgres, or are read anew. What is left
 * of its archived commits, and its marks, are the caller's business.
 */
export async function retireArchive(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE_SEGMENTS, [repository]);
  await tx.query(END_RUNS, [repository]);
  await tx.query(FORGET_RUNS, [repository]);
  await retireObjects(tx);
}

const MARK_STALE = `
  UPDATE archive_segment SET stale_at = now()
  WHERE organization_id = $1 AND repository_id = $2 AND kind = 'commits' AND stale_at IS NULL
    AND EXISTS (SELECT FROM unnest($3::bigint[]) AS p(position) WHERE p.position BETWEEN first_position AND last_position)`;

/** Says of the segments that hold these positions that their lines or what reaches them are others than the object says. */
export async function markSegmentsStale(
  tx: Transaction,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<void> {
  if (positions.length > 0) await tx.query(MARK_STALE, [repository, positions]);
}

/** An object by its name. */
export interface NamedObject {
  readonly organizationId: OrganizationId;
  readonly key: string;
}

// Over all organisations: the cleaner deletes from the store what the whole manifest names no more.
const RETIRE_EVERYWHERE = `
  UPDATE archive_object o SET retired_at = now()
  WHERE o.retired_at IS NULL AND NOT EXISTS (
    SELECT FROM archive_segment s WHERE s.organization_id = o.organization_id AND s.object_id = o.id)`;
const TAKE_RETIRED = `
  DELETE FROM archive_object o
  WHERE o.retired_at < $1 AND NOT EXISTS (
      SELECT FROM archive_segment s WHERE s.organization_id = o.organization_id AND s.object_id = o.id)
    AND NOT EXISTS (SELECT FROM archive_run r WHERE r.organization_id = o.organization_id AND r.state = 'running' AND o.key = ANY(r.keys))
  RETURNING o.organization_id::text AS "organizationId", o.key`;
const RETIRED = `
  SELECT count(*) AS objects, coalesce(sum(bytes), 0)::bigint AS bytes FROM archive_object
  WHERE organization_id = $1 AND retired_at IS NOT NULL`;

/** Takes objects out of the manifest that hold nothing since before a time. @returns those: they may go */
export async function takeRetiredObjects(system: SystemReader, time: Date): Promise<NamedObject[]> {
  await system.query(RETIRE_EVERYWHERE);
  return system.query<NamedObject>(TAKE_RETIRED, [time]);
}

/** @returns how many objects wait to go, and their bytes */
export async function countRetired(reader: Reader): Promise<{ objects: number; bytes: number }> {
  const [row] = await reader.query<{ objects: number; bytes: number }>(RETIRED);
  return row ?? { objects: 0, bytes: 0 };
}

const NAMED = `
  SELECT key FROM archive_object o WHERE key = ANY($1)
  UNION
  SELECT u.key FROM archive_run r CROSS JOIN unnest(r.keys) AS u(key)
  WHERE r.state = 'running' AND r.started_at > $2 AND u.key = ANY($1)`;

/** @returns those of these keys that the manifest names, or a run that began after a time and has not ended */
export async function namedKeys(system: SystemReader, keys: readonly string[], time: Date): Promise<Set<string>> {
  const rows = await system.query<{ key: string }>(NAMED, [keys, time]);
  return new Set(rows.map(({ key }) => key));
}
