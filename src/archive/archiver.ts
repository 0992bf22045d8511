// The archiver: looks at one repository after the other, archives what may be, and removes what has been archived for a day.
import { setTimeout as wait } from "node:timers/promises";
import { isTidemarkError } from "../errors.ts";
import { takeArchiveDue } from "../store/archive-due.ts";
import { endLeasesOf } from "../store/lease.ts";
import { archiveRepository, type ArchiverDeps } from "./archive-run.ts";
import type { RepositoryPlace } from "./archive-lease.ts";
import { removeReplaced } from "./clean-archive.ts";
import { tidyArchive } from "./compaction.ts";
import { assertFitStore, assertOwnStore } from "./fit-store.ts";
import { deleteArchived } from "./late-deletion.ts";
import { clearWorkPlace } from "./work-place.ts";

/** Between two looks at a repository, in ms: a few hundred commits more or less matter to nobody. */
const LOOK_MS = 3_600_000;
/** How often it is asked whether a repository is due. */
const PAUSE_MS = 5_000;
/** After something failed: the store or the database is away. */
const FAILED_MS = 60_000;
/** Between two looks for objects that nobody needs. */
const CLEAN_MS = 3_600_000;

/** A running archiver. */
export interface Archiver {
  /** Ends what is under way: what does not count yet never will. */
  stop(): Promise<void>;
}

/** Starts it; any number of processes share the work. It goes on whatever happens, until it is stopped. */
export function startArchiver(deps: ArchiverDeps): Archiver {
  const stopped = new AbortController();
  const running = new ArchiverLoop(deps, stopped.signal).run();
  return {
    stop: async () => {
      stopped.abort(new Error("the archiver stops"));
      await running;
      await endLeasesOf(deps.database.system, deps.holder).catch(() => undefined); // they end by themselves
    },
  };
}

class ArchiverLoop {
  readonly #deps: ArchiverDeps;
  readonly #signal: AbortSignal;
  #cleanAt = 0;
  #isProbed = false;
  #failure: string | null = null;

  constructor(deps: ArchiverDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    await clearWorkPlace(this.#deps.workFolder).catch(() => undefined); // it is in nobody's way
    while (!this.#signal.aborted) {
      const pauseMs = await this.#look();
      await wait(pauseMs, undefined, { signal: this.#signal }).catch(() => undefined);
    }
  }

  /** @returns how long to wait for the next look, in ms */
  async #look(): Promise<number> {
    try {
      // a store that would let one object replace another is never written to
      if (!this.#isProbed) await assertFitStore(this.#deps, this.#signal);
      this.#isProbed = true;
      if (performance.now() >= this.#cleanAt) {
        await assertOwnStore(this.#deps, this.#signal);
        await tidyArchive(this.#deps, this.#signal);
        await removeReplaced(this.#deps, this.#signal);
        this.#cleanAt = performance.now() + CLEAN_MS;
      }
      const now = this.#deps.now();
      const due = await takeArchiveDue(this.#deps.database.system, new Date(now), new Date(now + LOOK_MS));
      this.#worked();
      if (due === null) return PAUSE_MS;
      await this.#lookAt(due);
      return 0;
    } catch (error) {
      this.#failed(error);
      return FAILED_MS;
    }
  }

  async #lookAt(place: RepositoryPlace): Promise<void> {
    const { log, now } = this.#deps;
    try {
      await archiveRepository(this.#deps, place, this.#signal);
      await deleteArchived(this.#deps, place, now(), this.#signal);
    } catch (error) {
      if (this.#signal.aborted) return;
      // another one, or its history, was there first: nothing is amiss
      if (isTidemarkError(error, "lease-lost"))
        log.info({ repository: place.repositoryId, reason: error.message }, "an archive run was given up");
      else throw error;
    }
  }

  #failed(error: unknown): void {
    if (this.#signal.aborted) return;
    const reason = isTidemarkError(error) ? error.code : String(error);
    if (reason === this.#failure) return;
    this.#failure = reason;
    this.#deps.log.error({ err: error }, "the archiver cannot go on; it tries again");
  }

  #worked(): void {
    if (this.#failure !== null) this.#deps.log.info("the archiver goes on");
    this.#failure = null;
  }
}
