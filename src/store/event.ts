// What is to be done for a repository and why, and what becomes of it: the worker's side of events.
import type { EventReason } from "../domain/event-reason.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";

/** What an event asks for: the new commits, or the whole history. */
export type EventTask = "import" | "sync";

/**
 * Why it is there: a delivery came, polling found something, a person asked, a repository was added, or Tidemark itself
 * has a reason.
 */
export type EventSource = (typeof EVENT_SOURCES)[number];
/** Every source. */
export const EVENT_SOURCES = ["webhook", "poll", "person", "import", "schedule"] as const;

/** A ref as a delivery names it; null: there was none before, or there is none after. */
export interface NamedRef {
  readonly ref: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A branch that a run moved; null: it was not followed before, or is gone after. */
export interface MovedHead {
  readonly branch: string;
  readonly old: string | null;
  readonly new: string | null;
  /** commits of the old head that the new one does not reach: some after a forced push; absent where nobody knows */
  readonly replaced?: number;
}

/** An event that waits to be answered. */
export interface WaitingEvent {
  readonly id: string;
  readonly source: EventSource;
  readonly task: EventTask;
  /** how often answering it has failed */
  readonly attempts: number;
  readonly createdAt: Date;
  /** what a delivery says of refs: nothing is answered before they are there */
  readonly named: readonly NamedRef[] | null;
  /** whether a delivery tells of the repository itself: its provider is asked first */
  readonly aboutRepository: boolean;
  /** what people should know once it is answered, where a worker found that out before; never stored while it waits */
  readonly note?: string;
}

/** A state of an event; the first three wait for an answer. */
export type EventState = (typeof EVENT_STATES)[number];
/** Every state. */
export const EVENT_STATES = ["due", "running", "failed", "done", "skipped", "dead"] as const;

// Workers and open pages hear of it when the transaction is committed.
const INSERT = `
  WITH inserted AS (
    INSERT INTO event (organization_id, repository_id, task, source, user_id, reason) VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING id)
  SELECT i.id::text, pg_notify('tidemark', r.id || ' ' || r.version)
  FROM inserted i, git_repository r WHERE r.organization_id = $1 AND r.id = $2`;

/**
 * Stores an event that is due at once, of a repository that is there, and wakes the workers.
 * @param user the person who asks; null: nobody who is known by name
 * @returns its id
 */
export async function insertEvent(
  tx: Transaction,
  repository: RepositoryId,
  task: EventTask,
  source: Exclude<EventSource, "webhook" | "schedule"> = "person",
  user: string | null = null,
): Promise<string> {
  const [row] = await tx.query<{ id: string }>(INSERT, [repository, task, source, user, null]);
  return (row as { id: string }).id;
}

/** As `insertEvent()`, of Tidemark itself, which says why. @returns its id */
export async function insertOwnEvent(
  tx: Transaction,
  repository: RepositoryId,
  task: EventTask,
  reason: EventReason,
): Promise<string> {
  const [row] = await tx.query<{ id: string }>(INSERT, [repository, task, "schedule", null, reason]);
  return (row as { id: string }).id;
}

// Of what waits for its next attempt only Tidemark's own is hurried: starts use up no attempt of what others were told of.
// What a server or an account asked for is kept with those.
const HURRY_ALL = `
  WITH hurried AS (
    UPDATE event SET due_at = now()
    WHERE organization_id = $1 AND source = 'schedule' AND state IN ('due', 'failed') AND due_at > now())
  UPDATE git_repository SET retry_at = NULL WHERE organization_id = $1 AND gone_at IS NULL AND retry_at > now()`;

// One that is due brings in what there is by then.
const INSERT_ALL = `
  WITH inserted AS (
    INSERT INTO event (organization_id, repository_id, task, source, reason)
    SELECT $1, r.id, 'sync', 'schedule', $2 FROM git_repository r
    WHERE r.organization_id = $1 AND r.gone_at IS NULL AND NOT EXISTS (
      SELECT FROM event e WHERE e.organization_id = $1 AND e.repository_id = r.id AND e.state IN ('due', 'failed')
        AND e.due_at <= now())
    RETURNING repository_id)
  SELECT pg_notify('tidemark', r.id || ' ' || r.version)
  FROM inserted i JOIN git_repository r ON r.organization_id = $1 AND r.id = i.repository_id`;

/** Asks for the new commits of all repositories now, past the waits for their next attempts. */
export async function insertOwnSyncs(tx: Transaction, reason: EventReason): Promise<void> {
  await tx.query(HURRY_ALL);
  await tx.query(INSERT_ALL, [reason]);
}

const WAITING = `
  SELECT id::text, source, task, attempts, created_at AS "createdAt", named,
    about_repository AS "aboutRepository" FROM event
  WHERE organization_id = $1 AND repository_id = $2 AND state IN ('due', 'running', 'failed')
    AND (source <> 'webhook' OR named IS NOT NULL) ORDER BY event.id`;

/**
 * @returns the events of a repository that are not answered yet, also those due later: one sync answers them all. Not
 *   deliveries that nobody has read: what they name is not known
 */
export async function waitingEvents(reader: Reader, repository: RepositoryId): Promise<WaitingEvent[]> {
  return reader.query<WaitingEvent>(WAITING, [repository]);
}

const BEGIN = `
  UPDATE event SET state = 'running'
  WHERE organization_id = $1 AND id = ANY($2::bigint[]) AND state IN ('due', 'failed')`;

/** Says that a worker is at them. What it leaves behind when it dies waits as before. */
export async function beginEvents(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.query(BEGIN, [ids]);
}

/** What a run brought in that answered events. */
export interface BroughtIn {
  readonly commits: number;
  /** versions of metric files */
  readonly files: number;
  /** of those versions, the ones with a problem or a warning */
  readonly warnings?: number;
  /** the first branches that it moved */
  readonly heads?: readonly MovedHead[];
}

/** Branches of a run that are kept with its events: a person reads no more. */
export const MAX_MOVED_HEADS = 20;

const COMPLETE = `
  UPDATE event SET state = 'done', finished_at = now(), error = $7, commits = $3, files = $4, warnings = $5,
    heads = $6
  WHERE organization_id = $1 AND id = ANY($2::bigint[]) AND state IN ('due', 'running', 'failed')`;

/**
 * Marks events as answered.
 * @param brought what the run brought in that answered them; null where it read nothing
 * @param note what people should know all the same
 */
export async function completeEvents(
  tx: Transaction,
  ids: readonly string[],
  brought: BroughtIn | null,
  note: string | null = null,
): Promise<void> {
  if (ids.length === 0) return;
  const heads = brought?.heads?.slice(0, MAX_MOVED_HEADS);
  await tx.query(COMPLETE, [
    ids,
    brought?.commits ?? null,
    brought?.files ?? null,
    brought?.warnings ?? null,
    heads === undefined ? null : JSON.stringify(heads),
    note,
  ]);
}

const RETRY = `
  UPDATE event SET state = 'failed', error = $3,
    attempts = attempts + CASE WHEN due_at > now() THEN 0 ELSE 1 END, due_at = now() + $4 * interval '1 millisecond'
  WHERE organization_id = $1 AND id = ANY($2::bigint[]) AND state IN ('due', 'running', 'failed')`;

/**
 * Makes events due again in `waitMs` milliseconds, after an attempt that may succeed later. What was not due yet has not
 * used up one of its own.
 */
export async function retryEvents(
  tx: Transaction,
  ids: readonly string[],
  error: string,
  waitMs: number,
): Promise<void> {
  await tx.query(RETRY, [ids, error, waitMs]);
}

const POSTPONE = `
  UPDATE event SET state = 'failed', error = $3, due_at = now() + $4 * interval '1 millisecond'
  WHERE organization_id = $1 AND id = ANY($2::bigint[]) AND state IN ('due', 'running', 'failed')`;

/** As `retryEvents()`, when nothing was tried: a server asked to wait. */
export async function postponeEvents(
  tx: Transaction,
  ids: readonly string[],
  error: string,
  waitMs: number,
): Promise<void> {
  await tx.query(POSTPONE, [ids, error, waitMs]);
}

const BURY = `
  UPDATE event SET attempts = attempts + 1, error = $3, state = 'dead', finished_at = now()
  WHERE organization_id = $1 AND id = ANY($2::bigint[]) AND state IN ('due', 'running', 'failed')`;

/** Gives events up: what went wrong does not heal by itself. */
export async function buryEvents(tx: Transaction, ids: readonly string[], error: string): Promise<void> {
  await tx.query(BURY, [ids, error]);
}

// As a new event: workers hear of it, it has all its attempts again, and what it leads to is what this run brings; the
// repository's next attempt is not waited for. What a person asked for stays hers.
const REVIVE = `
  WITH revived AS (
    UPDATE event SET state = 'due', attempts = 0, due_at = now(), revived_at = now(), finished_at = NULL, error = NULL, commits = NULL,
      files = NULL, warnings = NULL, heads = NULL,
      user_id = CASE WHEN source IN ('person', 'import') THEN user_id ELSE $4 END
    WHERE organization_id = $1 AND repository_id = $2 AND id = $3 AND state NOT IN ('due', 'running') RETURNING id),
  hurried AS (
    UPDATE git_repository r SET retry_at = NULL FROM revived WHERE r.organization_id = $1 AND r.id = $2
    RETURNING r.id, r.version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM hurried`;

/**
 * Makes an event due at once that is over, or waits for its next attempt.
 * @param user the person who asks; null: nobody who is known by name
 * @returns whether it was one of those
 */
export async function reviveEvent(
  tx: Transaction,
  repository: RepositoryId,
  id: string,
  user: string | null = null,
): Promise<boolean> {
  return (await tx.query(REVIVE, [repository, id, user])).length > 0;
}
