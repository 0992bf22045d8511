// How far an import is: counts and an estimate, written at most four times a second.
import type { ImportProgress } from "../store/repository.ts";

/** A bar that moves four times a second looks alive; more often only costs transactions. */
export const MIN_WRITE_INTERVAL_MS = 250;
/** The rate is that of the last seconds, so that an estimate follows a change of speed. */
const RATE_WINDOW_MS = 5_000;

/** What an import says when it has got further. Counts belong to the phase. */
export type ProgressStep = Partial<Omit<ImportProgress, "rate" | "secondsLeft">>;

/** What a reporter is made of. */
export interface ProgressOptions {
  /** writes one state; is called again only after it has settled */
  readonly write: (progress: ImportProgress) => Promise<void>;
  /** hears of the first write that failed; no other is tried */
  readonly onFailed: (error: unknown) => void;
  /** milliseconds, rising */
  readonly now?: () => number;
  readonly schedule?: (run: () => void, waitMs: number) => () => void;
}

const START: ImportProgress = {
  phase: "waiting",
  commitsDone: 0,
  commitsTotal: null,
  filesDone: 0,
  filesTotal: null,
  rate: null,
  secondsLeft: null,
  readable: false,
};

/** Keeps the progress of one import, its rate and the time left, and has it written now and then. */
export class ProgressReporter {
  readonly #options: Required<ProgressOptions>;
  #progress: ImportProgress = START;
  /** commits done at a time, within the phase, oldest first */
  #samples: { at: number; done: number }[] = [];
  #lastWrite = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;
  #writing: Promise<void> | null = null;
  #stopped = false;

  constructor(options: ProgressOptions) {
    this.#options = { now: () => performance.now(), schedule: byTimer, ...options };
  }

  /** Takes a step; it is written soon. */
  update(step: ProgressStep): void {
    const before = this.#progress;
    const next = { ...before, ...step };
    const at = this.#options.now();
    if (next.phase !== before.phase) this.#samples = [{ at, done: next.commitsDone }];
    else if (next.commitsDone !== before.commitsDone) this.#sample(at, next.commitsDone);
    this.#progress = { ...next, ...this.#estimate(next) };
    this.#plan();
  }

  /** @returns the newest state, for a transaction that writes it along with rows */
  current(): ImportProgress {
    return this.#progress;
  }

  /** Nothing is written after this; waits for a write that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#writing;
  }

  #sample(at: number, done: number): void {
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) > RATE_WINDOW_MS) this.#samples.shift();
  }

  #estimate({ phase, commitsDone, commitsTotal }: ImportProgress): Pick<ImportProgress, "rate" | "secondsLeft"> {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at <= first.at) return { rate: null, secondsLeft: null };
    const rate = ((last.done - first.done) / (last.at - first.at)) * 1000;
    if (rate <= 0) return { rate: null, secondsLeft: null };
    // while commits are read they are all still to be written, at another rate
    const known = phase === "writing" && commitsTotal !== null;
    const secondsLeft = !known ? null : Math.max(0, Math.round((commitsTotal - commitsDone) / rate));
    return { rate: Math.round(rate), secondsLeft };
  }

  #plan(): void {
    if (this.#stopped || this.#cancel !== null || this.#writing !== null) return;
    const waitMs = Math.max(0, this.#lastWrite + MIN_WRITE_INTERVAL_MS - this.#options.now());
    this.#cancel = this.#options.schedule(() => {
      this.#cancel = null;
      this.#writing = this.#write();
    }, waitMs);
  }

  async #write(): Promise<void> {
    const written = this.#progress;
    this.#lastWrite = this.#options.now();
    try {
      await this.#options.write(written);
    } catch (error) {
      this.#stopped = true;
      this.#options.onFailed(error);
    }
    this.#writing = null;
    if (this.#progress !== written) this.#plan();
  }
}

function byTimer(run: () => void, waitMs: number): () => void {
  const timer = setTimeout(run, waitMs);
  timer.unref();
  return () => clearTimeout(timer);
}
