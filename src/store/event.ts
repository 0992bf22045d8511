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
  WHERE organization_id = $1 AND repository_id = $2 AND state = 'due' ORDER BY id`;

/** @returns the events of a repository that are not answered yet, also those due later: one sync answers them all */
export async function waitingEvents(reader: Reader, repository: RepositoryId): Promise<WaitingEvent[]> {
  return reader.query<WaitingEvent>(WAITING, [repository]);
}

const COMPLETE = `
  UPDATE event SET state = 'done', finished_at = now(), error = NULL
  WHERE organization_id = $1 AND id = ANY($2::bigint[]) AND state = 'due'`;

/** Marks events as answered. */
export async function completeEvents(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.query(COMPLETE, [ids]);
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
