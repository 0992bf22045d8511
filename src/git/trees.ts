// The files of one commit.
import type { Sha } from "../domain/model.ts";
import { PathFilter } from "./path-filter.ts";
import { oidLength, type GitRepository } from "./repository.ts";
import { streamGit } from "./run.ts";

/** A file of a tree. */
export interface TreeFile {
  readonly path: string;
  readonly oid: Sha;
  readonly kind: "file" | "symlink" | "submodule";
}

/** Entries of one tree that are read unless told otherwise: ten times the largest trees that people work with. */
const MAX_TREE_ENTRIES = 1_000_000;

/**
 * Lists the wanted files of a commit, in the order of their bytes.
 * @param options.maxEntries entries that are looked at (wanted or not); a tree with more is cut off and `truncated`
 * @throws TidemarkError `repository-corrupt`
 */
export async function listTree(
  repository: GitRepository,
  sha: Sha,
  options: { wants: (path: string) => boolean; maxEntries?: number; signal?: AbortSignal },
): Promise<{ files: TreeFile[]; truncated: boolean }> {
  const filter = new PathFilter(options.wants);
  const most = options.maxEntries ?? MAX_TREE_ENTRIES;
  const files: TreeFile[] = [];
  const hex = oidLength(repository);
  const args = ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", requireSha(sha)];
  const { stdout } = streamGit(repository, args, { attempt: "list the files of", signal: options.signal });
  let entries = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stdout) {
    const buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let start = 0;
    for (let end = buffer.indexOf(0); end !== -1; end = buffer.indexOf(0, start)) {
      entries += 1;
      if (entries > most) return { files, truncated: true };
      const tab = buffer.indexOf(9, start);
      const path = filter.pathOnce(buffer, tab + 1, end);
      if (path !== null)
        files.push({ path, kind: kindOf(buffer, start), oid: buffer.toString("latin1", tab - hex, tab) as Sha });
      start = end + 1;
    }
    rest = buffer.subarray(start);
  }
  return { files, truncated: false };
}

/** Modes as in `changes.ts`: the second digit tells symlinks and submodules. */
function kindOf(buffer: Buffer, at: number): TreeFile["kind"] {
  if (buffer[at + 1] === 0x32) return "symlink";
  return buffer[at + 1] === 0x36 ? "submodule" : "file";
}

/** An id that becomes an argument is checked: nothing else than hex digits gets there. @throws TypeError */
export function requireSha(sha: Sha): Sha {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(sha)) throw new TypeError("an object id is 40 or 64 hex digits");
  return sha;
}
