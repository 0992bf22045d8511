// The branches of a repository, and the refs that keep an import's tips from moving away.
import type { Sha } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { decodeName } from "./names.ts";
import type { GitRepository } from "./repository.ts";
import { runGit } from "./run.ts";

/** Branches that are followed at most; more is a notice. */
export const MAX_REFS = 100_000;
/** Bytes that `for-each-ref` may write for them: 100,000 names of 240 bytes and what stands beside them. */
const MAX_REF_BYTES = 48 * 1024 * 1024;
/** Where a mirror keeps the remote's branches. */
export const MIRROR_HEADS = "refs/tidemark/heads/";
/** Where a mirror keeps what an import is reading, although the remote may have moved on. */
const IMPORT_PINS = "refs/tidemark/import/";

/** A branch and the commit at its head. */
export interface GitRef {
  /** short: `main`; bytes that are not UTF-8 as `\xNN` */
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly sha: Sha;
  /** the head commit's committer date in milliseconds since 1970, clamped to 1970 … now + 1 day */
  readonly committedAt: number;
}

/** The branches of a repository. */
export interface RefList {
  /** by full ref name */
  readonly refs: GitRef[];
  /** the default branch's name; null when there is no branch */
  readonly head: string | null;
  /** the commit of a detached `HEAD` of a local folder, else null */
  readonly detached: Sha | null;
  /** whether there are more than MAX_REFS */
  readonly truncated: boolean;
}

const FIELDS = ["objectname", "objecttype", "committerdate:unix", "symref", "HEAD", "refname"];
const FORMAT = FIELDS.map((field) => `%(${field})`).join("%00");
/** What git writes beside the branch that `HEAD` names, a blank beside the others. */
const STAR = 0x2a;
const LOCAL_PREFIXES = ["refs/heads/", "refs/remotes/origin/"];

/**
 * Lists the branches: of a mirror the remote's, of a local folder its heads and `origin/*` by short name, a head wins.
 * The default branch is what `HEAD` names if that exists, else `main`, `master`, the only one, the newest. A folder
 * whose `HEAD` is detached and that has no branch at all (a build machine's checkout) has one, named `HEAD`.
 * @param most branches that are listed; the one that `HEAD` names is among them however many there are
 * @throws TidemarkError `repository-corrupt`
 */
export async function listRefs(repository: GitRepository, most: number = MAX_REFS): Promise<RefList> {
  const attempt = "list the branches of";
  const prefixes = repository.kind === "mirror" ? [MIRROR_HEADS] : LOCAL_PREFIXES;
  const args = ["for-each-ref", `--count=${most + 1}`, `--format=${FORMAT}`, ...prefixes];
  const output = await runGit(repository, args, { attempt, maxBytes: MAX_REF_BYTES });
  const byName = new Map<string, GitRef>();
  let lines = 0;
  let current: string | null = null;
  for (const line of linesOf(output)) {
    lines += 1;
    if (byName.size === most) break;
    const ref = readRef(line, prefixes);
    if (ref && !byName.has(ref.name)) byName.set(ref.name, ref);
    if (ref && isCurrent(line)) current = ref.name;
  }
  const head = current === null ? await readHead(repository) : { name: current, detached: null };
  if (lines > most && head.name !== null && !byName.has(head.name)) {
    const named = [...args.slice(0, -prefixes.length), `${prefixes[0]}${head.name}`];
    for (const line of linesOf(await runGit(repository, named, { attempt }))) {
      const ref = readRef(line, prefixes);
      if (ref?.name === head.name) byName.set(ref.name, ref);
    }
  }
  const refs = [...byName.values()];
  if (head.detached && refs.length === 0) refs.push(await detachedRef(repository, head.detached));
  return { refs, head: defaultBranch(refs, head.name), detached: head.detached, truncated: lines > most };
}

/** Keeps commits of a mirror whatever the remote does, until `unpinTips()`. */
export async function pinTips(mirror: GitRepository, shas: readonly Sha[]): Promise<void> {
  requireMirror(mirror);
  const input = shas.map((sha) => `update ${IMPORT_PINS}${sha} ${sha}\n`).join("");
  if (input)
    await runGit(mirror, ["update-ref", "--stdin"], {
      attempt: "pin the branches of",
      input,
      fileBytes: MAX_REF_BYTES,
    });
}

/** @returns the pinned commits, in no order */
export async function pinnedTips(mirror: GitRepository): Promise<Sha[]> {
  const args = ["for-each-ref", "--format=%(objectname)", IMPORT_PINS];
  const output = await runGit(mirror, args, { attempt: "list the pinned branches of", maxBytes: MAX_REF_BYTES });
  return output.toString("latin1").split("\n").filter(Boolean) as Sha[];
}

/** Lets go of what `pinTips()` kept. */
export async function unpinTips(mirror: GitRepository): Promise<void> {
  requireMirror(mirror);
  const input = (await pinnedTips(mirror)).map((sha) => `delete ${IMPORT_PINS}${sha}\n`).join("");
  if (input)
    await runGit(mirror, ["update-ref", "--stdin"], {
      attempt: "unpin the branches of",
      input,
      fileBytes: MAX_REF_BYTES,
    });
}

/** @returns milliseconds since 1970 for git's seconds as text, clamped to 1970 … now + 1 day; 0 for what is no number */
export function clampedTime(seconds: string, now: number = Date.now()): number {
  const milliseconds = Number.parseInt(seconds, 10) * 1_000;
  if (Number.isNaN(milliseconds)) return 0;
  return Math.min(Math.max(milliseconds, 0), now + 86_400_000);
}

/** @returns the default branch by the rule of `listRefs()` */
export function defaultBranch(refs: readonly GitRef[], head: string | null): string | null {
  const names = new Set(refs.map(({ name }) => name));
  for (const name of [head, "main", "master"]) if (name !== null && names.has(name)) return name;
  let newest: GitRef | undefined;
  for (const ref of refs) if (!newest || ref.committedAt > newest.committedAt) newest = ref;
  return newest?.name ?? null;
}

function readRef(line: Buffer, prefixes: readonly string[]): GitRef | null {
  const [sha, type, seconds, symref] = line.toString("latin1").split("\0", FIELDS.length - 1) as [
    string,
    string,
    string,
    string,
  ];
  if (type !== "commit" || symref !== "") return null; // `origin/HEAD`, or a head that is no commit
  const full = line.subarray(line.lastIndexOf(0) + 1);
  const prefix = prefixes.find((start) => full.subarray(0, start.length).equals(Buffer.from(start)));
  if (prefix === undefined) return null;
  const nameBytes = Buffer.from(full.subarray(prefix.length));
  return { name: decodeName(nameBytes), nameBytes, sha: sha as Sha, committedAt: clampedTime(seconds) };
}

/** @returns whether `HEAD` names the branch of this line */
function isCurrent(line: Buffer): boolean {
  const end = line.lastIndexOf(0);
  return line[end - 1] === STAR;
}

/** What `HEAD` names where that is none of the listed branches. */
async function readHead(repository: GitRepository): Promise<{ name: string | null; detached: Sha | null }> {
  const target = await answer(repository, ["symbolic-ref", "--quiet", "HEAD"]);
  if (target === null) {
    const sha = await answer(repository, ["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]);
    return { name: null, detached: sha === null ? null : (sha.toString("latin1") as Sha) };
  }
  const prefix = repository.kind === "mirror" ? MIRROR_HEADS : "refs/heads/";
  const named = target.subarray(0, prefix.length).equals(Buffer.from(prefix));
  return { name: named ? decodeName(target.subarray(prefix.length)) : null, detached: null };
}

async function detachedRef(repository: GitRepository, sha: Sha): Promise<GitRef> {
  const seconds = await answer(repository, ["log", "-1", "--format=%ct", "HEAD"]);
  const nameBytes = Buffer.from("HEAD");
  return { name: "HEAD", nameBytes, sha, committedAt: clampedTime(seconds?.toString("latin1") ?? "") };
}

/** One line of output, or null when git answers with an exit status other than 0. */
async function answer(repository: GitRepository, args: readonly string[]): Promise<Buffer | null> {
  try {
    const output = await runGit(repository, args, { attempt: "read the current branch of" });
    return output.at(-1) === 10 ? output.subarray(0, -1) : output;
  } catch (error) {
    if (isTidemarkError(error, "git-failed")) return null;
    throw error;
  }
}

function* linesOf(output: Buffer): Generator<Buffer> {
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(10, start);
    yield output.subarray(start, end === -1 ? output.length : end);
    start = end === -1 ? output.length : end + 1;
  }
}

function requireMirror(repository: GitRepository): void {
  if (repository.kind !== "mirror") throw new TypeError("only a mirror is written to");
}
