// A person looks before choosing: which files a pattern names and what they hold, which names rows would get.
import { MAX_FILE_BYTES } from "../domain/limits.ts";
import { isLiteral, MetricPathMatcher, storedPattern, withBuiltIn } from "../domain/metric-paths.ts";
import type { MetricPath, OrganizationId, RepositoryId, RowIdentities, Sha } from "../domain/model.ts";
import type { ArrayView, RowNamesView } from "../domain/row-choice.ts";
import { TidemarkError } from "../errors.ts";
import { readPath } from "../git/blobs.ts";
import type { GitRepository } from "../git/repository.ts";
import { type FilePreview, previewFiles } from "../history/file-preview.ts";
import { recentFiles, recentTips } from "../history/recent-files.ts";
import { readRowChoice } from "../history/row-choice.ts";
import { readBranchChoice } from "../store/branch-choice.ts";
import { readMetricPaths, type StoredPaths } from "../store/metric-path.ts";
import { readStored, type StoredSourceDeps } from "./stored-source.ts";

/** Paths that are shown of what a pattern names, and those of them that are looked into. */
const MAX_SHOWN = 20;
const MAX_READ = 5;

/** A path that a pattern names. */
export interface MatchedPath {
  readonly path: string;
  /** distinct versions in the newest commits */
  readonly versions: number;
  /** the rule by which it is read already */
  readonly readBy: string | null;
  /** what its newest version holds; null for those that are not looked into */
  readonly content: FilePreview | null;
}

/** What a pattern names in the newest commits. */
export interface PatternPreview {
  /** as it would be stored */
  readonly pattern: string;
  readonly total: number;
  readonly versions: number;
  /** those of most versions first */
  readonly paths: readonly MatchedPath[];
}

/**
 * Looks for the files that a pattern names in the newest 200 commits of the default branch and of branches of data, and
 * as these branches are now.
 * @throws TidemarkError `bad-argument` for a pattern that cannot be stored; `repository-not-found`, and those of git
 */
export async function previewPattern(
  deps: StoredSourceDeps,
  organizationId: OrganizationId,
  { repository, pattern: typed }: { readonly repository: RepositoryId; readonly pattern: string },
): Promise<PatternPreview> {
  const pattern = storedPattern(typed);
  const rule: MetricPath = { pattern, source: "chosen", identity: null, enabled: true };
  const wanted = new MetricPathMatcher([rule]);
  const asked = { repository, attempt: "look for files of" };
  const { found, contents } = await readStored(deps, organizationId, asked, async (git) => {
    const tips = await recentTips(git, await excludedBranches(deps, organizationId, repository));
    const wants = (path: string): boolean => wanted.match(path) !== null;
    const files = await recentFiles(git, { tips, wants, all: isBounded(pattern) });
    files.sort((a, b) => b.versions - a.versions || (a.path < b.path ? -1 : 1));
    return { found: files, contents: await previewFiles(git, files.slice(0, MAX_READ)) };
  });
  const { rules } = await readMetricPaths(deps.database.web.in(organizationId), repository);
  const known = new MetricPathMatcher(withBuiltIn(rules));
  return {
    pattern,
    total: found.length,
    versions: found.reduce((sum, { versions }) => sum + versions, 0),
    paths: found.slice(0, MAX_SHOWN).map(({ path, versions }, index) => ({
      path,
      versions,
      readBy: known.match(path)?.pattern ?? null,
      content: contents[index] ?? null,
    })),
  };
}

/** Whether the files of a tree are worth being compared with a pattern: all patterns but one that names everything. */
function isBounded(pattern: string): boolean {
  return isLiteral(pattern) || /[^*?/]/.test(pattern);
}

/** An array of a file, and what names its rows now. */
export interface NamedArray extends Omit<ArrayView, "own"> {
  /** the fields; null: their position */
  readonly now: readonly string[] | null;
  /** who chose them: a person, the tool that wrote the file, Tidemark by what it found; null: nobody could */
  readonly by: "chosen" | "tool" | "inferred" | null;
}

/** What a person chooses from. */
export interface RowChoice {
  readonly path: string;
  readonly arrays: readonly NamedArray[];
  /** what the asked fields would give */
  readonly names: RowNamesView | null;
}

/** Whose rows are asked for. */
export interface RowsQuery {
  readonly repository: RepositoryId;
  readonly path: string;
  /** fields that may name the rows of one of its arrays; null: no names are wanted */
  readonly naming: { readonly array: string; readonly fields: readonly string[] } | null;
}

/**
 * Tells the arrays of a file's newest version, and the names that some fields would give to the rows of one of them.
 * @throws TidemarkError `file-not-found` when no branch of figures has it now, `file-unreadable`,
 *   `repository-not-found`, and those of git
 */
export async function readRows(
  deps: StoredSourceDeps,
  organizationId: OrganizationId,
  { repository, path, naming }: RowsQuery,
): Promise<RowChoice> {
  const asked = { repository, attempt: "look for the rows of" };
  const newest = await readStored(deps, organizationId, asked, async (git) => {
    const tips = await recentTips(git, await excludedBranches(deps, organizationId, repository));
    return newestVersion(git, tips, path);
  });
  const stored = await readMetricPaths(deps.database.web.in(organizationId), repository);
  const answer = await readRowChoice(newest, naming);
  if (answer === null) throw unreadableRows(path);
  const chosen = new MetricPathMatcher(withBuiltIn(stored.rules)).match(path)?.identity ?? {};
  const inferred = stored.identities.get(path);
  const arrays = answer.arrays.map(({ own, ...array }) => ({
    ...array,
    ...nowNamed({ own, ...array }, chosen, inferred),
  }));
  return { path, arrays, names: answer.names };
}

function nowNamed(
  { array, own }: ArrayView,
  chosen: RowIdentities,
  inferred: ReturnType<StoredPaths["identities"]["get"]>,
): Pick<NamedArray, "now" | "by"> {
  if (chosen[array] !== undefined) return { now: chosen[array], by: "chosen" };
  if (own !== null) return { now: own, by: "tool" };
  const found = inferred?.[array];
  return found === undefined || found.length === 0 ? { now: null, by: null } : { now: found, by: "inferred" };
}

async function excludedBranches(
  { database }: Pick<StoredSourceDeps, "database">,
  organizationId: OrganizationId,
  repository: RepositoryId,
): Promise<readonly string[]> {
  return (await readBranchChoice(database.web.in(organizationId), repository))?.choice.never ?? [];
}

async function newestVersion(
  git: GitRepository,
  tips: readonly Sha[],
  path: string,
): Promise<Parameters<typeof readRowChoice>[0]> {
  for (const tip of tips) {
    const reading = await readPath(git, tip, path, { maxBytes: MAX_FILE_BYTES });
    if (reading !== null && !("missing" in reading) && reading.bytes !== null)
      return { path, oid: reading.oid, bytes: reading.bytes };
  }
  throw new TidemarkError("file-not-found", {
    attempt: "look for the rows of",
    value: path,
    found: "no such file on the default branch or a branch of data, or one that is too large",
    wanted: "a file that is there now",
  });
}

function unreadableRows(path: string): TidemarkError {
  return new TidemarkError("file-unreadable", {
    attempt: "look for the rows of",
    value: path,
    found: "a newest version that cannot be read",
    wanted: "one that can: its commit's page says what is wrong",
  });
}
