// What the newest commits of a line are compared with, where that lies below all of them: found by going down for it.
import { SAMPLED_VERSIONS } from "../domain/row-identity.ts";
import type { Reading, Sha } from "../domain/model.ts";
import { FileVersionReader, type WantedGroup, type WantedVersion } from "./file-versions.ts";
import {
  type BaselineRef,
  type FileVersion,
  type HistoryBatch,
  type HistoryCommit,
  versionKey,
  type VersionRef,
} from "./history-batch.ts";
import type { OlderCommits } from "./older-commits.ts";
import type { History } from "./open-history.ts";
import { parsePool } from "./parse-pool.ts";

/** Versions that are read at a time at most: each time twice as many, from one of each path. */
const MAX_STEP = 4_096;

/** The batch with what was found, and the commits that it names. */
export interface CompletedBatch {
  readonly batch: HistoryBatch;
  /** the commits at the positions -1, -2 and so on */
  readonly commitsBelow: readonly Sha[];
}

/** A version that an older commit brought in. */
interface OlderVersion extends VersionRef {
  /** the commit that put something else in its place; null: it stands at the top */
  readonly replacedBy: Sha | null;
  /** whether the file was away above it */
  readonly returned: boolean;
}

/** A path of which no version is known that a commit can be compared with. */
interface OpenPath {
  /** versions that were met, newest first: those in the commits themselves, then the older ones */
  readonly met: VersionRef[];
  /** the older ones that were not looked at */
  waiting: OlderVersion[];
  /** the commit whose change of the path was met last */
  changedBy: Sha | null;
  /** whether the file was met as deleted */
  wasAway: boolean;
}

/**
 * Adds the baselines that lie below the commits of a batch. Nothing is asked of Git where none is missing.
 * @param batch the newest commits of a line; the commit below them, at position 0, is where `older` begins
 * @param options.onlyUnread only those of files that could not be read
 * @throws TidemarkError those of `OlderCommits` and `FileVersionReader`
 */
export async function addOlderBaselines(
  history: History,
  batch: HistoryBatch,
  older: OlderCommits,
  { onlyUnread, signal }: { readonly onlyUnread: boolean; readonly signal?: AbortSignal },
): Promise<CompletedBatch> {
  const readings = new Map(batch.versions.map((version) => [versionKey(version), version.reading]));
  const open = new Map<string, OpenPath>();
  for (const commit of batch.commits) {
    for (const { path, file } of lacking(commit)) {
      const isUnread = file !== null && (readings.get(versionKey(file))?.problem ?? null) !== null;
      if (isUnread || !onlyUnread) open.set(path, { met: [], waiting: [], changedBy: null, wasAway: false });
    }
  }
  if (open.size === 0) return { batch, commitsBelow: [] };
  for (const { files } of batch.commits) for (const file of files) meet(open.get(file.path), file);
  const search = new Search(history, open, readings, signal);
  const found = await search.run(older);
  const commitsBelow = await commitsAbove(found, older);
  return {
    batch: completed(history, batch, found, search.added, commitsBelow),
    commitsBelow: [...commitsBelow.values()],
  };
}

/** The files of a commit, and those that it removed, that are compared with nothing. */
function* lacking(commit: HistoryCommit): Generator<{ readonly path: string; readonly file: VersionRef | null }> {
  for (const [index, file] of commit.files.entries())
    if (commit.baselines[index] === null) yield { path: file.path, file };
  for (const { path, baseline } of commit.removed) if (baseline === null) yield { path, file: null };
}

function isLacking(commit: HistoryCommit): boolean {
  return lacking(commit).next().done !== true;
}

function meet(open: OpenPath | undefined, { path, oid }: VersionRef): void {
  if (open === undefined || open.met.length >= SAMPLED_VERSIONS) return;
  if (!open.met.some((each) => each.oid === oid)) open.met.push({ path, oid });
}

/** Goes down a line until each path has a version that can be read, or there is nothing below. */
class Search {
  /** versions that were read and are compared with */
  readonly added: FileVersion[] = [];
  readonly #open: Map<string, OpenPath>;
  readonly #readings: Map<string, Reading>;
  readonly #signal: AbortSignal | undefined;
  readonly #reader: FileVersionReader;
  readonly #sizes = new Map<string, number>();
  readonly #found = new Map<string, OlderVersion>();
  /** versions of each path that are waited for before they are read, and paths that have fewer */
  #step = 1;
  #short: number;
  #waiting = 0;

  constructor(
    history: History,
    open: Map<string, OpenPath>,
    readings: Map<string, Reading>,
    signal: AbortSignal | undefined,
  ) {
    this.#open = open;
    this.#readings = readings;
    this.#signal = signal;
    this.#short = open.size;
    const { repository, matcher, identities, older } = history;
    this.#reader = new FileVersionReader(repository, matcher, identities, parsePool, older);
  }

  /** @returns by path the nearest version that has values */
  async run(older: OlderCommits): Promise<ReadonlyMap<string, OlderVersion>> {
    const paths = [...this.#open.keys()];
    for await (const { path, kind, oid, commit } of older.changes((each) => this.#open.has(each), paths)) {
      const open = this.#open.get(path);
      if (open === undefined) continue;
      if (kind === "file" && oid !== null) {
        open.waiting.push({ path, oid, replacedBy: open.changedBy, returned: open.wasAway });
        meet(open, { path, oid });
        this.#waiting += 1;
        if (open.waiting.length === this.#step) this.#short -= 1;
      }
      open.changedBy = commit;
      open.wasAway ||= kind === "deleted";
      if (this.#short === 0 || this.#waiting >= MAX_STEP) await this.#look();
      if (this.#open.size === 0) break;
    }
    if (this.#waiting > 0) await this.#look();
    return this.#found;
  }

  /** Reads the versions that wait, and lets go of the paths that one was found for. */
  async #look(): Promise<void> {
    await this.#read();
    for (const [path, open] of this.#open) {
      const readable = open.waiting.find((each) => this.#documentOf(each) !== null);
      open.waiting = [];
      if (readable === undefined) continue;
      this.#found.set(path, readable);
      this.#open.delete(path);
      const size = this.#sizes.get(versionKey(readable));
      const reading = this.#readings.get(versionKey(readable));
      if (size === undefined || reading === undefined) continue; // the commits have it themselves
      this.added.push({ path, oid: readable.oid, size, reading, lowest: 0 });
    }
    this.#step = Math.min(this.#step * 2, MAX_STEP);
    this.#short = this.#open.size;
    this.#waiting = 0;
  }

  async #read(): Promise<void> {
    const wanted: VersionRef[] = [];
    const groups: WantedGroup[] = [];
    const want = (refs: readonly VersionRef[], isSample: boolean): void => {
      const from = wanted.length;
      wanted.push(...refs);
      const versions = refs.map(({ path, oid }, index): WantedVersion => {
        return { id: from + index, path, oid, kind: "file", commit: -from - index };
      });
      if (versions.length > 0) groups.push({ versions, isSample });
    };
    for (const [path, { met, waiting }] of this.#open) {
      const unread = waiting.filter((each) => !this.#readings.has(versionKey(each)));
      const sample = unread.length > 0 && this.#reader.needsSample(path) ? met : [];
      want(sample, true);
      want(
        unread.filter(({ oid }) => !sample.some((each) => each.oid === oid)),
        false,
      );
    }
    for await (const { id, size, reading } of this.#reader.read(groups, this.#signal)) {
      const key = versionKey(wanted[id] as VersionRef);
      if (this.#readings.has(key)) continue;
      this.#readings.set(key, reading);
      this.#sizes.set(key, size);
    }
  }

  #documentOf(ref: VersionRef): Reading["document"] {
    return this.#readings.get(versionKey(ref))?.document ?? null;
  }
}

/** @returns by commit that took a version away: the one before it, which still has it; newest first */
async function commitsAbove(
  found: ReadonlyMap<string, OlderVersion>,
  older: OlderCommits,
): Promise<ReadonlyMap<Sha, Sha>> {
  const replacing = [...new Set([...found.values()].flatMap(({ replacedBy }) => replacedBy ?? []))];
  const before = new Map<Sha, Sha>();
  for await (const { sha, parents } of older.facts(replacing))
    if (parents[0] !== undefined) before.set(sha, parents[0]);
  return before;
}

function completed(
  history: History,
  batch: HistoryBatch,
  found: ReadonlyMap<string, OlderVersion>,
  added: readonly FileVersion[],
  commitsBelow: ReadonlyMap<Sha, Sha>,
): HistoryBatch {
  const order = [...commitsBelow.keys()];
  const wasAway = new Set<string>();
  const below = (path: string): BaselineRef | null => {
    const version = found.get(path);
    if (version === undefined) return null;
    const { oid, replacedBy } = version;
    const position = replacedBy === null ? 0 : -1 - order.indexOf(replacedBy);
    const returned = version.returned || wasAway.has(path) ? { returned: true as const } : {};
    return { version: { path, oid }, position, ...returned };
  };
  // from the oldest up: a file that was away at one of these commits comes back at a later one
  const commits = batch.commits.toReversed().map((commit): HistoryCommit => {
    if (!isLacking(commit)) {
      for (const path of deletedBy(history, commit)) wasAway.add(path);
      return commit; // many share their arrays
    }
    const removed = commit.removed.map(({ path, baseline }) => ({ path, baseline: baseline ?? below(path) }));
    // what left Git and is listed by a pointer file in the same commit was away in between
    for (const path of deletedBy(history, commit)) wasAway.add(path);
    const baselines = commit.baselines.map((known, index) => known ?? below(commit.files[index]?.path ?? ""));
    return { ...commit, baselines, removed };
  });
  const identities = new Map([...batch.identities, ...history.identities.takeChosen()]);
  return { commits: commits.toReversed(), versions: [...batch.versions, ...added], identities };
}

function deletedBy({ chain, table, firstPosition }: History, { position }: HistoryCommit): string[] {
  const versions = chain.nodesOf(position - firstPosition).map((node) => chain.versionOf(node));
  return versions.filter((version) => table.isDeleted(version)).map((version) => table.pathOf(version));
}
