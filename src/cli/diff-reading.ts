// Reads the two commits that `tidemark diff` compares, and what each of their columns holds.
import { BUILT_IN_PATHS } from "../domain/metric-paths.ts";
import type {
  CatalogueColumn,
  CommitFacts,
  FlatDocument,
  MetricPath,
  RowIdentities,
  Sha,
  Warning,
} from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { TidemarkError } from "../errors.ts";
import type { GitRepository } from "../git/repository.ts";
import { findCommit, mergeBase } from "../git/revisions.ts";
import { ColumnCatalogue } from "../history/column-catalogue.ts";
import type { HistoryCommit, VersionRef } from "../history/history-batch.ts";
import { type Newest, readNewest } from "../history/newest.ts";
import { findBranch } from "./branch-tip.ts";
import type { DiffOptions } from "./diff-options.ts";
import { HeldVersions } from "./held-versions.ts";
import { tooManyFiles } from "./problems.ts";
import { noMetricFiles } from "./reading.ts";

/** A file of one of the commits that could not be read there. */
export interface UnreadFile {
  readonly path: string;
  readonly problem: Warning;
  /** the commit whose version is compared instead; null: there is none, and none of its values is known */
  readonly instead: Sha | null;
}

/** One of the two commits. */
export interface DiffSide {
  readonly facts: CommitFacts;
  /** by path */
  readonly documents: ReadonlyMap<string, FlatDocument>;
  readonly unread: readonly UnreadFile[];
  /** the first by path of the files that were too many to be read; null: all were */
  readonly unreadFrom: string | null;
}

/** Both, and the columns of both. */
export interface DiffReading {
  /** null: the commit has no parent, so everything in it is new */
  readonly from: DiffSide | null;
  readonly to: DiffSide;
  /** how the first of them was found */
  readonly kind: DiffOptions["range"]["kind"];
  readonly columns: readonly CatalogueColumn[];
}

/**
 * Finds the two commits and reads their metric files, by the same rules and with the same names of rows. A version of
 * the first that cannot be read is replaced by the nearest one below it that can, as for every baseline.
 * @throws TidemarkError `commit-not-found`, `no-metric-files`, and those of reading a repository
 */
export async function readDiff(
  repository: GitRepository,
  { range, paths }: DiffOptions,
  signal: AbortSignal,
): Promise<DiffReading> {
  const to = await endOf(repository, range);
  const chosen = { paths: paths ?? BUILT_IN_PATHS, onlyPaths: paths !== null };
  const rules = { ...chosen, likeWholeLine: true, olderBaselines: "of-unread", signal } as const;
  const read = (tip: Sha, more: Partial<Rules> = {}): Promise<Newest> =>
    readNewest(repository, { tip, ...rules, ...more });
  let newest = await read(to);
  const from = await startOf(repository, range, newest.batch.commits[0] as HistoryCommit);
  let older: Newest | null = null;
  if (from !== null && !newest.batch.commits.some(({ facts }) => facts.sha === from)) {
    older = await read(from, { paths: newest.paths, identities: newest.batch.identities });
    // what only older versions of dvc.yaml declare holds for both
    const identities = new Map([...older.batch.identities, ...newest.batch.identities]);
    if (older.paths.length > newest.paths.length) newest = await read(to, { paths: older.paths, identities });
  }
  const [a, b] = [from === null ? null : sideOf(older ?? newest, from, true), sideOf(newest, to, false)];
  if (b.files === 0 && (a === null || a.files === 0)) {
    const where = { title: a === null ? "this commit" : "either commit" };
    throw noMetricFiles(where, { place: repository.name, paths, count: 0, view: "line" }, 0);
  }
  return { from: a, to: b, kind: range.kind, columns: columnsOf(a, b) };
}

interface Rules {
  readonly paths: readonly MetricPath[];
  readonly identities: ReadonlyMap<string, RowIdentities>;
}

async function endOf(repository: GitRepository, range: DiffOptions["range"]): Promise<Sha> {
  return range.kind === "baseline" || range.to === null ? headOf(repository) : findCommit(repository, range.to);
}

async function headOf(repository: GitRepository): Promise<Sha> {
  return (await findBranch(repository, null)).tip;
}

async function startOf(
  repository: GitRepository,
  range: DiffOptions["range"],
  { facts }: HistoryCommit,
): Promise<Sha | null> {
  if (range.kind === "baseline") return facts.parents[0] ?? null;
  const named = range.from === null ? await headOf(repository) : await findCommit(repository, range.from);
  if (range.kind === "two") return named;
  const base = await mergeBase(repository, named, facts.sha);
  if (base !== null) return base;
  const shown = escapeControls(`${range.from ?? "HEAD"}...${range.to ?? "HEAD"}`);
  const found = repository.shallow ? "none in this shallow clone" : "none";
  const wanted = repository.shallow
    ? "a clone with its whole history (git fetch --unshallow)"
    : "two commits that share a history";
  throw new TidemarkError("commit-not-found", { attempt: "find the merge base of", value: shown, found, wanted });
}

/** A commit with what it holds, and what the catalogue needs to know of it. */
interface ReadSide extends DiffSide {
  readonly held: HeldVersions;
  readonly refs: readonly VersionRef[];
  readonly versions: Newest["batch"]["versions"];
  readonly files: number;
}

/** @param hasBaselines whether an older version stands in for one that cannot be read */
function sideOf({ batch, shaAt }: Newest, sha: Sha, hasBaselines: boolean): ReadSide {
  const commit = batch.commits.find(({ facts }) => facts.sha === sha) as HistoryCommit;
  const held = new HeldVersions();
  held.add(batch.versions);
  const documents = new Map<string, FlatDocument>();
  const refs: VersionRef[] = [];
  const unread: UnreadFile[] = [];
  commit.files.forEach((file, index) => {
    const problem = held.readingOf(file)?.problem ?? null;
    const baseline = problem !== null && hasBaselines ? (commit.baselines[index] ?? null) : null;
    if (problem !== null)
      unread.push({ path: file.path, problem, instead: baseline === null ? null : shaAt(baseline.position) });
    const ref = baseline?.version ?? file;
    const document = held.documentOf(ref);
    if (document === null) return;
    documents.set(file.path, document);
    refs.push(ref);
  });
  const { unreadFrom } = commit;
  if (unreadFrom !== null) unread.push({ path: unreadFrom, problem: tooManyFiles(unreadFrom), instead: null });
  return {
    facts: commit.facts,
    documents,
    unread,
    unreadFrom,
    held,
    refs,
    versions: batch.versions,
    files: commit.files.length,
  };
}

/** All columns of both: the newer one says what they are and in which order they stand. */
function columnsOf(from: ReadSide | null, to: ReadSide): CatalogueColumn[] {
  const catalogue = new ColumnCatalogue({ newestPosition: 1 });
  const sides = [...(from === null ? [] : [{ side: from, position: 0 }]), { side: to, position: 1 }];
  const commits = sides.map(({ side, position }) => ({
    position,
    files: side.refs,
    baselines: side.refs.map(() => null),
  }));
  const used = sides.flatMap(({ side }) =>
    side.versions.filter(({ path, oid }) => side.refs.some((ref) => ref.path === path && ref.oid === oid)),
  );
  catalogue.add(commits, used);
  return catalogue.columns({ marksAsTexts: true });
}
