// What happened to a repository and what became of it: a person added it, a person asked for its new commits.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";

/** What an event asks for. */
export type EventSource = "import" | "sync";

/** An event that waits to be answered. */
export interface WaitingEvent {
  readonly id: string;
  readonly source: EventSource;
  /** how often answering it has failed */
  readonly attempts: number;
}

// Workers and open pages hear of it when the transaction is committed.
const INSERT = `
  WITH inserted AS (INSERT INTO event (organization_id, repository_id, source) VALUES ($1, $2, $3) RETURNING id)
  SELECT i.id::text, pg_notify('tidemark', r.id || ' ' || r.version)
  FROM inserted i, git_repository r WHERE r.organization_id = $1 AND r.id = $2`;

/** Stores an event that is due at once, of a repository that is there, and wakes the workers. @returns its id */
export async function insertEvent(tx: Transaction, repository: RepositoryId, source: EventSource): Promise<string> {
  const [row] = await tx.query<{ id: string }>(INSERT, [repository, source]);
  return (row as { id: string }).id;
}

const WAITING = `
  SELECT id::text, source, attempts FROM event
  WHERE organization_id = $1 AND repository_id = $2 AND state = 'due' ORDER BY event.id`;

/** @returns the events of a repository that are not answered yet, also those due later: one sync answers them all */
export async function waitingEvents(reader: Reader, repository: RepositoryId): Promise<WaitingEvent[]> {
  return reader.query<WaitingEvent>(WAITING, [repository]);
}

/** What a run brought in that answered events. */
export interface BroughtIn {
  readonly commits: number;
  /** versions of metric files */
  readonly files: number;
}

const COMPLETE = `
  UPDATE event SET state = 'done', finished_at = now(), error = NULL, commits = $3, files = $4
  WHERE organization_id = $1 AND id = ANY($2::bigint[]) AND state = 'due'`;

/** Marks events as answered. @param brought what the run brought in that answered them; null where it read nothing */
export async function completeEvents(
  tx: Transaction,
  ids: readonly string[],
  brought: BroughtIn | null,
): Promise<void> {
  await tx.query(COMPLETE, [ids, brought?.commits ?? null, brought?.files ?? null]);
}

const RETRY = `
  UPDATE event SET attempts = attempts + 1, error = $3, due_at = now() + $4 * interval '1 millisecond'
  WHERE organization_id = $1 AND id = ANY($2::bigint[]) AND state = 'due'`;

/** Makes events due again in `waitMs` milliseconds, after an attempt that may succeed later. */
export async function retryEvents(
  tx: Transaction,
  ids: readonly string[],
  error: string,
  waitMs: number,
): Promise<void> {
  await tx.query(RETRY, [ids, error, waitMs]);
}

const BURY = `
  UPDATE event SET attempts = attempts + 1, error = $3, state = 'dead', finished_at = now()
  WHERE organization_id = $1 AND id = ANY($2::bigint[]) AND state = 'due'`;

/** Gives events up: what went wrong does not heal by itself. */
export async function buryEvents(tx: Transaction, ids: readonly string[], error: string): Promise<void> {
  await tx.query(BURY, [ids, error]);
}

/** An event as pages show it. */
export interface StoredEvent {
  readonly id: string;
  readonly source: EventSource;
  readonly state: "due" | "done" | "dead";
  /** how often answering it has failed */
  readonly attempts: number;
  readonly createdAt: Date;
  readonly dueAt: Date;
  readonly finishedAt: Date | null;
  /** what the last attempt met, in words for people */
  readonly error: string | null;
  /** what the run brought in that answered it */
  readonly commits: number | null;
  readonly files: number | null;
}

const EVENT = `
  id::text, source, state, attempts, created_at AS "createdAt", due_at AS "dueAt", finished_at AS "finishedAt", error,
  commits, files`;

// by the number, not by the text that is answered under the same name
const PAGE = `
  SELECT ${EVENT} FROM event
  WHERE organization_id = $1 AND repository_id = $2 AND id < $3 ORDER BY event.id DESC LIMIT $4`;

/** Above every id. */
const NEWEST = "9223372036854775807";

/** @returns events of a repository, the newest first. @param before the id of the one above the first; null from the top */
export function readEvents(
  reader: Reader,
  repository: RepositoryId,
  before: string | null,
  limit: number,
): Promise<StoredEvent[]> {
  return reader.query<StoredEvent>(PAGE, [repository, before ?? NEWEST, limit]);
}

const ONE = `SELECT ${EVENT} FROM event WHERE organization_id = $1 AND repository_id = $2 AND id = $3`;

/** @returns an event of a repository, or null when it has none with this id */
export async function readEvent(reader: Reader, repository: RepositoryId, id: string): Promise<StoredEvent | null> {
  const [row] = await reader.query<StoredEvent>(ONE, [repository, id]);
  return row ?? null;
}

// As a new event: workers hear of it, and it has all its attempts again.
const REVIVE = `
  WITH revived AS (
    UPDATE event SET state = 'due', attempts = 0, due_at = now(), finished_at = NULL, error = NULL
    WHERE organization_id = $1 AND repository_id = $2 AND id = $3 AND state = 'dead' RETURNING id)
  SELECT pg_notify('tidemark', r.id || ' ' || r.version)
  FROM revived, git_repository r WHERE r.organization_id = $1 AND r.id = $2`;

/** Makes an event due again that was given up. @returns whether it was */
export async function reviveEvent(tx: Transaction, repository: RepositoryId, id: string): Promise<boolean> {
  return (await tx.query(REVIVE, [repository, id])).length > 0;
}
