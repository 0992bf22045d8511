// Looks for metric files that no rule names: few commits, few files, so that it costs next to nothing after an import.
import {
  type CandidateContent,
  groupPaths,
  holdsBenchmarkData,
  isBenchmarkScript,
  mayHoldFigures,
  mlflowStoreOf,
  rankCandidates,
} from "../domain/candidate-paths.ts";
import { MAX_FILE_BYTES } from "../domain/limits.ts";
import { namesPath } from "../domain/metric-paths.ts";
import type { MetricPath, Sha } from "../domain/model.ts";
import { readBlobs } from "../git/blobs.ts";
import type { GitRepository } from "../git/repository.ts";
import { type FilePreview, previewFiles } from "./file-preview.ts";
import { type RecentFile, recentFiles } from "./recent-files.ts";

/** Files that are read to see what they hold. */
const MAX_READ = 20;
/** Candidates that are kept: nobody chooses among more. */
const MAX_CANDIDATES = 10;
/** Scripts of one name that are looked into. */
const MAX_SCRIPTS = 3;

/** Files that may be metric files. */
export interface CandidateFile extends CandidateContent {
  /** how many paths the pattern names lately */
  readonly paths: number;
  /** the one that was read */
  readonly example: string;
  readonly adapter: string;
  readonly keys: readonly string[];
}

/** What was found. */
export interface FoundCandidates {
  /** the likeliest first */
  readonly candidates: readonly CandidateFile[];
  /** further patterns whose files may hold numbers: beyond the limits of what is read and kept */
  readonly others: number;
  /** paths of what is known, but not read yet: a history in a script, a store of runs */
  readonly recognised: readonly string[];
}

/**
 * Looks for candidates in the newest commits of some branches.
 * @param search.tips of the branches, as `recentTips()` gives them
 * @param search.rules all of the repository: what one names is no candidate, also when it is off
 * @throws TidemarkError those of `recentFiles()` and `readBlobs()`
 */
export async function findCandidates(
  repository: GitRepository,
  search: { readonly tips: readonly Sha[]; readonly rules: readonly MetricPath[]; readonly signal?: AbortSignal },
): Promise<FoundCandidates> {
  const { tips, rules, signal } = search;
  const isNamed = namesPath(rules);
  const wants = (path: string): boolean =>
    (mayHoldFigures(path) || isBenchmarkScript(path) || mlflowStoreOf(path) !== null) && !isNamed(path);
  const files = await recentFiles(repository, { tips, wants, ...(signal ? { signal } : {}) });
  const all = groupPaths(files.filter(({ path }) => mayHoldFigures(path)));
  const groups = all.slice(0, MAX_READ);
  const examples = groups.map(({ paths }) => paths[0] as RecentFile);
  const previews = await previewFiles(repository, examples, signal);
  const contents = groups.map(({ pattern, versions, paths }, index): CandidateFile => {
    const { path, adapter, numbers, values, keys } = previews[index] as FilePreview;
    return { pattern, versions, paths: paths.length, example: path, adapter, numbers, values, keys };
  });
  const ranked = rankCandidates(contents);
  const candidates = ranked.slice(0, MAX_CANDIDATES);
  return {
    candidates,
    others: all.length - groups.length + ranked.length - candidates.length,
    recognised: await recognise(repository, files, signal),
  };
}

async function recognise(
  repository: GitRepository,
  files: readonly RecentFile[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const stores = new Set(files.flatMap(({ path }) => mlflowStoreOf(path) ?? []));
  const scripts = files
    .filter(({ path }) => isBenchmarkScript(path))
    .sort((a, b) => b.versions - a.versions)
    .slice(0, MAX_SCRIPTS);
  const byOid = new Map(scripts.map(({ oid, path }) => [oid, path]));
  const found: string[] = [];
  const query = { maxBytes: MAX_FILE_BYTES, ...(signal ? { signal } : {}) };
  for await (const blob of readBlobs(repository, [...byOid.keys()], query)) {
    if ("missing" in blob) continue;
    const path = byOid.get(blob.oid) as string;
    // one that is too large to be looked into has grown with every commit: no other data.js does
    if (blob.bytes === null || holdsBenchmarkData(Buffer.from(blob.bytes.subarray(0, 256)).toString("utf8")))
      found.push(path);
  }
  return [...found.sort(), ...[...stores].sort()];
}
