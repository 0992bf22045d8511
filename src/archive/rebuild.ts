// Writes segments anew from their own objects: with the lines of today, without commits that are gone, several in one object.
import { join } from "node:path";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { readArchiveColumnHeads } from "../store/archive-column.ts";
import { putObject, retireObjects, takeSegmentsOut } from "../store/archive-manifest.ts";
import { beginRun, endRun, publishRun, readArchiveState, runOvertaken, type RunTask } from "../store/archive-run.ts";
import type { OrganizationStore, Transaction } from "../store/database.ts";
import type { Lease } from "../store/lease.ts";
import { underArchiveLease } from "./archive-lease.ts";
import { type ArchiverDeps, endFailed } from "./archive-run.ts";
import { copyToParquet, parquetTable } from "./parquet.ts";
import type { ObjectKind } from "./query-engine.ts";
import { checkRebuilt, rebuiltQuery } from "./rebuild-check.ts";
import { keptFacts, rangeOf, type RebuildPart, stageKept } from "./rebuild-kept.ts";
import type { WrittenObject } from "./segment-writer.ts";
import { StagedRows } from "./staged-rows.ts";
import { OBJECT_KINDS } from "./tables.ts";
import { nameObjects, readBack, upload, type UploadedObject } from "./upload.ts";
import { finishedFile, openWorkRoom, type WorkRoom } from "./work-room.ts";

/** Segments that come into the same objects: of one team and one bucket. */
export interface Rebuilding {
  readonly organizationId: OrganizationId;
  readonly task: Exclude<RunTask, "archive">;
  readonly parts: readonly RebuildPart[];
}

interface Run {
  readonly deps: ArchiverDeps;
  readonly store: OrganizationStore;
  readonly room: WorkRoom;
  readonly id: string;
  readonly parts: readonly RebuildPart[];
  readonly signal: AbortSignal;
}

/**
 * Writes segments anew, verifies them against what they were, and puts them in place of those.
 * @throws what a step met: everything is as it was then
 */
export async function rebuildSegments(
  deps: ArchiverDeps,
  { organizationId, task, parts }: Rebuilding,
  signal: AbortSignal,
): Promise<void> {
  const store = deps.database.worker.in(organizationId);
  const [one] = parts;
  if (one === undefined) return;
  const range = rangeOf(one);
  const id = await store.write((tx) => beginRun(tx, { repositoryId: one.repositoryId, task, ...range }));
  const room = await openWorkRoom(deps.workFolder, signal);
  try {
    await runSteps({ deps, store, room, id, parts, signal }, organizationId);
    const repositories = parts.map(({ repositoryId }) => repositoryId);
    deps.log.info({ repositories, task }, "segments of the archive were written anew");
  } catch (error) {
    await endFailed({ store, id }, error);
    throw error;
  } finally {
    await room.close();
  }
}

async function runSteps(run: Run, organizationId: OrganizationId): Promise<void> {
  const { deps, store, room, id, parts, signal } = run;
  const [one] = parts as [RebuildPart];
  deps.step?.("write");
  const sources = await fetchSources(run);
  const facts = await stageKept(store, room.connection, parts);
  const kinds =
    (await isWhole(room, sources)) && parts.length === 1 && isOne(one) ? (["commits"] as const) : OBJECT_KINDS;
  const written: WrittenObject[] = [];
  for (const kind of kinds) written.push(await writeKind(run, kind, sources));
  deps.step?.("upload");
  const sending = {
    store,
    objects: deps.objects,
    room,
    run: id,
    repositoryId: one.repositoryId,
    ...rangeOf(one),
    now: deps.now(),
    signal,
  };
  const named = await nameObjects(sending, written);
  await upload(sending, named);
  deps.step?.("verify");
  const files = await readBack(sending, named);
  for (const kind of kinds) await checkRebuilt(room.connection, kind, sources, files[kind]);
  deps.step?.("publish");
  await publish(run, organizationId, { named, facts, rows: await rowsOf(room, files, kinds) });
  deps.step?.("published");
}

/** A single segment: when none of its commits is gone, its values and columns stay as they are. */
function isOne({ segments }: RebuildPart): boolean {
  return new Set(segments.map(({ first }) => first)).size === 1;
}

/** The objects of the segments as files, by kind. */
export type Sources = Readonly<Record<ObjectKind, readonly string[]>>;

async function fetchSources({ deps, room, parts, signal }: Run): Promise<Sources> {
  const sources: Record<ObjectKind, string[]> = { values: [], commits: [], columns: [] };
  const keys = new Set<string>();
  for (const { kind, key, sha256 } of parts.flatMap(({ segments }) => segments)) {
    if (keys.has(key)) continue;
    keys.add(key);
    const path = join(room.folder, `source-${keys.size}.parquet`);
    const found = await deps.objects.download(key, path, signal);
    if (found.sha256 !== sha256)
      throw new TidemarkError("archive-object-damaged", {
        attempt: "read the archive's object",
        value: key,
        found: `the SHA-256 ${found.sha256}`,
        wanted: sha256,
      });
    sources[kind].push(path);
  }
  return sources;
}

async function isWhole({ connection }: WorkRoom, sources: Sources): Promise<boolean> {
  const answer = await connection.runAndReadAll(`
    SELECT CAST((SELECT count(*) FROM kept) AS DOUBLE), CAST((SELECT count(*) FROM ${parquetTable("commits", sources.commits)} s
      WHERE EXISTS (SELECT 1 FROM (SELECT repository_id, min(position) AS first, max(position) AS last FROM kept GROUP BY ALL) k
        WHERE s.repository_id = k.repository_id AND s.position BETWEEN k.first AND k.last)) AS DOUBLE)`);
  const [row] = answer.getRowsJS();
  return row?.[0] !== 0 && row?.[0] === row?.[1];
}

async function writeKind(
  { store, room, parts, signal }: Run,
  kind: ObjectKind,
  sources: Sources,
): Promise<WrittenObject> {
  signal.throwIfAborted();
  const { connection, folder } = room;
  const path = join(folder, `${kind}.parquet`);
  if (kind === "columns") await stageColumns({ store, room, parts }, join(folder, "values.parquet"));
  await copyToParquet(
    connection,
    kind,
    kind === "columns" ? "SELECT * FROM staged_column" : rebuiltQuery(kind, sources),
    path,
  );
  const rows = await connection.runAndReadAll(`SELECT count(*) FROM ${parquetTable(kind, [path])}`);
  return { kind, rows: Number(rows.getRowsJS()[0]?.[0]), ...(await finishedFile(path)) };
}

async function stageColumns(
  { store, room, parts }: Pick<Run, "store" | "room" | "parts">,
  values: string,
): Promise<void> {
  const columns =
    "repository_id INTEGER, column_id INTEGER, path VARCHAR, key VARCHAR, kind VARCHAR, unit VARCHAR, goal VARCHAR";
  const rows = await StagedRows.open(room.connection, "staged_column", columns);
  for (const { repositoryId } of parts) {
    const used = await room.connection.runAndReadAll(
      `SELECT DISTINCT column_id FROM ${parquetTable("values", [values])} WHERE repository_id = ${repositoryId}`,
    );
    const numbers = used.getRowsJS().map(([number]) => Number(number));
    for (const { number, path, key, kind, unit, goal } of await readArchiveColumnHeads(store, repositoryId, numbers)) {
      rows.add(Number(repositoryId), number, path, key, kind, unit, goal);
    }
  }
  rows.close();
}

type RowCounts = ReadonlyMap<string, number>;

/** Rows of each kind and repository, as "kind id". */
async function rowsOf(
  { connection }: WorkRoom,
  files: Readonly<Record<ObjectKind, UploadedObject>>,
  kinds: readonly ObjectKind[],
): Promise<RowCounts> {
  const counts = new Map<string, number>();
  for (const kind of kinds) {
    const answer = await connection.runAndReadAll(
      `SELECT CAST(repository_id AS VARCHAR), CAST(count(*) AS DOUBLE) FROM ${parquetTable(kind, [files[kind].path])} GROUP BY 1`,
    );
    for (const [id, count] of answer.getRowsJS() as [string, number][]) counts.set(`${kind} ${id}`, count);
  }
  return counts;
}

interface Rebuilt {
  readonly named: readonly UploadedObject[];
  /** beside the parts: of keptFacts() */
  readonly facts: readonly string[];
  readonly rows: RowCounts;
}

async function publish(run: Run, organizationId: OrganizationId, rebuilt: Rebuilt): Promise<void> {
  const { deps, store, parts, signal } = run;
  const leases: Lease[] = [];
  /** Under the leases of all repositories, one within the other. */
  const under = async (rest: readonly RebuildPart[]): Promise<true | null> => {
    const [part, ...others] = rest;
    if (part === undefined) return store.write((tx) => swap(run, tx, leases, rebuilt));
    const place = { organizationId, repositoryId: part.repositoryId };
    return underArchiveLease(
      deps,
      place,
      (lease) => {
        leases.push(lease);
        return under(others);
      },
      signal,
    );
  };
  if ((await under(parts)) === null) throw runOvertaken(parts[0]?.repositoryId as RepositoryId, "it in work, or gone");
}

async function swap({ id, parts }: Run, tx: Transaction, leases: readonly Lease[], rebuilt: Rebuilt): Promise<true> {
  const { named, facts, rows } = rebuilt;
  const kinds = named.map(({ kind }) => kind);
  const stale: boolean[] = [];
  for (const [index, part] of parts.entries()) {
    const gone = await takeSegmentsOut(tx, part.repositoryId, { ...rangeOf(part), kinds });
    if (gone !== part.segments.filter(({ kind }) => kinds.includes(kind)).length)
      throw runOvertaken(part.repositoryId, "other segments than were read");
    // what changed meanwhile is not in the new objects either
    stale.push((await keptFacts(tx, part, () => undefined)) !== facts[index]);
  }
  for (const object of named) {
    const segments = parts.map((part, index) => ({
      ...rangeOf(part),
      repositoryId: part.repositoryId,
      kind: object.kind,
      rows: rows.get(`${object.kind} ${part.repositoryId}`) ?? 0,
      stale: object.kind === "commits" && stale[index] === true,
    }));
    await putObject(tx, object, segments);
  }
  await retireObjects(tx);
  if (!(await endRun(tx, id, { state: "done" })))
    throw runOvertaken(parts[0]?.repositoryId as RepositoryId, "that the run was ended");
  for (const lease of leases) {
    const state = await readArchiveState(tx, lease.repositoryId);
    await publishRun(tx, lease, { archivedTo: null, file: 0, archivedBefore: state?.archivedTo ?? null });
  }
  return true;
}
