// Starts git. The only place that does: every process gets the same environment, settings, limits and time-out.
import type { Writable } from "node:stream";
import { TidemarkError } from "../errors.ts";
import type { CheckedRemote } from "../outbound.ts";
import type { Secret } from "../secrets.ts";
import { Complaints } from "./complaints.ts";
import { gitCommand, gitEnvironment, gitTemplate } from "./environment.ts";
import { failureOf, type GitFailure, thrownAway } from "./failure.ts";
import { isThrownAway } from "./mirror-folder.ts";
import { gitLog, gitProgram } from "./program.ts";
import type { GitRepository } from "./repository.ts";
import { startProcess } from "./start-process.ts";
import type { StartedProcess } from "./starter.ts";

/** Wall time that git may keep us waiting, in milliseconds. Work that a slow reader does meanwhile is not counted. */
const GIT_TIMEOUT_MS = 15 * 60_000;
/** Output that `runGit()` keeps in memory unless told otherwise, in bytes: 400,000 refs or tree entries. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** What keeps `git log` from looking at mailmaps (a blob!), notes, decorations and signatures. */
export const PLAIN_LOG = ["--no-mailmap", "--no-notes", "--no-decorate", "--no-show-signature"];

/** What git reads on its standard input. */
type GitInput = string | Buffer | AsyncIterable<string | Buffer> | Iterable<string | Buffer>;

/** One call. */
export interface GitCall {
  /** what is being tried, for the error: "read the commits of" */
  readonly attempt: string;
  readonly input?: GitInput | undefined;
  /** the remote that this one process may talk to; without it there is no network at all */
  readonly network?: CheckedRemote | undefined;
  readonly authorization?: Secret | null | undefined;
  readonly timeoutMs?: number | undefined;
  /** `runGit()`: most bytes of output, else `limit-exceeded` */
  readonly maxBytes?: number | undefined;
  /** largest file that the process may write; default 0: it writes nothing */
  readonly fileBytes?: number | undefined;
  readonly discoverIn?: string | undefined;
  readonly tracePackets?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** hears standard error as it comes (progress) */
  readonly onStderr?: ((text: string) => void) | undefined;
}

/** A running git whose output is read as it comes. */
export interface GitStream {
  /** chunks; throws the TidemarkError of a failed process at its end; leaving the loop early kills the process */
  readonly stdout: AsyncIterable<Buffer>;
  /** settles when the process is gone; rejects as `stdout` throws */
  readonly done: Promise<void>;
  kill(): void;
}

/**
 * Runs git and collects what it writes.
 * @param repository null for a command that needs none
 * @throws TidemarkError by `failureOf()`, `git-missing`, `git-timeout`, `limit-exceeded`; the signal's reason
 */
export async function runGit(
  repository: GitRepository | null,
  args: readonly string[],
  call: GitCall,
): Promise<Buffer> {
  const stream = streamGit(repository, args, call);
  const chunks: Buffer[] = [];
  const most = call.maxBytes ?? MAX_OUTPUT_BYTES;
  let size = 0;
  for await (const chunk of stream.stdout) {
    size += chunk.length;
    if (size > most) throw tooMuchOutput(repository, call, most);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
}

/**
 * Starts git and gives its output as it comes.
 * @param args command and its own arguments; object ids go to `input`, texts of people never start with `-`
 * @throws TidemarkError `git-missing`
 */
export function streamGit(repository: GitRepository | null, args: readonly string[], call: GitCall): GitStream {
  call.signal?.throwIfAborted();
  const child = new GitChild(repository, args, call);
  const done = child.finished;
  done.catch(() => undefined); // whoever reads `stdout` hears of it there
  return { stdout: child.read(), done, kill: () => child.kill() };
}

/** Kills every git process of this one: none outlives it. */
function killAllGit(): void {
  for (const child of running) child.kill();
}

const running = new Set<GitChild>();
process.on("exit", killAllGit);

class GitChild {
  readonly finished: Promise<void>;
  readonly #process: StartedProcess;
  readonly #repository: GitRepository | null;
  readonly #call: GitCall;
  readonly #complaints = new Complaints();
  #remainingMs: number;
  /** why we ended it, if we did */
  #ended: { readonly error: unknown } | null = null;

  constructor(repository: GitRepository | null, args: readonly string[], call: GitCall) {
    const program = gitProgram();
    const { network = null, authorization = null, discoverIn, tracePackets } = call;
    const access = { repository, network, authorization, discoverIn, tracePackets };
    const [command = program.git, ...before] = gitCommand(program, call.fileBytes ?? 0);
    this.#repository = repository;
    this.#call = call;
    this.#remainingMs = call.timeoutMs ?? GIT_TIMEOUT_MS;
    this.#process = startProcess({
      command,
      args: [...before, ...gitTemplate(access), ...args],
      env: gitEnvironment(program, access),
      hasInput: call.input !== undefined,
    });
    running.add(this);
    this.#listen();
    this.finished = this.#finish();
    const { stdin } = this.#process;
    if (call.input !== undefined && stdin !== null) void this.#feed(stdin, call.input);
  }

  /** Kills the whole group. What it was doing ends with `error` when one is given, else quietly. */
  kill(error?: unknown): void {
    this.#ended ??= { error: error ?? null };
    if (!running.has(this)) return;
    this.#process.kill();
    this.#process.stdout.destroy(); // a process is not over before its output is, and nobody may be reading
  }

  async *read(): AsyncGenerator<Buffer> {
    const chunks = this.#process.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let complete = false;
    try {
      for (let next = await this.#next(chunks); next !== null; next = await this.#next(chunks)) yield next;
      complete = true;
      await this.#withinTime(this.finished);
    } finally {
      if (!complete) this.kill();
    }
  }

  /** @returns null at the end, also at one that we made: then `finished` says why */
  async #next(chunks: AsyncIterator<Buffer>): Promise<Buffer | null> {
    try {
      const next = await this.#withinTime(chunks.next());
      return next.done ? null : next.value;
    } catch (error) {
      if (this.#ended) return null;
      throw error;
    }
  }

  #listen(): void {
    const { signal, onStderr } = this.#call;
    const abort = () => this.kill(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#process.stderr.on("data", (chunk: Buffer) => {
      const text = chunk.toString("latin1");
      this.#complaints.hear(text);
      onStderr?.(text);
    });
    const gone = () => {
      running.delete(this);
      signal?.removeEventListener("abort", abort);
    };
    this.#process.ended.then(gone, gone);
  }

  async #finish(): Promise<void> {
    const began = performance.now();
    const { status, signal } = await this.#process.ended;
    const ms = Math.round(performance.now() - began);
    gitLog()?.debug({ command: this.#call.attempt, value: this.#value(), ms, status, signal }, "git ended");
    if (this.#ended) {
      if (this.#ended.error !== null) throw this.#ended.error;
      return;
    }
    if (status !== 0) throw this.#failure(status, signal);
  }

  /** Waits for git, but not longer than it may still keep us waiting in all. */
  async #withinTime<T>(waiting: Promise<T>): Promise<T> {
    const began = performance.now();
    const timer = setTimeout(() => this.kill(this.#timeout()), Math.max(1, this.#remainingMs));
    try {
      return await waiting;
    } finally {
      clearTimeout(timer);
      this.#remainingMs -= performance.now() - began;
    }
  }

  async #feed(stdin: Writable, input: GitInput): Promise<void> {
    stdin.on("error", () => undefined); // a process that ended early: its exit status says why
    try {
      if (typeof input === "string" || Buffer.isBuffer(input)) {
        stdin.end(input);
        return;
      }
      for await (const chunk of input) {
        if (!running.has(this) || stdin.destroyed) return;
        if (!stdin.write(chunk)) await drained(stdin);
      }
      stdin.end();
    } catch (error) {
      this.kill(error);
    }
  }

  #failure(status: number | null, signal: string | null): TidemarkError {
    const { attempt, network } = this.#call;
    const kind = network || this.#repository?.kind === "mirror" ? "mirror" : "local";
    const left: GitFailure = { attempt, value: this.#value(), kind, status, signal, stderr: this.#complaints.text };
    const mirror = this.#repository?.kind === "mirror" ? this.#repository.gitDir : null;
    return mirror !== null && isThrownAway(mirror) ? thrownAway(left) : failureOf(left);
  }

  #timeout(): TidemarkError {
    const limit = Math.round((this.#call.timeoutMs ?? GIT_TIMEOUT_MS) / 1000);
    const parts = { found: `no end after ${limit} s`, wanted: `an answer within ${limit} s` };
    return new TidemarkError("git-timeout", { attempt: this.#call.attempt, value: this.#value(), ...parts });
  }

  #value(): string {
    return this.#repository?.name ?? this.#call.network?.url ?? this.#call.discoverIn ?? "git";
  }
}

/** Waits until `stdin` takes more, or is gone. */
function drained(stdin: Writable): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stdin.off("drain", settle);
      stdin.off("close", settle);
      resolve();
    };
    stdin.on("drain", settle);
    stdin.on("close", settle);
  });
}

function tooMuchOutput(repository: GitRepository | null, call: GitCall, most: number): TidemarkError {
  const value = repository?.name ?? call.network?.url ?? "git";
  const parts = { found: `more than ${most} bytes of output`, wanted: `at most ${most} bytes` };
  return new TidemarkError("limit-exceeded", { attempt: call.attempt, value, ...parts });
}
