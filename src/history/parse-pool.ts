// One thread of the process that parses files which are large or could be hostile, and a spare that takes over from it.
import type { Sha } from "../domain/model.ts";
import type { AnswerTo, ParseTask } from "./parse-task.ts";
import { ParseThread, type ThreadEnd, type ThreadJob, type ThreadOwner } from "./parse-thread.ts";

/** Parsing of one file, in milliseconds: the largest ones of real repositories take 100. */
export const MAX_FILE_MS = 2_000;
/** Parsing of all files that one commit brought in, in milliseconds: 200 of the largest. */
export const MAX_COMMIT_MS = 20_000;
/** Times that a blob may end a thread; then it is never read again by this process. */
const MAX_ATTEMPTS = 2;
/** Blobs that ended a thread and are remembered: about 10 MB, and a day of nothing else. */
const MAX_FAILED_BLOBS = 50_000;
/** Threads without work are ended after this, in milliseconds: each takes 14 MB. */
const IDLE_MS = 30_000;

/** Why a file could not be read in the thread. */
export type ParseFailure = Exclude<ThreadEnd, null> | "commit-too-slow";

/** What became of a task. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly failure: ParseFailure };

/** Time that the files of one commit have taken. */
export interface CommitTime {
  spentMs: number;
}

/** What a task is about, besides what the thread has to know. */
export interface TaskOrigin {
  /** whom `cancel()` names */
  readonly asker: object;
  /** the blob; null where the task is about several */
  readonly oid: Sha | null;
  readonly time: CommitTime | null;
  /** names of the files that the repository has, U+0000 between them, where the task needs them */
  readonly files: string | null;
}

/** What tests set otherwise. */
export interface PoolOptions {
  /** address of a module with another `Parser` */
  readonly parser?: string;
  readonly fileMs?: number;
  readonly commitMs?: number;
  readonly idleMs?: number;
}

interface Job extends ThreadJob, TaskOrigin {
  resolve: ((outcome: Outcome<AnswerTo<ParseTask>>) => void) | null;
  reject: (reason: unknown) => void;
}

/** Has tasks done in the order in which they are asked for. Nothing is started before the first of them. */
export class ParsePool implements ThreadOwner<Job> {
  readonly #parser: string | null;
  readonly #fileMs: number;
  readonly #commitMs: number;
  readonly #idleMs: number;
  #waiting: Job[] = [];
  #thread: ParseThread<Job> | null = null;
  #spare: ParseThread<Job> | null = null;
  /** threads that were told to end and have not yet: one in the middle of a loop takes a while */
  readonly #ending = new Set<ParseThread<Job>>();
  readonly #failed = new Map<Sha, { readonly failure: ParseFailure; readonly times: number }>();
  #idleTimer: NodeJS.Timeout | null = null;

  constructor({ parser, fileMs = MAX_FILE_MS, commitMs = MAX_COMMIT_MS, idleMs = IDLE_MS }: PoolOptions = {}) {
    this.#parser = parser ?? null;
    this.#fileMs = fileMs;
    this.#commitMs = commitMs;
    this.#idleMs = idleMs;
  }

  /** Threads that live: none, one, or one and the spare. */
  get threads(): number {
    return [this.#thread, this.#spare].filter((thread) => thread !== null).length;
  }

  /**
   * Has a task done.
   * @returns its answer, or why there is none. It rejects when `cancel()` says so, or when no thread can be started
   */
  run<T extends ParseTask>(task: T, origin: TaskOrigin): Promise<Outcome<AnswerTo<T>>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...origin, task, resolve: resolve as Job["resolve"], reject });
      this.#goOn();
    });
  }

  /** Gives up what somebody asked for and has not got yet. */
  cancel(asker: object, reason: unknown): void {
    for (const job of [...this.#waiting, ...(this.#thread?.jobs ?? [])]) {
      if (job.asker !== asker || job.resolve === null) continue;
      job.resolve = null;
      job.reject(reason);
    }
    this.#waiting = this.#waiting.filter(isWanted);
    const jobs = this.#thread?.jobs ?? [];
    // nobody waits for any of it: what comes next need not either
    if (jobs.length > 0 && !jobs.some(isWanted)) this.#thread?.end(null);
    this.#goOn();
  }

  /** Ends the threads, and settles when nothing is left of any. Whoever waits for an answer gets an error. */
  async close(): Promise<void> {
    const jobs = [...(this.#thread?.jobs ?? []), ...this.#waiting];
    this.#waiting = [];
    for (const job of jobs) {
      job.resolve = null;
      job.reject(new Error("the parser was closed"));
    }
    for (const thread of [this.#thread, this.#spare]) thread?.end(null);
    this.#rest();
    await Promise.all([...this.#ending].map((thread) => thread.ended));
  }

  onAnswer(thread: ParseThread<Job>, job: Job, answer: AnswerTo<ParseTask>, tookMs: number): void {
    if (job.time !== null) job.time.spentMs += tookMs;
    job.resolve?.({ answer });
    const next = thread.jobs[0];
    if (next !== undefined && this.#refusal(next) !== null) thread.end(null); // it cannot pass over what it was given
    this.#goOn();
  }

  onSlow(): void {
    this.#spare ??= this.#start();
  }

  onEnd(thread: ParseThread<Job>, end: ThreadEnd, error: unknown): void {
    this.#ending.add(thread);
    void thread.ended.then(() => this.#ending.delete(thread));
    if (thread === this.#spare) this.#spare = null;
    if (thread !== this.#thread) return;
    this.#thread = null;
    const behind = thread.jobs.filter(isWanted);
    const first = thread.jobs[0];
    if (end !== null && !thread.isReady) {
      for (const job of [...behind, ...this.#waiting.splice(0)]) job.reject(error ?? new Error("no thread started"));
      return;
    }
    if (end !== null && first !== undefined) {
      if (first === behind[0]) behind.shift();
      this.#blame(first, end);
    }
    this.#waiting.unshift(...behind);
    this.#goOn();
  }

  #start(): ParseThread<Job> {
    return new ParseThread<Job>(this, this.#parser, this.#fileMs);
  }

  /** Gives the thread what it has room for. */
  #goOn(): void {
    for (let job = this.#waiting[0]; job !== undefined; job = this.#waiting[0]) {
      const failure = this.#refusal(job);
      if (failure !== null) job.resolve?.({ failure });
      else {
        this.#thread ??= this.#takeSpare();
        if (!this.#thread.hasRoomFor(job)) break;
        this.#thread.give(job);
      }
      this.#waiting.shift();
    }
    const isBusy = this.#thread?.jobs.some(isWanted) ?? false;
    this.#thread?.hold(isBusy);
    this.#rest();
    if (isBusy || this.threads === 0) return;
    this.#idleTimer = setTimeout(() => {
      this.#thread?.end(null);
      this.#spare?.end(null);
    }, this.#idleMs).unref();
  }

  #takeSpare(): ParseThread<Job> {
    const thread = this.#spare ?? this.#start();
    this.#spare = null;
    return thread;
  }

  /** @returns why a job is not even begun, or null */
  #refusal({ oid, time }: Job): ParseFailure | null {
    const failed = oid === null ? undefined : this.#failed.get(oid);
    if (failed !== undefined && failed.times >= MAX_ATTEMPTS) return failed.failure;
    return time !== null && time.spentMs >= this.#commitMs ? "commit-too-slow" : null;
  }

  #blame(job: Job, failure: ParseFailure): void {
    const { oid, time } = job;
    if (failure === "too-slow" && time !== null) time.spentMs += this.#fileMs;
    if (oid !== null) {
      this.#failed.set(oid, { failure, times: (this.#failed.get(oid)?.times ?? 0) + 1 });
      const oldest = this.#failed.keys().next().value;
      if (this.#failed.size > MAX_FAILED_BLOBS && oldest !== undefined) this.#failed.delete(oldest);
    }
    job.resolve?.({ failure });
  }

  #rest(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }
}

/** The one of this process. */
export const parsePool = new ParsePool();

function isWanted({ resolve }: Job): boolean {
  return resolve !== null;
}
