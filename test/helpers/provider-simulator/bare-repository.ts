// Refs and commits of a bare repository of the simulator: read before and after a push, or written by the simulator itself.
import { git, gitBytes } from "../git-history.ts";

/** No object: what a ref was before it was made, and is after it was deleted. */
export const ZEROS = "0".repeat(40);

/** One commit as payloads list it. */
export interface PushedCommit {
  readonly id: string;
  readonly message: string;
  readonly timestamp: string;
  readonly author: { readonly name: string; readonly email: string };
}

/** What a push did to one ref. */
export interface RefUpdate {
  /** whole: "refs/heads/main" */
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly forced: boolean;
  /** oldest first, at most MAX_COMMITS */
  readonly commits: readonly PushedCommit[];
  readonly total: number;
}

/** Commits that any payload lists at most: GitHub's figure. */
const MAX_COMMITS = 2_048;

/** All branches and tags by their whole name. */
export function refsOf(folder: string): Map<string, string> {
  const lines = git(folder, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags").split("\n");
  return new Map(lines.filter((line) => line !== "").map((line) => [line.slice(41), line.slice(0, 40)]));
}

/** What changed between two looks, in order of names. */
export function updatesBetween(
  folder: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): RefUpdate[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const changed = names.filter((name) => before.get(name) !== after.get(name));
  return changed.map((ref) =>
    updateOf(folder, ref, before.get(ref) ?? ZEROS, after.get(ref) ?? ZEROS, [...before.values()]),
  );
}

function updateOf(folder: string, ref: string, before: string, after: string, known: readonly string[]): RefUpdate {
  if (after === ZEROS) return { ref, before, after, forced: false, commits: [], total: 0 };
  const from = before === ZEROS ? known : [before];
  const range = [after, "--not", ...new Set(from)];
  const total = Number(git(folder, "rev-list", "--count", ...range));
  const text = git(
    folder,
    "log",
    "--reverse",
    `--max-count=${MAX_COMMITS}`,
    "--format=%H%x00%cI%x00%an%x00%ae%x00%B%x01",
    ...range,
  );
  const commits = text.split("\u0001").filter((part) => part.trim() !== "");
  return {
    ref,
    before,
    after,
    forced: before !== ZEROS && ref.startsWith("refs/heads/") && !isAncestor(folder, before, after),
    total,
    commits: commits.map((part) => {
      const [id = "", timestamp = "", name = "", email = "", message = ""] = part.trimStart().split("\0");
      return { id, timestamp, message, author: { name, email } };
    }),
  };
}

function isAncestor(folder: string, before: string, after: string): boolean {
  try {
    git(folder, "merge-base", "--is-ancestor", before, after);
    return true;
  } catch {
    return false;
  }
}

/** A commit that the simulator writes itself. */
export interface WrittenCommit {
  /** path and whole content; null removes the file */
  readonly files: Readonly<Record<string, string | null>>;
  readonly message: string;
  /** seconds since 1970 */
  readonly at: number;
}

/**
 * Writes commits one after the other with one fast-import.
 * @param parent of the first: an object id, null for none, undefined for the branch's head. Another one is a force-push.
 * @returns the last one's id
 */
export function writeCommits(
  folder: string,
  branch: string,
  commits: readonly WrittenCommit[],
  parent?: string | null,
): string {
  const ref = `refs/heads/${branch}`;
  const head = parent === undefined ? (refsOf(folder).get(ref) ?? null) : parent;
  const parts: (string | Buffer)[] = [`reset ${ref}\n${head === null ? "" : `from ${head}\n`}\n`];
  for (const { files, message, at } of commits) {
    parts.push(`commit ${ref}\ncommitter Ada <ada@example.org> ${at} +0000\n`, ...data(message));
    for (const [path, content] of Object.entries(files)) {
      if (content === null) parts.push(`D ${path}\n`);
      else parts.push(`M 100644 inline ${path}\n`, ...data(content));
    }
    parts.push("\n");
  }
  const input = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  gitBytes(folder, ["fast-import", "--quiet", "--force", "--date-format=raw"], input);
  return git(folder, "rev-parse", ref);
}

function data(text: string): (string | Buffer)[] {
  const bytes = Buffer.from(text);
  return [`data ${bytes.length}\n`, bytes, "\n"];
}

/** Makes or moves a tag (to a commit, lightweight), or a branch; null deletes it. */
export function setRef(folder: string, ref: string, to: string | null): void {
  if (to === null) git(folder, "update-ref", "-d", ref);
  else git(folder, "update-ref", ref, to);
}
