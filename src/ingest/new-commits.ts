// The commits that a push brought, read from git, with what is stored of the commits that they stand on.
import type { MetricPath, RowIdentities, Sha } from "../domain/model.ts";
import type { GitRepository } from "../git/repository.ts";
import { batches } from "../history/batches.ts";
import type { FileVersion, HistoryCommit } from "../history/history-batch.ts";
import { openNewCommits } from "../history/new-commits.ts";
import type { StoredBranch } from "../store/branch.ts";
import { readArchivedVersions } from "../store/archived-version.ts";
import { findCommits, nextPosition, readCommitShas } from "../store/commit.ts";
import { unreachableCommits } from "../store/commit-line.ts";
import { readReadableFiles, type StoredFile } from "../store/metric-file.ts";
import { readMetricPaths } from "../store/metric-path.ts";
import type { BranchChanges } from "./branch-changes.ts";
import { storedBase } from "./stored-base.ts";
import type { StoredPast } from "../archive/stored-past.ts";

/** What a push brought. */
export interface NewCommits {
  readonly firstPosition: number;
  /** by falling position; `line` is not known yet */
  readonly commits: readonly HistoryCommit[];
  /** every version that they use, as file or as baseline */
  readonly versions: readonly FileVersion[];
  readonly identities: ReadonlyMap<string, RowIdentities>;
  /** positions of the stored commits that they stand on */
  readonly storedParents: readonly number[];
  /** rules that `dvc.yaml` declares and that are not stored */
  readonly newRules: readonly MetricPath[];
  readonly notices: readonly string[];
}

const NOTHING: Omit<NewCommits, "firstPosition"> = {
  commits: [],
  versions: [],
  identities: new Map(),
  storedParents: [],
  newRules: [],
  notices: [],
};

/** Where the new commits are. */
export interface NewCommitsQuery {
  readonly stored: readonly StoredBranch[];
  readonly changes: BranchChanges;
  readonly signal: AbortSignal;
}

/**
 * Reads the commits that the branches reach and that are not stored. A file that comes back after it was gone is
 * compared with what it was before; that is looked up only when there is such a file, by reading a second time.
 */
export async function readNewCommits(
  past: StoredPast,
  git: GitRepository,
  query: NewCommitsQuery,
): Promise<NewCommits> {
  const first = await readOnce(past, git, query, []);
  const returned = await returnedFiles(past, first);
  return returned.length === 0 ? first : readOnce(past, git, query, returned);
}

async function readOnce(
  past: StoredPast,
  git: GitRepository,
  { stored, changes, signal }: NewCommitsQuery,
  returned: readonly StoredFile[],
): Promise<NewCommits> {
  const { reader, repository } = past;
  const [firstPosition, { rules, identities }, unreached] = await Promise.all([
    nextPosition(reader, repository),
    readMetricPaths(reader, repository),
    unreachableCommits(reader, repository).then((positions) => readCommitShas(reader, repository, positions)),
  ]);
  // what a branch has that is not listed is stored, and a mirror that was fetched anew does not have it
  const live = changes.branches.filter(({ number, state }) => state === "live" && !changes.missing.has(number));
  const source = {
    tips: live.map(({ head }) => head),
    firstPosition,
    paths: rules,
    identities,
    signal,
    baseOf: (sha: Sha) => storedBase(past, sha, returned),
  };
  const known = [...stored.map(({ head }) => head), ...unreached];
  let history = await openNewCommits(git, { ...source, known });
  // Git stops looking for what is known where dates are wrong: what it lists all the same is named to it one by one.
  for (let again = history; again !== null; history = again) {
    const there = await findCommits(reader, repository, [...again.graph.shas()]);
    if (there.length === 0) break;
    known.push(...there.map(({ sha }) => sha));
    again = await openNewCommits(git, { ...source, known });
  }
  if (history === null) return { ...NOTHING, firstPosition };
  const commits: HistoryCommit[] = [];
  const versions: FileVersion[] = [];
  const chosen = new Map<string, RowIdentities>();
  for await (const batch of batches(history, { signal })) {
    commits.push(...batch.commits);
    versions.push(...batch.versions);
    for (const [path, identity] of batch.identities) chosen.set(path, identity);
  }
  const patterns = new Set(rules.map(({ pattern }) => pattern));
  return {
    firstPosition,
    commits,
    versions,
    identities: chosen,
    storedParents: await storedParents(past, commits),
    newRules: history.paths.filter(({ pattern }) => !patterns.has(pattern)),
    notices: history.notices,
  };
}

/** Stored versions of the files that have nothing to be compared with, as far as the new commits know. */
async function returnedFiles(
  { reader, repository }: StoredPast,
  { commits }: NewCommits,
): Promise<readonly StoredFile[]> {
  const paths = new Set<string>();
  for (const { files, baselines } of commits) {
    files.forEach(({ path }, index) => {
      if (baselines[index] === null) paths.add(path);
    });
  }
  if (paths.size === 0) return [];
  const hot = await readReadableFiles(reader, repository, [...paths]);
  const others = await readArchivedVersions(reader, repository, [...paths]);
  return [...hot, ...others.map((version) => ({ ...version, readable: true, warned: false }))];
}

async function storedParents({ reader, repository }: StoredPast, commits: readonly HistoryCommit[]): Promise<number[]> {
  const isNew = new Set(commits.map(({ facts }) => facts.sha));
  const outside = new Set(commits.flatMap(({ facts }) => facts.parents).filter((sha) => !isNew.has(sha)));
  return (await findCommits(reader, repository, [...outside])).map(({ position }) => position);
}
