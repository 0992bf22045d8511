// Hears from Postgres that a repository's rows changed (NOTIFY), and says when it may have missed something.
import { setTimeout as wait } from "node:timers/promises";
import type { Client, Notification } from "pg";
import type { RepositoryId } from "../domain/model.ts";
import type { Log } from "../log.ts";
import type { Secret } from "../secrets.ts";
import { connectTo, databaseError, describeUrl } from "./connection.ts";

/** The channel; its payload is `<repository id> <version>`. Equal payloads of one transaction arrive once. */
export const CHANGE_CHANNEL = "tidemark";

/** What the name of a connection that listens begins with where it says which keys its process has. */
export const KEYS_NAME = "tidemark keys:";

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 5_000;
/** A connection that a firewall forgot says nothing: it is asked this often, and given as long to answer. */
const HEARTBEAT_MS = 15_000;
/** A fuller queue of notifications (8 GB) does not empty: somebody listens in a transaction that stays open. */
const QUEUE_ALARM = 0.1;

/** Who wants to know. */
export interface ChangeListener {
  /** A repository's rows that people see have this version now. */
  changed(repositoryId: RepositoryId, version: number): void;
  /** The connection was lost for a while and is back: anything may have changed, so caches are dropped. */
  missed(): void;
}

/**
 * @param marks of the keys that this process opens secrets with, for others to see whether it has one; Postgres keeps 63
 *   bytes of a name, and sixteen keys need 48
 * @returns the name of its connection
 */
export function listenerName(marks: readonly string[]): string {
  return marks.length === 0 ? "tidemark listener" : `${KEYS_NAME}${marks.join("")}`;
}

/** How it is listened. */
export interface ListenOptions {
  readonly log: Log;
  /** of the connection, as `listenerName()` makes it: other processes read it */
  readonly name: string;
  readonly heartbeatMs?: number;
}

/** @returns what a payload says, or null for one that is not ours */
export function parseChange(payload: string | undefined): { repositoryId: RepositoryId; version: number } | null {
  const match = /^(\d{1,19}) (\d{1,16})$/.exec(payload ?? "");
  return match === null ? null : { repositoryId: match[1] as RepositoryId, version: Number(match[2]) };
}

/**
 * Listens as the web role on a connection of its own until told to stop; reconnects by itself.
 * @returns how to stop
 * @throws TidemarkError `database-unreachable` when the first connection fails
 */
export async function listenForChanges(
  url: Secret,
  listener: ChangeListener,
  { log, name, heartbeatMs = HEARTBEAT_MS }: ListenOptions,
): Promise<() => Promise<void>> {
  const place = describeUrl(url);
  const stopped = new AbortController();
  let client = await connect(url, listener, name);
  const alarm = new QueueAlarm(log, place);
  const watch = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await untilBroken(client, { heartbeatMs, alarm, signal: stopped.signal });
      await client.end().catch(() => {});
      if (stopped.signal.aborted) return;
      log.warn({ host: place }, "the connection that hears of changes broke; connecting again");
      const next = await reconnect(url, listener, name, stopped.signal);
      if (next === null) return;
      client = next;
      listener.missed();
    }
  };
  const watching = watch();
  return async () => {
    stopped.abort();
    await watching;
  };
}

async function connect(url: Secret, listener: ChangeListener, name: string): Promise<Client> {
  const client = await connectTo(url, name);
  client.on("notification", ({ payload }: Notification) => {
    const change = parseChange(payload);
    if (change !== null) listener.changed(change.repositoryId, change.version);
  });
  try {
    // with one address it is the owner's account that signed in
    await client.query(`SET ROLE tidemark_web; LISTEN ${CHANGE_CHANNEL}`);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw databaseError(error, describeUrl(url));
  }
}

async function reconnect(
  url: Secret,
  listener: ChangeListener,
  name: string,
  signal: AbortSignal,
): Promise<Client | null> {
  for (let delay = FIRST_RETRY_MS; !signal.aborted; delay = Math.min(delay * 2, MAX_RETRY_MS)) {
    try {
      await wait(delay, undefined, { signal });
      return await connect(url, listener, name);
    } catch {
      // asked again until it is back or nobody wants to know any more
    }
  }
  return null;
}

/** Tells the operator once that notifications pile up, and again after they did not. */
class QueueAlarm {
  readonly #log: Log;
  readonly #place: string;
  #told = false;

  constructor(log: Log, place: string) {
    this.#log = log;
    this.#place = place;
  }

  /** @param usage share of the queue that is in use */
  hear(usage: number): void {
    const full = usage > QUEUE_ALARM;
    if (full && !this.#told) {
      this.#log.error(
        { host: this.#place, percent: Math.round(usage * 100) },
        "Postgres' queue of notifications fills up, and all writing stops when it is full: a connection that listens " +
          "sits in a transaction; find it in pg_stat_activity by its old xact_start, and end it by pg_terminate_backend",
      );
    }
    this.#told = full;
  }
}

interface Watch {
  readonly heartbeatMs: number;
  readonly alarm: QueueAlarm;
  readonly signal: AbortSignal;
}

/** Resolves when the connection ends, does not answer a heartbeat, or `signal` is aborted. */
async function untilBroken(client: Client, { heartbeatMs, alarm, signal }: Watch): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  client.once("end", end);
  signal.addEventListener("abort", end, { once: true });
  try {
    for (;;) {
      await wait(heartbeatMs, undefined, { signal: ended.signal, ref: false });
      const usage = await Promise.race([
        client.query<{ usage: number }>("SELECT pg_notification_queue_usage() AS usage").then(({ rows }) => rows[0]),
        wait(Math.max(heartbeatMs, HEARTBEAT_MS), null, { signal: ended.signal, ref: false }),
      ]);
      if (usage === null) return;
      alarm.hear(usage?.usage ?? 0);
    }
  } catch {
    // ended, aborted, or the heartbeat itself failed: all mean that this connection is over
  } finally {
    client.off("end", end);
    signal.removeEventListener("abort", end);
  }
}
