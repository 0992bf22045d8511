// What each commit changed against its first parent: every record of a raw log is scanned, wanted paths are kept.
import type { Sha } from "../domain/model.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { PathFilter } from "./path-filter.ts";
import { oidLength, type GitRepository } from "./repository.ts";
import { PLAIN_LOG, streamGit } from "./run.ts";

/** One path that a commit changed. */
export interface FileChange {
  readonly path: string;
  /** what it is after the commit */
  readonly kind: "file" | "symlink" | "submodule" | "deleted";
  /** null when deleted */
  readonly oid: Sha | null;
  /** null when it was not there before */
  readonly oldOid: Sha | null;
}

/** What else is to be known about a commit's changes. */
export interface ChangeFlags {
  /** the commit changed more than MAX_RECORDS paths: what came after them was not read */
  readonly tooManyChanges: boolean;
}

/** How to read changes. */
export interface ChangeQuery {
  readonly wants: (path: string) => boolean;
  /** git processes that share the work: two are nearly twice as fast on two cores */
  readonly processes?: 1 | 2;
  /**
   * Called for each commit, also for one that changed nothing wanted; in order within each half of the list.
   * @param index of the commit in the list
   */
  readonly onCommit: (index: number, changes: readonly FileChange[], flags: ChangeFlags) => void;
  readonly signal?: AbortSignal;
}

/** Records of one commit that are read: a tree bomb has 10^10. */
export const MAX_RECORDS = 50_000;
/** Commits that may exhaust git's memory, in one process's part: each costs seconds. */
const MAX_BOMBS = 5;
/** Fewer commits than this are not worth a second process. */
const MIN_COMMITS_TO_SPLIT = 200;
/** A path longer than this ends the reading: git trees that deep are made to hurt, in bytes. */
const MAX_PATH_BYTES = 1024 * 1024;

const ARGS = [
  "log",
  "--no-walk=unsorted",
  "--stdin",
  "-r",
  "--raw",
  "-z",
  "--format=%H",
  "--no-abbrev",
  "--no-renames",
];
ARGS.push("--diff-merges=first-parent", "--ignore-submodules=none", "-O/dev/null", "--no-relative", ...PLAIN_LOG);
const ATTEMPT = "read the changes of";
const NO_CHANGES: readonly FileChange[] = [];
const ALL_READ: ChangeFlags = { tooManyChanges: false };
const CUT_OFF: ChangeFlags = { tooManyChanges: true };

/**
 * Reads what commits changed against their first parents (a root: against nothing). No pathspec: git's own matching is
 * four times slower than printing everything.
 * @param shas each once
 * @throws TidemarkError `repository-corrupt` when a commit or a tree is missing
 */
export async function readChanges(repository: GitRepository, shas: Iterable<Sha>, query: ChangeQuery): Promise<void> {
  const list = Array.isArray(shas) ? (shas as readonly Sha[]) : [...shas];
  const filter = new PathFilter(query.wants);
  const half = query.processes === 1 || list.length < MIN_COMMITS_TO_SPLIT ? list.length : list.length >> 1;
  const stop = new AbortController();
  const signal = query.signal ? AbortSignal.any([query.signal, stop.signal]) : stop.signal;
  const parts = [readPart(repository, list, 0, half, filter, query, signal)];
  if (half < list.length) parts.push(readPart(repository, list, half, list.length, filter, query, signal));
  const failed = (await Promise.allSettled(parts.map((part) => part.catch(stopAll)))).find(isRejected);
  if (failed) throw failed.reason;

  function stopAll(error: unknown): never {
    stop.abort(error);
    throw error;
  }
}

function isRejected(result: PromiseSettledResult<void>): result is PromiseRejectedResult {
  return result.status === "rejected";
}

/**
 * Reads one part of the list. A commit beyond its budget ends the process, and another one goes on after it; so does
 * one whose changes are so many that git itself runs out of memory before it writes the first.
 */
async function readPart(
  repository: GitRepository,
  shas: readonly Sha[],
  from: number,
  to: number,
  filter: PathFilter,
  query: ChangeQuery,
  signal: AbortSignal,
): Promise<void> {
  let bombs = 0;
  for (let next = from; next < to; ) {
    const scanner = new ChangeScanner(repository, shas, next, filter, query.onCommit);
    const input = idsOf(shas, next, to);
    const { stdout } = streamGit(repository, ARGS, { attempt: ATTEMPT, input, signal });
    try {
      for await (const chunk of stdout) if (!scanner.read(chunk)) break;
      next = scanner.finish();
      if (next < to && !scanner.overBudget) throw notListed(repository, shas[next] as Sha);
    } catch (error) {
      bombs += 1;
      if (!isTidemarkError(error, "limit-exceeded") || bombs > MAX_BOMBS) throw error;
      next = scanner.finish() + 1;
      query.onCommit(next - 1, NO_CHANGES, CUT_OFF);
    }
  }
}

/** Ids as git reads them, in pieces: a million at once would be one text of 41 MB. */
function* idsOf(shas: readonly Sha[], from: number, to: number): Generator<string> {
  for (let at = from; at < to; at += 1_000) yield `${shas.slice(at, Math.min(at + 1_000, to)).join("\n")}\n`;
}

/** Takes chunks of `<id>NUL[\n:<modes> <ids> <status>NUL<path>NUL…]` and calls `onCommit` for every commit that is complete. */
class ChangeScanner {
  overBudget = false;
  readonly #repository: GitRepository;
  readonly #shas: readonly Sha[];
  readonly #filter: PathFilter;
  readonly #onCommit: ChangeQuery["onCommit"];
  readonly #hex: number;
  readonly #headLength: number;
  #next: number;
  #inCommit = false;
  #records = 0;
  #changes: FileChange[] | null = null;
  #rest: Buffer = Buffer.alloc(0);

  constructor(
    repository: GitRepository,
    shas: readonly Sha[],
    next: number,
    filter: PathFilter,
    onCommit: ChangeQuery["onCommit"],
  ) {
    this.#repository = repository;
    this.#shas = shas;
    this.#next = next;
    this.#filter = filter;
    this.#onCommit = onCommit;
    this.#hex = oidLength(repository);
    this.#headLength = 19 + 2 * this.#hex; // `:100644 100644 <oid> <oid> M` and its NUL
  }

  /** @returns false when the current commit is beyond its budget and nothing more should be read */
  read(chunk: Buffer): boolean {
    const buffer = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const length = buffer.length;
    let at = 0;
    while (at < length) {
      if (buffer[at] === 0x3a) {
        const path = at + this.#headLength;
        const end = path < length ? buffer.indexOf(0, path) : -1;
        if (end === -1) break;
        if (!this.#addRecord(buffer, at, path, end)) return false;
        at = end + 1;
      } else if (buffer[at] === 0x0a) {
        at += 1; // between a commit and its records
      } else {
        if (at + this.#hex >= length) break;
        this.#beginCommit(buffer, at);
        at += this.#hex + 1;
      }
    }
    if (length - at > MAX_PATH_BYTES) throw pathTooLong(this.#repository, this.#shas[this.#next] as Sha);
    this.#rest = buffer.subarray(at);
    return true;
  }

  /** Ends the commit that was being read. @returns the index of the next one */
  finish(): number {
    if (this.#inCommit) this.#endCommit();
    return this.#next;
  }

  #beginCommit(buffer: Buffer, at: number): void {
    if (this.#inCommit) this.#endCommit();
    const sha = buffer.toString("latin1", at, at + this.#hex);
    if (sha !== this.#shas[this.#next]) throw notListed(this.#repository, this.#shas[this.#next] ?? (sha as Sha));
    this.#inCommit = true;
  }

  #endCommit(): void {
    const changes = this.#changes ?? NO_CHANGES;
    this.#changes = null;
    this.#records = 0;
    this.#inCommit = false;
    this.#next += 1;
    this.#onCommit(this.#next - 1, changes, this.overBudget ? CUT_OFF : ALL_READ);
  }

  #addRecord(buffer: Buffer, at: number, path: number, end: number): boolean {
    this.#records += 1;
    if (this.#records > MAX_RECORDS) {
      this.overBudget = true;
      return false;
    }
    const wanted = this.#filter.pathAt(buffer, path, end);
    if (wanted !== null) (this.#changes ??= []).push(changeOf(buffer, at, this.#hex, wanted));
    return true;
  }
}

function changeOf(buffer: Buffer, at: number, hex: number, path: string): FileChange {
  const kind = kindOf(buffer, at + 8);
  const oldOid = at + 15;
  const oid = oldOid + hex + 1;
  return {
    path,
    kind,
    oid: kind === "deleted" ? null : (buffer.toString("latin1", oid, oid + hex) as Sha),
    oldOid: buffer[at + 1] === 0x30 ? null : (buffer.toString("latin1", oldOid, oldOid + hex) as Sha), // mode 000000
  };
}

/** Modes: 100644, 100755 and older ones are files, 120000 symlinks, 160000 submodules, 000000 nothing. */
function kindOf(buffer: Buffer, at: number): FileChange["kind"] {
  if (buffer[at] === 0x30) return "deleted";
  if (buffer[at + 1] === 0x32) return "symlink";
  return buffer[at + 1] === 0x36 ? "submodule" : "file";
}

function notListed(repository: GitRepository, sha: Sha): TidemarkError {
  const parts = { found: `no commit ${sha}`, wanted: "a repository whose commits are whole" };
  return new TidemarkError("repository-corrupt", { attempt: ATTEMPT, value: repository.name, ...parts });
}

function pathTooLong(repository: GitRepository, sha: Sha): TidemarkError {
  const parts = { found: `a path of more than 1 MiB in commit ${sha}`, wanted: "paths of at most 1 MiB" };
  return new TidemarkError("limit-exceeded", { attempt: ATTEMPT, value: repository.name, ...parts });
}
