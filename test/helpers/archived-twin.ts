// One remote, followed twice: by a repository whose old commits are archived now and then, and by one that keeps all.
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import type { Archive } from "../../src/archive/archive.ts";
import { DuckDBEngine } from "../../src/archive/duckdb-engine.ts";
import { EngineArchive } from "../../src/archive/engine-archive.ts";
import { tidyArchive } from "../../src/archive/compaction.ts";
import { restoreRepository } from "../../src/archive/restore.ts";
import type { RepositoryId } from "../../src/domain/model.ts";
import { expireHistory, keptSince } from "../../src/ingest/expire-history.ts";
import { readBranchList } from "../../src/reads/branches.ts";
import { readColumnCatalogue } from "../../src/reads/column-catalogue.ts";
import { readColumnSeries } from "../../src/reads/column-series.ts";
import { openExport } from "../../src/reads/commit-export.ts";
import { readCommitPage } from "../../src/reads/commit-page.ts";
import { readMetricFiles } from "../../src/reads/metric-files.ts";
import { createReads, type Reads } from "../../src/reads/reads.ts";
import { readRepositoryView } from "../../src/reads/repository-list.ts";
import { readTagList } from "../../src/reads/tags.ts";
import { readWarnings } from "../../src/reads/warnings.ts";
import { nextPosition } from "../../src/store/commit.ts";
import { releaseLease, takeExpiredLease } from "../../src/store/lease.ts";
import { archiveIn, archiveNow, testArchiver } from "./archived-history.ts";
import { atticOf, moveToAttic } from "./attic.ts";
import type { IngestBench } from "./ingest-bench.ts";
import { plainPage, wholeText } from "./plain-page.ts";
import { pick, type Random } from "./seeded-random.ts";

/** One of the two. */
export interface Twin {
  readonly bench: IngestBench;
  readonly repository: RepositoryId;
  readonly archive: Archive;
  readonly reads: Reads;
  /** folder of an archive with an engine over it; null: an attic */
  readonly place: string | null;
  close(): Promise<void>;
}

const MOST_REMOVALS = 100;

/** Follows a remote with a worker, and reads, that see what is archived. */
export async function followTwin(bench: IngestBench, folder: string, engine: boolean): Promise<Twin> {
  const { database } = bench.database;
  // archivers tidy up for all repositories of an installation: it has one archive
  const place = join(bench.folder, "archive");
  const duckDb = engine
    ? new DuckDBEngine({ store: archiveIn(place), cacheFolder: join(bench.folder, `cache of ${basename(folder)}`) })
    : null;
  const archive = duckDb === null ? atticOf(bench.database) : new EngineArchive(database, duckDb);
  Object.assign(bench.deps, { archive });
  const repository = await bench.add({ folder });
  const reads = createReads(database, { archive, pageCacheBytes: 0 });
  const close = async (): Promise<void> => duckDb?.close();
  return { bench, repository, archive, reads, place: duckDb === null ? null : place, close };
}

const MARKS = `SELECT coalesce(archived_to, -1)::int AS "archivedTo", hot_from::int AS "hotFrom", archived_file::int AS file
  FROM git_repository WHERE id = $1`;

/** How far a repository is archived. */
export async function marksOf({ bench, repository }: Twin): Promise<{ archivedTo: number; hotFrom: number }> {
  const [row] = await bench.database.database.owner.query<{ archivedTo: number; hotFrom: number }>(MARKS, [repository]);
  return row ?? { archivedTo: -1, hotFrom: 0 };
}

const TOP = "SELECT coalesce(max(position), 0)::int AS top FROM git_commit WHERE repository_id = $1";

/** Archives something; at least one commit stays in Postgres. @returns what */
export async function archiveSome(twin: Twin, random: Random): Promise<string> {
  const { bench, repository, place } = twin;
  const { database } = bench.database;
  if (place !== null) return haveArchiverWork(twin, place, random);
  const { hotFrom, archivedTo } = await marksOf(twin);
  const [row] = await database.owner.query<{ top: number }>(TOP, [repository]);
  const least = Math.max(archivedTo + 1, hotFrom);
  const to = least + random(Math.max(1, (row?.top ?? 0) - least + 1));
  const from = hotFrom + random(to - hotFrom + 1);
  await moveToAttic(bench.database, bench.organization, repository, to, false);
  await moveToAttic(bench.database, bench.organization, repository, from);
  return `archive below ${to}, remove below ${from}`;
}

const STEPS = ["choose", "write", "upload", "verify", "publish", "published", "delete"] as const;

class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Something that archivers do, from beginning to end or until a step at which they are stopped. @returns what */
async function haveArchiverWork({ bench, repository }: Twin, place: string, random: Random): Promise<string> {
  const { database } = bench.database;
  const of = { organizationId: bench.organization, repositoryId: repository };
  const keep = 1 + random(6);
  const options = { keep, folder: place, deletes: random(4) > 0 };
  const stop = random(3) === 0 ? pick(random, STEPS) : null;
  const step = (now: string): void => {
    if (now === stop) throw new Stopped(now);
  };
  const deps = testArchiver(database, options, { step });
  const { signal } = new AbortController();
  const works: Readonly<Record<string, () => Promise<unknown>>> = {
    archive: () => archiveNow(database, of, options, { step }),
    tidy: () => tidyArchive(deps, signal, { smallBytes: 1e9, maxSmall: 1 }),
    restore: () => restoreRepository(deps, of, signal),
  };
  const name = pick(random, ["archive", "archive", "archive", "tidy", "tidy", "restore"]);
  try {
    await works[name]?.();
    return `${name} but ${keep}, ${options.deletes ? "rows go" : "rows stay"}`;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return `${name} but ${keep}, stopped before it would ${stop}`;
  }
}

/** Lets days go by, and has the worker remove what has been kept long enough. */
export async function daysGoBy({ bench, repository }: Twin, days: number): Promise<void> {
  const { owner, system } = bench.database.database;
  const back = `- ${days} * interval '1 day' WHERE repository_id = $1`;
  await owner.query(`UPDATE git_commit SET unreachable_since = unreachable_since ${back}`, [repository]);
  await owner.query(`UPDATE git_branch SET deleted_at = deleted_at ${back}`, [repository]);
  await owner.query(
    `UPDATE archived_commit SET unreachable = (
       SELECT jsonb_object_agg(key, to_jsonb(value::timestamptz - ${days} * interval '1 day')) FROM jsonb_each_text(unreachable))
     WHERE repository_id = $1 AND unreachable <> '{}'::jsonb`,
    [repository],
  );
  const time = keptSince(Date.now());
  for (let removals = 0; ; removals += 1) {
    const lease = await takeExpiredLease(system, "bench", time);
    if (lease === null) return;
    assert.ok(removals < MOST_REMOVALS, "what was removed is to be removed again");
    assert.ok(
      await expireHistory(bench.deps, lease, time, new AbortController().signal),
      "there was something to remove",
    );
    await bench.store.write((tx) => releaseLease(tx, lease));
  }
}

const COLUMNS = `SELECT to_jsonb(m) - 'organization_id' - 'repository_id' AS row FROM metric_column m
  WHERE repository_id = $1 ORDER BY path, key`;
const BRANCHES = `SELECT to_jsonb(b) - 'organization_id' - 'repository_id' - 'deleted_at' - 'head_facts' AS row
  FROM git_branch b WHERE repository_id = $1 ORDER BY number`;
const COMMITS = `SELECT to_jsonb(c) - 'organization_id' - 'repository_id' AS row FROM git_commit c
  WHERE repository_id = $1 AND position >= $2 ORDER BY position`;
const FILES = `SELECT number::int, path, encode(version, 'hex') AS oid FROM metric_file WHERE repository_id = $1
  UNION ALL
  SELECT u.number, path, encode(u.version, 'hex') FROM archived_version, unnest(numbers, versions) AS u(number, version)
  WHERE repository_id = $1 ORDER BY path, oid`;
const EVENTS = `SELECT heads, commits::int, files::int, warnings::int, state, source, task FROM event e WHERE repository_id = $1 ORDER BY id`;

interface Stored {
  readonly row: Readonly<Record<string, unknown>>;
}

/** @returns the position that the next commit gets */
export function nextOf({ bench, repository }: Twin): Promise<number> {
  return nextPosition(bench.store, repository);
}

/** All that is stored, wherever it is. */
export async function storedOf(twin: Twin): Promise<unknown> {
  const { bench, repository } = twin;
  const rows = <Row extends object>(sql: string, ...values: number[]): Promise<Row[]> =>
    bench.database.database.owner.query<Row>(sql, [repository, ...values]);
  const { hotFrom } = await marksOf(twin);
  const asked = { positions: new Set(Array.from({ length: hotFrom }).keys()), columns: new Map() };
  const of = { organization: bench.organization, repository };
  const brought = hotFrom === 0 ? null : await twin.archive.rows(of, asked, new AbortController().signal);
  const cold = (brought?.commits ?? []).toSorted((a, b) => a.position - b.position);
  const hot = (await rows<Stored>(COMMITS, hotFrom)).map(({ row }) => row);
  // numbers that were given once are never given again where something is archived
  const files = await rows<{ number: number; path: string; oid: string }>(FILES);
  const names = new Map(files.map(({ number, path, oid }) => [number, `${path} ${oid}`]));
  const named = (list: unknown): unknown =>
    Array.isArray(list) ? list.map((number) => names.get(number as number) ?? number) : list;
  return {
    commits: [...cold.map((commit) => ({ ...commit })), ...hot].map((row: Readonly<Record<string, unknown>>) => {
      const { unreachable_since: since, metric_file, baseline_file, returned_file, warned_file, ...facts } = row;
      const lists = [metric_file, baseline_file, returned_file, warned_file].map(named);
      const times = [facts["authored_at"], facts["committed_at"]].map((time) => Date.parse(String(time)));
      return { ...facts, authored_at: times[0], committed_at: times[1], lists, isReached: since === null };
    }),
    branches: (await rows<Stored>(BRANCHES)).map(({ row }) => row),
    columns: (await rows<Stored>(COLUMNS)).map(({ row }) => row),
    files: [...names.values()],
    events: await rows(EVENTS),
  };
}

/** When the two were told of something. */
const TIMES = /"(unreachableSince|deletedAt)":"[^"]*"/g;

function timeless(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer).replaceAll(TIMES, '"$1":""'));
}

/** What people see of it. */
export async function shownOf({ bench, repository, reads }: Twin): Promise<unknown> {
  const { organization } = bench;
  const branches = (await readBranchList(reads, organization, repository)).answer.branches;
  const catalogue = (await readColumnCatalogue(reads, organization, repository, { limit: 200 })).answer;
  const columns = catalogue.columns.map(({ id }) => id).slice(0, 6);
  const pages: unknown[] = [];
  const questions = [...branches.map(({ name }) => ({ branch: name, limit: 9 })), { view: "all" as const, limit: 200 }];
  for (const question of questions) {
    pages.push(
      plainPage(await wholeText(() => readCommitPage(reads, organization, repository, { columns, ...question }))),
    );
  }
  const { id: _, version: __, syncedAt: ___, ...view } = await readRepositoryView(reads, organization, repository);
  for (const column of columns) {
    for (const order of ["asc", "desc"] as const) {
      const sorted = { view: "all" as const, columns, sort: [column], order: [order], limit: 12 };
      pages.push(plainPage(await wholeText(() => readCommitPage(reads, organization, repository, sorted))));
    }
  }
  const where = columns[0] === undefined ? "warnings = 0" : `${JSON.stringify(columns[0])} < 2`;
  pages.push(
    plainPage(
      await wholeText(() =>
        readCommitPage(reads, organization, repository, { columns, view: "all", where, limit: 50 }),
      ),
    ),
  );
  const { lines } = await readColumnSeries(reads, organization, repository, { columns, branch: [], points: 100 });
  const whole = await openExport(reads, organization, repository, { format: "ndjson", columns: [], view: "all" });
  const exported = (await Array.fromAsync(whole.text)).join("");
  const shown = {
    lines,
    exported,
    branches: timeless(branches),
    pages: timeless(pages),
    view: timeless(view),
    tags: await readTagList(reads, organization, repository),
    warnings: (await readWarnings(reads, organization, repository)).answer,
    files: (await readMetricFiles(reads, organization, repository)).answer,
  };
  return { ...shown, catalogue: catalogue.columns };
}
