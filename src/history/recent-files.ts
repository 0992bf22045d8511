// Files that changed in the newest commits of the branches where figures are kept, without reading any of them.
import { branchMatcher } from "../domain/branch-choice.ts";
import type { Sha } from "../domain/model.ts";
import { readChanges } from "../git/changes.ts";
import { listCommits } from "../git/commits.ts";
import { listRefs } from "../git/refs.ts";
import type { GitRepository } from "../git/repository.ts";
import { listTree } from "../git/trees.ts";
import { isDataBranch } from "./plan.ts";

/** Commits of each branch that are looked at: what did not change in them is not what people follow. */
export const RECENT_COMMITS = 200;
/** Data branches that are looked at beside the default branch, the newest first. */
const MAX_DATA_BRANCHES = 8;
/** Paths that are collected: 150 bytes each with their first versions; a store of runs in files has 30,000. */
const MAX_PATHS = 100_000;

/** Time that the changes of one branch may take, in ms: a site of 10,000 pages that is built anew at each push has millions. */
const MAX_BRANCH_MS = 5_000;

/** A file that is there now, and how often it changed lately. */
export interface RecentFile {
  readonly path: string;
  /** distinct versions in the commits that were looked at, at least 1 */
  readonly versions: number;
  /** the newest one */
  readonly oid: Sha;
}

/** Which files are wanted, and of which branches. */
export interface RecentQuery {
  /** heads of branches; an earlier one decides what a file's newest version is */
  readonly tips: readonly Sha[];
  readonly wants: (path: string) => boolean;
  /** whether files that did not change in these commits are wanted too */
  readonly all?: boolean;
  readonly signal?: AbortSignal;
  /** default MAX_BRANCH_MS */
  readonly branchMs?: number;
}

interface FoundFile {
  readonly oids: Set<Sha>;
  /** null while it is only known to be gone */
  newest: Sha | null;
}

/**
 * The branches on which projects keep figures: the default one, then those of data, the newest first.
 * @param never names and patterns of branches that people excluded
 * @throws TidemarkError those of `listRefs()`
 */
export async function recentTips(repository: GitRepository, never: readonly string[] = []): Promise<Sha[]> {
  const { refs, head } = await listRefs(repository);
  const isExcluded = branchMatcher(never);
  const data = refs
    .filter(({ name }) => name !== head && isDataBranch(name) && !isExcluded(name))
    .sort((a, b) => b.committedAt - a.committedAt || (a.name < b.name ? -1 : 1));
  const main = refs.filter(({ name }) => name === head);
  return [...new Set([...main, ...data.slice(0, MAX_DATA_BRANCHES)].map(({ sha }) => sha))];
}

/**
 * Collects files by their changes in the newest 200 commits of each branch, or as many of them as can be read in 5 s. One
 * that is gone on every branch is left out.
 * @returns in no particular order
 * @throws TidemarkError those of `listCommits()`, `readChanges()` and `listTree()`
 */
export async function recentFiles(repository: GitRepository, query: RecentQuery): Promise<RecentFile[]> {
  const { tips, wants, all = false, signal, branchMs = MAX_BRANCH_MS } = query;
  const withSignal = signal ? { signal } : {};
  const files = new Map<string, FoundFile>();
  const fileAt = (path: string): FoundFile | null => {
    let file = files.get(path);
    if (file === undefined && files.size < MAX_PATHS) files.set(path, (file = { oids: new Set(), newest: null }));
    return file ?? null;
  };
  for (const tip of tips) {
    const newest = { tips: [tip], firstParent: true, limit: RECENT_COMMITS, ...withSignal };
    const shas = [...(await listCommits(repository, newest)).shasDown()];
    const seen = new Set<string>();
    const enough = AbortSignal.timeout(branchMs);
    await readChanges(repository, shas, {
      wants,
      processes: 1,
      signal: signal ? AbortSignal.any([signal, enough]) : enough,
      onCommit: (_, changes) => {
        for (const { path, kind, oid } of changes) {
          const file = kind === "submodule" ? null : fileAt(path);
          if (file === null) continue;
          if (!seen.has(path)) file.newest ??= kind === "file" ? oid : null;
          seen.add(path);
          if (kind === "file" && oid !== null) file.oids.add(oid);
        }
      },
    }).catch((error: unknown) => {
      if (!enough.aborted || signal?.aborted === true) throw error; // what was seen until then is what there is
    });
    if (!all) continue;
    for (const { path, kind, oid } of (await listTree(repository, tip, { wants, ...withSignal })).files) {
      const file = kind === "file" ? fileAt(path) : null;
      file?.oids.add(oid);
      if (file !== null) file.newest ??= oid;
    }
  }
  return [...files].flatMap(([path, { oids, newest }]) =>
    newest === null ? [] : [{ path, versions: oids.size, oid: newest }],
  );
}
