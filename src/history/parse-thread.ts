// One thread that parses, seen from outside: what it has been given, how long it is at it, how it ended.
import { Worker } from "node:worker_threads";
import type { AnswerTo, ParseTask } from "./parse-task.ts";
import type { ParseMessage, ParseReply, ParseWorkerData } from "./parse-worker.ts";

/** What a thread may use, in MiB: a file at all limits of reading takes 150. */
export const THREAD_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
/** Tasks that one thread is given ahead, and bytes of their files: what has to be given to another one when it dies. */
const MAX_GIVEN = 64;
const MAX_GIVEN_BYTES = 4_000_000;
/** A task that takes longer than this may well take too long, in milliseconds. */
const SLOW_MS = 100;
/** A task may take so many times its limit by the clock, where the machine lets the thread wait. */
const CLOCK_TIMES = 10;

/** Why a thread ended: it was at one task for too long, used too much memory, died by itself; null: somebody ended it. */
export type ThreadEnd = "too-slow" | "too-much-memory" | "crashed" | null;

/** Something to be done. */
export interface ThreadJob {
  readonly task: ParseTask;
  /** names of the files that its repository has, U+0000 between them, where the task needs them */
  readonly files: string | null;
}

/** Who is told of what becomes of jobs. */
export interface ThreadOwner<Job extends ThreadJob> {
  onAnswer(thread: ParseThread<Job>, job: Job, answer: AnswerTo<ParseTask>, tookMs: number): void;
  /** a task is under way that may be too much for this thread */
  onSlow(): void;
  /** @param error what it died of before it could begin */
  onEnd(thread: ParseThread<Job>, end: ThreadEnd, error: unknown): void;
}

/** A worker thread with the jobs that it was given and has not answered. */
export class ParseThread<Job extends ThreadJob> {
  /** in the order in which they are done: the first is under way */
  readonly jobs: Job[] = [];
  readonly #worker: Worker;
  readonly #owner: ThreadOwner<Job>;
  readonly #taskMs: number;
  readonly #ended: Promise<void>;
  #isReady = false;
  #hasEnded = false;
  #isHeld = false;
  #error: unknown = null;
  #givenBytes = 0;
  #files: string | null = null;
  #began = 0;
  /** what the processor has worked for this thread when the job under way was first looked at, in milliseconds */
  #worked: number | null = null;
  #timer: NodeJS.Timeout | null = null;

  /**
   * Starts the thread. It keeps no process alive until `hold()`.
   * @param parser address of the module whose `Parser` answers; null: the real one
   * @param taskMs that it may work at one task, in milliseconds of the processor's time: a busy machine makes no file too
   *   slow; by the clock it may take ten times as long
   */
  constructor(owner: ThreadOwner<Job>, parser: string | null, taskMs: number) {
    this.#owner = owner;
    this.#taskMs = taskMs;
    const workerData: ParseWorkerData = { parser };
    const address = new URL("./parse-worker.ts", import.meta.url);
    // nothing of the process's environment and options is any use to it
    this.#worker = new Worker(address, { workerData, resourceLimits: THREAD_LIMITS, env: {}, execArgv: [] });
    this.#worker.on("message", (reply: ParseReply) => this.#take(reply));
    this.#worker.on("error", (error: unknown) => {
      this.#error = error;
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once("exit", () => {
        this.end(isOutOfMemory(this.#error) ? "too-much-memory" : "crashed");
        resolve();
      });
    });
    this.#worker.unref(); // after the listeners: each of them takes it back
  }

  /** Whether it began at all. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** @returns whether it may be given a job now */
  hasRoomFor(job: Job): boolean {
    if (this.jobs.length === 0) return true;
    return this.jobs.length < MAX_GIVEN && this.#givenBytes + bytesOf(job) <= MAX_GIVEN_BYTES;
  }

  /** Gives it a job. The bytes are copied: should the thread die, another one needs them. */
  give(job: Job): void {
    this.jobs.push(job);
    this.#givenBytes += bytesOf(job);
    if (job.files !== null && job.files !== this.#files) {
      this.#files = job.files;
      this.#tell({ files: job.files });
    }
    this.#tell({ task: job.task });
    if (this.jobs.length === 1) this.#began = performance.now();
    this.#watch();
  }

  /** Says whether the process has to live on for it. */
  hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Ends it, whatever it is at. */
  end(reason: ThreadEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    void this.#worker.terminate();
    this.#owner.onEnd(this, reason, this.#error);
  }

  /** Settles when nothing is left of it. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  #take(reply: ParseReply): void {
    if (this.#hasEnded) return; // it was on its way when the thread was given up
    this.#began = performance.now();
    this.#worked = null;
    if (reply === "ready") {
      this.#isReady = true;
      this.#watch();
      return;
    }
    const job = this.jobs.shift() as Job;
    this.#givenBytes -= bytesOf(job);
    this.#owner.onAnswer(this, job, reply.answer, reply.tookMs);
  }

  /** Looks after the job under way. One timer goes on over many of them: most take far less than a millisecond. */
  #watch(): void {
    if (this.#timer === null && this.#isReady && this.jobs.length > 0) this.#lookIn(SLOW_MS);
  }

  #lookIn(ms: number): void {
    // answers that came while this thread's own loop was busy are taken first
    this.#timer = setTimeout(() => setImmediate(() => void this.#look()), ms).unref();
  }

  async #look(): Promise<void> {
    const [job, ms] = [this.jobs[0], performance.now() - this.#began];
    if (this.#hasEnded || job === undefined || ms < SLOW_MS) {
      this.#timer = null;
      if (!this.#hasEnded && job !== undefined) this.#lookIn(SLOW_MS - ms);
      return;
    }
    this.#owner.onSlow();
    // a thread that does not come to tell what it worked is looked after by the clock alone
    const last = setTimeout(() => this.#giveUp(job), CLOCK_TIMES * this.#taskMs - ms).unref();
    const worked = await this.#workedMs();
    clearTimeout(last);
    if (this.#hasEnded) return;
    this.#timer = null;
    if (this.jobs[0] !== job) return this.#watch();
    // what it worked before it was first looked at was no more than the clock says
    this.#worked ??= worked - Math.min(worked, ms);
    const left = Math.min(
      this.#taskMs - (worked - this.#worked),
      CLOCK_TIMES * this.#taskMs - (performance.now() - this.#began),
    );
    if (left <= 0) this.#giveUp(job);
    else this.#lookIn(left);
  }

  /** What the processor has worked for the thread so far, in milliseconds; never settles for one that has ended. */
  async #workedMs(): Promise<number> {
    try {
      const { user, system } = await this.#worker.cpuUsage();
      return (user + system) / 1_000;
    } catch {
      return new Promise(() => undefined); // it ends, which is heard of in another way
    }
  }

  #giveUp(job: Job): void {
    if (this.jobs[0] === job) this.end("too-slow");
  }

  #tell(message: ParseMessage): void {
    this.#worker.postMessage(message, []);
  }
}

function bytesOf({ task }: ThreadJob): number {
  return task.kind === "infer" ? 0 : task.bytes.length;
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
}
