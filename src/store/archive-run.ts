// Runs of the archiver: what one of them is at, what it writes, and the transaction that makes it count.
import type { RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { SystemReader } from "./database.ts";
import { LEASE_MS, type Lease, leaseLost, leaseOf, type LeaseRow } from "./lease.ts";
import type { Reader, Transaction } from "./organization-store.ts";

/** What a run does. */
export type RunTask = "archive" | "rewrite" | "compact";

const BEGIN = `
  INSERT INTO archive_run (organization_id, repository_id, task, first_position, last_position)
  VALUES ($1, $2, $3, $4, $5) RETURNING id::text`;

/** Notes that a run begins. @returns its id */
export async function beginRun(
  tx: Transaction,
  run: { readonly repositoryId: RepositoryId; readonly task: RunTask; readonly first: number; readonly last: number },
): Promise<string> {
  const [row] = await tx.query<{ id: string }>(BEGIN, [run.repositoryId, run.task, run.first, run.last]);
  return row?.id ?? "";
}

const NAME_KEYS = `
  UPDATE archive_run SET keys = $3, first_position = $4, last_position = $5
  WHERE organization_id = $1 AND id = $2 AND state = 'running' RETURNING id`;

/** Notes which objects a run writes, before it does. @returns false when it is to write none: it was ended */
export async function nameKeys(
  tx: Transaction,
  run: string,
  { keys, first, last }: { readonly keys: readonly string[]; readonly first: number; readonly last: number },
): Promise<boolean> {
  return (await tx.query(NAME_KEYS, [run, keys, first, last])).length > 0;
}

const TAKEN = `
  SELECT u.key FROM unnest($2::text[]) AS u(key)
  WHERE EXISTS (SELECT FROM archive_object o WHERE o.organization_id = $1 AND o.key = u.key AND o.retired_at IS NULL)
    OR EXISTS (
      SELECT FROM archive_run r WHERE r.organization_id = $1 AND r.state = 'running' AND r.id <> $3 AND r.started_at > $4
        AND u.key = ANY(r.keys))`;

/** @returns those of these keys that stand for living objects: of the manifest, or of another run that began after a time */
export async function livingKeys(
  reader: Reader,
  { run, keys, after }: { readonly run: string; readonly keys: readonly string[]; readonly after: Date },
): Promise<Set<string>> {
  const rows = await reader.query<{ key: string }>(TAKEN, [keys, run, after]);
  return new Set(rows.map(({ key }) => key));
}

const END = `
  UPDATE archive_run SET state = $3, problem = $4, finished_at = now()
  WHERE organization_id = $1 AND id = $2 AND state = 'running' RETURNING id`;

/** Notes how a run ended; overtaken: somebody else was there first, and nothing is amiss. @returns false when it had ended already */
export async function endRun(
  tx: Transaction,
  run: string,
  { state, problem = null }: { readonly state: "done" | "failed" | "overtaken"; readonly problem?: string | null },
): Promise<boolean> {
  return (await tx.query(END, [run, state, problem])).length > 0;
}

const PUBLISH = `
  WITH changed AS (
    UPDATE git_repository SET archived_to = coalesce($4, archived_to), archived_file = greatest(archived_file, $5),
      version = version + 1, lease_until = now() + $7 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 AND archived_to IS NOT DISTINCT FROM $6
      AND import_state IS NULL AND imported_to IS NULL
    RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** What a published run changes of its repository. */
export interface Publication {
  /** positions up to here are archived now; null: as many as before */
  readonly archivedTo: number | null;
  /** the highest number of a file version in its objects */
  readonly file: number;
  /** what `archived_to` was when the run began */
  readonly archivedBefore: number | null;
}

/**
 * Closes the transaction that makes a run count: from here on its objects are read.
 * @throws TidemarkError `lease-lost`, also when an import or another archiver was there first
 */
export async function publishRun(
  tx: Transaction,
  lease: Lease,
  { archivedTo, file, archivedBefore }: Publication,
): Promise<void> {
  const values = [lease.repositoryId, lease.token, archivedTo, file, archivedBefore, LEASE_MS];
  if ((await tx.query(PUBLISH, values)).length === 0) throw leaseLost(lease);
}

const TAKE = `
  UPDATE git_repository
  SET lease_holder = $1, lease_until = now() + $2 * interval '1 millisecond', lease_token = lease_token + 1,
    lease_task = 'archive'
  WHERE organization_id = $3 AND id = $4 AND (lease_until IS NULL OR lease_until <= now()) AND import_state IS NULL
    AND imported_to IS NULL
  RETURNING organization_id::text, id::text, lease_token::text`;

/** Leases a repository for the archiver. @returns null when it is in work, being imported, or gone */
export async function takeArchiveLease(
  system: SystemReader,
  holder: string,
  { organizationId, repositoryId }: Pick<Lease, "organizationId" | "repositoryId">,
): Promise<Lease | null> {
  return leaseOf(await system.query<LeaseRow>(TAKE, [holder, LEASE_MS, organizationId, repositoryId]));
}

const STATE = `
  SELECT archived_to AS "archivedTo", hot_from AS "hotFrom",
    synced_at IS NOT NULL AND import_state IS NULL AND imported_to IS NULL AS complete
  FROM git_repository WHERE organization_id = $1 AND id = $2`;

/** How far a repository is archived, for whoever goes on with it. */
export interface ArchiveState {
  readonly archivedTo: number | null;
  readonly hotFrom: number;
  /** whether its history is whole */
  readonly complete: boolean;
}

/** @returns null when there is no such repository */
export async function readArchiveState(reader: Reader, repository: RepositoryId): Promise<ArchiveState | null> {
  const [row] = await reader.query<ArchiveState>(STATE, [repository]);
  return row ?? null;
}

/** The error of a run whose commits are others by the time it is to count. It is done again. */
export function runOvertaken(repository: RepositoryId, found: string): TidemarkError {
  return new TidemarkError("lease-lost", {
    attempt: "archive commits of the repository",
    value: repository,
    found,
    wanted: "them as they were when the run began; the next run archives them",
  });
}
