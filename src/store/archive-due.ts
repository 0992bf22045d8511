// What the archiver looks at next, over all organisations: repositories, and what is left of runs that wrote and did not count.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { SystemReader } from "./database.ts";

/** A repository whose turn it is. */
export interface ArchiveDue {
  readonly organizationId: OrganizationId;
  readonly repositoryId: RepositoryId;
}

// One statement takes a repository and moves its next look on, so that processes share the work.
const TAKE = `
  WITH due AS (
    SELECT r.organization_id, r.id FROM git_repository r
    WHERE r.archive_due_at <= $1 AND r.synced_at IS NOT NULL AND r.import_state IS NULL AND r.imported_to IS NULL
    ORDER BY r.archive_due_at LIMIT 1
    FOR NO KEY UPDATE OF r SKIP LOCKED)
  UPDATE git_repository r SET archive_due_at = $2 FROM due
  WHERE r.organization_id = due.organization_id AND r.id = due.id
  RETURNING r.organization_id::text AS "organizationId", r.id::text AS "repositoryId"`;

/**
 * Takes the repository whose look has been due longest.
 * @param next when it is due again
 * @returns null when none is due
 */
export async function takeArchiveDue(system: SystemReader, now: Date, next: Date): Promise<ArchiveDue | null> {
  const [row] = await system.query<ArchiveDue>(TAKE, [now, next]);
  return row ?? null;
}

// Runs that are a week old are of processes that were killed, or of a machine that is gone.
const END_OLD = `
  UPDATE archive_run r SET state = 'failed', finished_at = $1, problem = 'it did not end within a week'
  WHERE r.state = 'running' AND r.started_at < $2
  RETURNING r.organization_id::text, r.id::text`;
const LEFT = `
  SELECT r.organization_id::text AS "organizationId", r.id::text AS run, r.keys FROM archive_run r
  WHERE r.state IN ('failed', 'overtaken') AND r.finished_at < $1 AND r.keys <> '{}' ORDER BY r.id LIMIT 100`;
const FORGET = `
  UPDATE archive_run r SET keys = '{}'
  WHERE r.organization_id = $1 AND r.id = $2 AND r.state IN ('failed', 'overtaken')`;

/** What a run that failed, or was overtaken, may have left in the store. */
export interface LeftObjects {
  readonly organizationId: OrganizationId;
  readonly run: string;
  readonly keys: readonly string[];
}

/**
 * Ends runs that began before `started` and are no more.
 * @returns what runs that failed before `failed` were to write
 */
export async function findLeftObjects(
  system: SystemReader,
  { now, started, failed }: { readonly now: Date; readonly started: Date; readonly failed: Date },
): Promise<LeftObjects[]> {
  await system.query(END_OLD, [now, started]);
  return system.query<LeftObjects>(LEFT, [failed]);
}

/** Forgets what a run was to write: nothing of it is left. */
export async function forgetLeftObjects(system: SystemReader, { organizationId, run }: LeftObjects): Promise<void> {
  await system.query(FORGET, [organizationId, run]);
}

const FIGURES = `
  SELECT (
      SELECT coalesce(sum(s.last_position - s.first_position + 1), 0)::bigint FROM archive_segment s
      WHERE s.organization_id IS NOT NULL AND s.kind = 'commits') AS positions, (
      SELECT coalesce(sum(o.bytes), 0)::bigint FROM archive_object o WHERE o.organization_id IS NOT NULL) AS bytes, (
      SELECT count(*) FROM archive_object o WHERE o.organization_id IS NOT NULL) AS objects, (
      SELECT max(r.finished_at) FROM archive_run r WHERE r.organization_id IS NOT NULL AND r.state = 'done') AS "lastRun", (
      SELECT count(*) FROM archive_run r WHERE r.organization_id IS NOT NULL AND r.state = 'failed') AS failures`;

/** Figures of the whole archive, for operators. */
export interface ArchiveFigures {
  readonly positions: number;
  readonly bytes: number;
  readonly objects: number;
  readonly lastRun: Date | null;
  readonly failures: number;
}

/** @returns figures of the whole archive */
export async function readArchiveFigures(system: SystemReader): Promise<ArchiveFigures> {
  const [row] = await system.query<ArchiveFigures>(FIGURES);
  return row ?? { positions: 0, bytes: 0, objects: 0, lastRun: null, failures: 0 };
}
