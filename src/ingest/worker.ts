// The worker: leases one repository after another that has events due, and has them answered.
import { setTimeout as wait } from "node:timers/promises";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { takeDueWork, type WorkTask } from "../store/due-work.ts";
import { expireEvents } from "../store/event-expiry.ts";
import { endLeasesOf, endStrayLeases, type Lease, leaseHolders, takeExpiredLease } from "../store/lease.ts";
import { answerEvents, underLease } from "./answer-events.ts";
import { expireHistory, keptSince } from "./expire-history.ts";
import { isArchiveError } from "./failure.ts";
import { discardStrayMirrors, type IngestDeps } from "./git-source.ts";
import { DISK_LOOK_MS, relieveDisk } from "./janitor.ts";
import { OutageNotice } from "./outage-notice.ts";
import { holderName, holderPrefix, isDeadHolder, type ProcessTable, systemProcesses } from "./process-holder.ts";
import { rereadAfterUpgrade } from "./reread.ts";
import { routeDeliveries } from "./route-delivery.ts";
import { WorkQueue } from "./work-queue.ts";
import { DEFAULT_WORKERS, freeSlots, type RunningJob } from "./worker-slots.ts";

/** How often the database is asked without being woken: deliveries that other processes took in, waits that are over. */
const POLL_MS = 250;
/** After an error of the database itself. */
const PAUSE_MS = 2_000;
/** Looks for work that fail one after the other before it is trouble: a database that restarts is back by then. */
const FAILED_LOOKS = 4;
/** Outcomes that could not be stored one after the other before it is trouble: looks go on with fewer connections than work. */
const UNSTORED_JOBS = 2;
/** Between two looks for leases that nobody works under. */
const STRAY_INTERVAL_MS = 1_000;
/** Between two searches for rows that have been kept long enough: a day more or less matters to nobody. */
const EXPIRY_INTERVAL_MS = 3_600_000;
/** What a stop waits for, in ms. Whatever is not ended by then writes nothing more, and goes on where it was. */
export const STOP_MS = 8_000;

/** What starts a worker. */
export interface WorkerDeps extends IngestDeps {
  readonly processes?: ProcessTable;
  /** repositories in work at a time; null: DEFAULT_WORKERS */
  readonly workers?: number | null;
}

/** A running worker. */
export interface Worker {
  /** Looks for due events now. */
  wake(): void;
  /** @returns the error that has kept it from looking for work several times in a row, or null: it tries on */
  trouble(): unknown;
  /** Takes no more work, ends what is under way without losing any of it, gives the leases back; within ten seconds. */
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
      loop.stop();
      await stopListening();
      await running;
    },
  };
}

/** Workers of this process so far: each has a name of its own. */
let started = 0;

class WorkerLoop {
  readonly #deps: WorkerDeps;
  readonly #processes: ProcessTable;
  readonly #holder: string;
  readonly #queue: WorkQueue;
  readonly #outage: OutageNotice;
  readonly #jobs = new Map<string, RunningJob & { readonly done: Promise<void> }>();
  readonly #stopped = new AbortController();
  /** what is written down of deliveries after the work that they ask for has begun */
  readonly #notes: (() => Promise<void>)[] = [];
  readonly #turn: { last: OrganizationId | null } = { last: null };
  #woken = new AbortController();
  /** when each of these is looked at again, in ms, rising */
  readonly #due = { stray: 0, expiry: 0, events: 0, disk: 0 };
  /** looks for work that failed, since the last one that did not, and with what the last one did */
  #failed: { readonly looks: number; readonly error: unknown } = { looks: 0, error: null };
  /** the same of work whose outcome could not be stored */
  #unstored: { readonly jobs: number; readonly error: unknown } = { jobs: 0, error: null };

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    this.#processes = deps.processes ?? systemProcesses();
    this.#holder = `${holderName(this.#processes)}:${(started += 1)}`;
    this.#outage = new OutageNotice(deps.log, {
      failing: "the worker cannot look for work; it tries again",
      over: "the worker looks for work again",
    });
    this.#queue = new WorkQueue(deps.database.system.reads, () => performance.now());
  }

  worksOn(repository: string): boolean {
    return this.#jobs.has(repository);
  }

  wake(): void {
    this.#woken.abort();
  }

  get trouble(): unknown {
    if (this.#failed.looks >= FAILED_LOOKS) return this.#failed.error;
    return this.#unstored.jobs < UNSTORED_JOBS ? null : this.#unstored.error;
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
      const woken = new AbortController();
      this.#woken = woken;
      const pauseMs = await this.#look();
      if (!this.#stopped.signal.aborted) await pause(pauseMs, woken.signal);
    }
    await this.#end();
  }

  /** @returns how long to wait for the next look, in ms */
  async #look(): Promise<number> {
    try {
      if (this.#isDue("stray", STRAY_INTERVAL_MS)) await this.#endStrayLeases();
      await this.#readDeliveries();
      const putOffMs = await this.#takeWork();
      for (const note of this.#notes.splice(0)) await note();
      await this.#expireEvents();
      await this.#takeExpired();
      if (this.#isDue("disk", DISK_LOOK_MS)) await this.#lookAtDisk();
      this.#failed = { looks: 0, error: null };
      this.#outage.worked();
      // what was routed while looks rest is taken when the rest is over, not at the next turn
      return putOffMs ?? POLL_MS;
    } catch (error) {
      this.#failed = { looks: this.#failed.looks + 1, error };
      this.#outage.failed(error);
      return PAUSE_MS;
    }
  }

  /** Waits for what is under way; what does not end has lost its leases, which others may take. */
  async #end(): Promise<void> {
    const jobs = [...this.#jobs.values()].map(({ done }) => done);
    const late = new AbortController();
    const all = Promise.all(jobs).then(() => late.abort());
    await Promise.race([all, pause(STOP_MS, late.signal)]);
    if (late.signal.aborted || jobs.length === 0) return;
    this.#deps.log.warn({ repositories: this.#jobs.size }, "work that did not end is handed back");
    await endLeasesOf(this.#deps.database.system, this.#holder).catch(() => undefined); // they end by themselves
  }

  #isDue(what: "stray" | "disk", intervalMs: number): boolean {
    if (performance.now() < this.#due[what]) return false;
    this.#due[what] = performance.now() + intervalMs;
    return true;
  }

  /** What a killed process of this machine held is free at once, and what this one could not give back. */
  async #endStrayLeases(): Promise<void> {
    const { system } = this.#deps.database;
    for (const holder of await leaseHolders(system.reads, holderPrefix(this.#processes))) {
      if (!isDeadHolder(holder, this.#processes)) continue;
      this.#deps.log.info({ worker: holder }, "a worker of this machine is gone; its repositories are taken over");
      await endLeasesOf(system, holder);
    }
    await endStrayLeases(system, this.#holder, [...this.#jobs.keys()]);
  }

  /** What deliveries are about has to be known before anybody works on it. */
  async #readDeliveries(): Promise<void> {
    const { database, log } = this.#deps;
    const later = (note: () => Promise<void>): void => void this.#notes.push(note);
    let unread: ReadonlySet<RepositoryId> = new Set();
    const unfinished = (repositories: ReadonlySet<RepositoryId>): void => void (unread = repositories);
    if (await routeDeliveries({ database, log, turn: this.#turn, later, unfinished })) this.wake();
    this.#queue.leave(unread);
  }

  /** Events that ended long ago go now and then, a batch a look: others wait for these looks. */
  async #expireEvents(): Promise<void> {
    const { database, now = Date.now } = this.#deps;
    if (performance.now() < this.#due.events) return;
    const { more } = await expireEvents(database.system, now());
    if (!more) this.#due.events = performance.now() + EXPIRY_INTERVAL_MS;
  }

  /** @returns after how many ms there may be more, when looks rest just now; null: what was due was seen */
  async #takeWork(): Promise<number | null> {
    const { database } = this.#deps;
    for (let isFirst = true; !this.#stopped.signal.aborted; isFirst = false) {
      const free = this.#free();
      if (free.all === 0) return null;
      const work = await this.#queue.next(free.imports > 0, (id) => this.#jobs.has(id));
      if (work === null) return isFirst ? this.#queue.putOffMs : null;
      const lease = await takeDueWork(database.system, this.#holder, work);
      if (lease === null) continue;
      const failed = "what became of a repository cannot be stored";
      this.#start(lease, work.task, answerEvents(this.#deps, lease, this.#stopped.signal), failed);
    }
    return null;
  }

  #free(): ReturnType<typeof freeSlots> {
    return freeSlots(this.#jobs.values(), this.#deps.workers ?? DEFAULT_WORKERS, performance.now());
  }

  /** One repository after the other gets rid of what was kept long enough; events go first. */
  async #takeExpired(): Promise<void> {
    const { database, now = Date.now } = this.#deps;
    if (this.#free().all === 0 || this.#stopped.signal.aborted || performance.now() < this.#due.expiry) return;
    const time = keptSince(now());
    const lease = await takeExpiredLease(database.system, this.#holder, time);
    if (lease === null) {
      this.#due.expiry = performance.now() + EXPIRY_INTERVAL_MS;
      return;
    }
    const stopped = this.#stopped.signal;
    const work = underLease(this.#deps, lease, async (lost) => {
      await expireHistory(this.#deps, lease, time, AbortSignal.any([stopped, lost]));
    }).catch((error: unknown) => {
      this.#due.expiry = performance.now() + EXPIRY_INTERVAL_MS;
      if (stopped.aborted || isTidemarkError(error, "lease-lost")) return;
      if (!isArchiveError(error)) throw error;
      this.#deps.log.warn(
        { err: error, repository: lease.repositoryId },
        "old rows stay for now: the archive has the rest",
      );
    });
    this.#start(lease, null, work, "old rows of a repository cannot be removed");
  }

  async #lookAtDisk(): Promise<void> {
    await relieveDisk(this.#deps, { holder: this.#holder }).catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, "the disk of the mirrors could not be looked at");
    });
  }

  async #outcomeOf(lease: Lease, work: Promise<void>, failed: string): Promise<void> {
    try {
      await work;
      this.#unstored = { jobs: 0, error: null };
    } catch (error) {
      this.#unstored = { jobs: this.#unstored.jobs + 1, error };
      this.#deps.log.error({ err: error, repository: lease.repositoryId }, failed);
      await pause(PAUSE_MS, this.#stopped.signal); // it would be taken again at once
    }
  }

  #start(lease: Lease, task: WorkTask | null, work: Promise<void>, failed: string): void {
    const id = lease.repositoryId;
    const done = this.#outcomeOf(lease, work, failed).finally(() => {
      // old rows may be removed meanwhile, under a lease of their own
      if (this.#jobs.get(id)?.done === done) this.#jobs.delete(id);
      this.wake();
    });
    this.#jobs.set(id, { task, startedAt: performance.now(), done });
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
