// One number for all branches and tags of a repository: whether anything moved is known without keeping them.
import { createHash } from "node:crypto";
import type { Sha } from "../domain/model.ts";
import { decodeName } from "./names.ts";
import { type RefList } from "./refs.ts";
import type { RemoteRefs } from "./remote.ts";
import type { GitRepository } from "./repository.ts";
import { runGit } from "./run.ts";

/** What a look at a repository's refs sees. */
export interface SeenRefs {
  /** heads of its branches by short name; of a folder also `origin/*` by its full one */
  readonly heads: ReadonlyMap<string, Sha>;
  /** as RemoteRefs has them; of a folder by name and object */
  readonly tags: readonly { readonly name: string; readonly sha: string }[];
  /** the branch that `HEAD` names, or the commit of a detached one; null: neither */
  readonly head: string | null;
}

const DIGEST_BYTES = 32;

/** @returns 64 bytes: a digest of branches and tags, and one of what `HEAD` names, which no webhook tells of */
export function refsDigest({ heads, tags, head }: SeenRefs): Buffer {
  const lines = [...heads].map(([name, sha]) => `${sha} heads ${name}`);
  for (const { name, sha } of tags) lines.push(`${sha} tags ${name}`);
  const refs = createHash("sha256").update(lines.sort().join("\n"));
  return Buffer.concat([
    refs.digest(),
    createHash("sha256")
      .update(head ?? "\n")
      .digest(),
  ]);
}

/** @returns whether two digests are of the same branches and tags, whatever `HEAD` names */
export function sameRefs(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one.subarray(0, DIGEST_BYTES), other.subarray(0, DIGEST_BYTES)) === 0;
}

/** @returns what a look at a remote sees */
export function seenAtRemote({ heads, tags, head }: RemoteRefs): SeenRefs {
  return { heads, tags: tags.tags, head: head !== null && heads.has(head) ? head : null };
}

/** @returns whether a mirror has just the branches that a look saw: one may move between the look and the fetch */
function hasHeads({ heads }: SeenRefs, { refs, truncated }: RefList): boolean {
  return !truncated && refs.length === heads.size && refs.every(({ name, sha }) => heads.get(name) === sha);
}

/** @returns the digest of the refs that were fetched; null where a look beside it may have seen others */
export function digestOf(seen: SeenRefs | null, git: GitRepository, refs: RefList): Buffer | null {
  return seen !== null && (git.kind === "local" || hasHeads(seen, refs)) ? refsDigest(seen) : null;
}

const FORMAT = "%(objectname)%00%(HEAD)%00%(refname)";
const PLACES = ["refs/heads/", "refs/remotes/origin/", "refs/tags/"];
/** What `for-each-ref` may write for a million refs, in bytes. */
const MAX_OUTPUT = 96 * 1024 * 1024;

/**
 * Looks at a folder's refs: one process that opens no object.
 * @throws TidemarkError `repository-corrupt`, `git-failed`
 */
export async function seenInFolder(folder: GitRepository): Promise<SeenRefs> {
  const attempt = "look at the branches of";
  const listing = ["for-each-ref", `--format=${FORMAT}`, ...PLACES];
  const output = await runGit(folder, listing, { attempt, maxBytes: MAX_OUTPUT });
  const heads = new Map<string, Sha>();
  const tags: { name: string; sha: string }[] = [];
  let head: string | null = null;
  for (const line of output.toString("latin1").split("\n")) {
    const [sha = "", star = "", ref = ""] = line.split("\0");
    if (ref.startsWith("refs/tags/")) tags.push({ name: ref, sha });
    else if (ref !== "") heads.set(shortName(ref), sha as Sha);
    if (star === "*") head = shortName(ref);
  }
  // of a build machine's checkout there may be nothing but a commit
  if (heads.size === 0) head = await detachedHead(folder);
  return { heads, tags, head };
}

function shortName(ref: string): string {
  return decodeName(Buffer.from(ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : ref, "latin1"));
}

async function detachedHead(folder: GitRepository): Promise<string> {
  const call = { attempt: "read the current commit of" };
  const output = await runGit(folder, ["rev-parse", "--revs-only", "HEAD"], call);
  return output.toString("latin1").trim();
}
