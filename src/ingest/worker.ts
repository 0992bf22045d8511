// The worker: leases one repository after another that has events due, and has them answered.
import { setTimeout as wait } from "node:timers/promises";
import { isTidemarkError } from "../errors.ts";
import { expireEvents } from "../store/event-expiry.ts";
import { endLeasesOf, type Lease, leaseHolders, takeDueLease, takeExpiredLease } from "../store/lease.ts";
import { answerEvents, underLease } from "./answer-events.ts";
import { expireHistory, keptSince } from "./expire-history.ts";
import { discardStrayMirrors, type IngestDeps } from "./git-source.ts";
import { DISK_LOOK_MS, relieveDisk } from "./janitor.ts";
import { holderName, holderPrefix, isDeadHolder, type ProcessTable, systemProcesses } from "./process-holder.ts";
import { rereadAfterUpgrade } from "./reread.ts";
import { routeDeliveries } from "./route-delivery.ts";

/** Repositories in work at a time: git and Postgres keep two cores busy with two. */
const MAX_LEASES = 2;
/** How often the database is asked without being woken: events of other processes, waits that are over. */
const POLL_MS = 1_000;
/** After an error of the database itself. */
const PAUSE_MS = 2_000;
/** Looks for work that fail one after the other before it is trouble: a database that restarts is back by then. */
const FAILED_LOOKS = 4;
/** Between two searches for rows that have been kept long enough: a day more or less matters to nobody. */
const EXPIRY_INTERVAL_MS = 3_600_000;

/** What starts a worker. */
export interface WorkerDeps extends IngestDeps {
  readonly processes?: ProcessTable;
}

/** A running worker. */
export interface Worker {
  /** Looks for due events now. */
  wake(): void;
  /** @returns the error that has kept it from looking for work several times in a row, or null: it tries on */
  trouble(): unknown;
  /** Takes no more work, ends what is under way without losing any of it, gives the leases back. */
  stop(): Promise<void>;
}

/** Starts the worker of this process. It retries by itself whatever happens, until it is stopped. */
export async function startWorker(deps: WorkerDeps): Promise<Worker> {
  const loop = new WorkerLoop(deps);
  const stopListening = await deps.database.listen({
    changed: (repository) => {
      if (!loop.worksOn(repository)) loop.wake();
    },
    missed: () => loop.wake(),
  });
  const running = loop.run();
  return {
    wake: () => loop.wake(),
    trouble: () => loop.trouble,
    stop: async () => {
      await stopListening();
      loop.stop();
      await running;
    },
  };
}

class WorkerLoop {
  readonly #deps: WorkerDeps;
  readonly #processes: ProcessTable;
  readonly #holder: string;
  readonly #jobs = new Map<string, Promise<void>>();
  readonly #stopped = new AbortController();
  #woken = new AbortController();
  /** when rows that have been kept long enough are looked for again */
  #expiryAt = 0;
  /** when events that were kept long enough are looked for again */
  #eventsAt = 0;
  /** when the disk of the mirrors is looked at again */
  #diskAt = 0;
  /** looks for work that failed, since the last one that did not, and with what the last one did */
  #failed: { readonly looks: number; readonly error: unknown } = { looks: 0, error: null };

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    this.#processes = deps.processes ?? systemProcesses();
    this.#holder = holderName(this.#processes);
  }

  worksOn(repository: string): boolean {
    return this.#jobs.has(repository);
  }

  wake(): void {
    this.#woken.abort();
  }

  get trouble(): unknown {
    return this.#failed.looks < FAILED_LOOKS ? null : this.#failed.error;
  }

  stop(): void {
    this.#stopped.abort(new Error("the worker stops"));
    this.wake();
  }

  async run(): Promise<void> {
    await discardStrayMirrors(this.#deps).catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, "mirrors of removed repositories could not be removed");
    });
    await rereadAfterUpgrade(this.#deps).catch((error: unknown) => {
      this.#deps.log.error({ err: error }, "histories that were read by an older version could not be asked for");
    });
    while (!this.#stopped.signal.aborted) {
      let pauseMs = POLL_MS;
      const woken = new AbortController();
      this.#woken = woken;
      try {
        await this.#endDeadLeases();
        await this.#readDeliveries();
        await this.#takeWork();
        await this.#takeExpired();
        await this.#lookAtDisk();
        this.#failed = { looks: 0, error: null };
      } catch (error) {
        this.#failed = { looks: this.#failed.looks + 1, error };
        this.#deps.log.error({ err: error }, "the worker cannot look for work; it tries again");
        pauseMs = PAUSE_MS;
      }
      if (!this.#stopped.signal.aborted) await pause(pauseMs, woken.signal);
    }
    await Promise.all(this.#jobs.values());
  }

  /** What a killed process of this machine held is free at once. */
  async #endDeadLeases(): Promise<void> {
    const { system } = this.#deps.database;
    for (const holder of await leaseHolders(system, holderPrefix(this.#processes))) {
      if (!isDeadHolder(holder, this.#processes)) continue;
      this.#deps.log.info({ worker: holder }, "a worker of this machine is gone; its repositories are taken over");
      await endLeasesOf(system, holder);
    }
  }

  /** What deliveries are about has to be known before anybody works on it. Events that ended long ago go now and then. */
  async #readDeliveries(): Promise<void> {
    const { database, log, now = Date.now } = this.#deps;
    if (await routeDeliveries({ database, log })) this.wake();
    if (performance.now() < this.#eventsAt) return;
    this.#eventsAt = performance.now() + EXPIRY_INTERVAL_MS;
    await expireEvents(database.system, now());
  }

  async #takeWork(): Promise<void> {
    while (this.#jobs.size < MAX_LEASES && !this.#stopped.signal.aborted) {
      const lease = await takeDueLease(this.#deps.database.system, this.#holder);
      if (lease === null) return;
      const failed = "what became of a repository cannot be stored";
      this.#start(lease, answerEvents(this.#deps, lease, this.#stopped.signal), failed);
    }
  }

  /** One repository after the other gets rid of what was kept long enough; events go first. */
  async #takeExpired(): Promise<void> {
    const { database, now = Date.now } = this.#deps;
    if (this.#jobs.size >= MAX_LEASES || this.#stopped.signal.aborted || performance.now() < this.#expiryAt) return;
    const time = keptSince(now());
    const lease = await takeExpiredLease(database.system, this.#holder, time);
    if (lease === null) {
      this.#expiryAt = performance.now() + EXPIRY_INTERVAL_MS;
      return;
    }
    const stopped = this.#stopped.signal;
    const work = underLease(this.#deps, lease, async (lost) => {
      await expireHistory(this.#deps, lease, time, AbortSignal.any([stopped, lost]));
    }).catch((error: unknown) => {
      this.#expiryAt = performance.now() + EXPIRY_INTERVAL_MS;
      if (!stopped.aborted && !isTidemarkError(error, "lease-lost")) throw error;
    });
    this.#start(lease, work, "old rows of a repository cannot be removed");
  }

  async #lookAtDisk(): Promise<void> {
    if (performance.now() < this.#diskAt) return;
    this.#diskAt = performance.now() + DISK_LOOK_MS;
    await relieveDisk(this.#deps, { holder: this.#holder }).catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, "the disk of the mirrors could not be looked at");
    });
  }

  #start(lease: Lease, work: Promise<void>, failed: string): void {
    const job = work
      .catch((error: unknown) => {
        this.#deps.log.error({ err: error, repository: lease.repositoryId }, failed);
      })
      .finally(() => {
        this.#jobs.delete(lease.repositoryId);
        this.wake();
      });
    this.#jobs.set(lease.repositoryId, job);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
