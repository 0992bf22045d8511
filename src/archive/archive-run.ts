// One archive run: commits that need not stay in Postgres become objects that are verified, and then count.
import type { ArchiveKeep } from "../archive-keep.ts";
import { isTidemarkError, type TidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import { readSegmentEnd, type SegmentEnd } from "../store/archive-figures.ts";
import { putObject } from "../store/archive-manifest.ts";
import { beginRun, endRun, publishRun, readArchiveState, runOvertaken } from "../store/archive-run.ts";
import { joinAtOnce, readSourceMark } from "../store/archive-source.ts";
import type { OrganizationStore, Transaction } from "../store/database.ts";
import { type Archivable, findArchivable } from "./archivable.ts";
import { type LeaseSeeker, type RepositoryPlace, underArchiveLease } from "./archive-lease.ts";
import { ColumnNumbers } from "./column-numbers.ts";
import type { ObjectStore } from "./object-store.ts";
import { putSkeleton, withArchivedParents } from "./published-skeleton.ts";
import type { ObjectKind } from "./query-engine.ts";
import { checkSegment } from "./segment-check.ts";
import { type WrittenSegment, writeSegment } from "./segment-writer.ts";
import { nameObjects, readBack, upload, type Upload, type UploadedObject } from "./upload.ts";
import { openWorkRoom, type WorkRoom } from "./work-room.ts";

/** The most of a segment. */
const MAX_SEGMENT = { commits: 40_000, values: 6_000_000 };

/** The steps of a run, each told before it begins. */
export type RunStep = "choose" | "write" | "upload" | "verify" | "publish" | "published" | "delete";

/** What archives. */
export interface ArchiverDeps extends LeaseSeeker {
  readonly objects: ObjectStore;
  /** folder of what is under way; anybody may empty it while no archiver runs */
  readonly workFolder: string;
  readonly keep: ArchiveKeep;
  readonly log: Log;
  readonly now: () => number;
  /** @throws where the disk has no room for more */
  readonly room?: () => Promise<void>;
  /** rows that leave Postgres in one transaction, and the time between two, where they are not the usual ones */
  readonly deletionRows?: number;
  readonly deletionPauseMs?: number;
  /** is told of each step before it begins */
  readonly step?: (step: RunStep) => void;
}

/** What a run has archived. */
export interface ArchivedSegment {
  readonly first: number;
  readonly last: number;
  readonly commits: number;
  readonly values: number;
  readonly bytes: number;
}

/**
 * Archives what of a repository may be, a segment after the other.
 * @param atOnce also fewer commits than are worth it
 * @returns the segments; none where nothing was due
 * @throws what a step met: nothing of that segment counts then
 */
export async function archiveRepository(
  deps: ArchiverDeps,
  place: RepositoryPlace,
  signal: AbortSignal,
  atOnce = false,
): Promise<ArchivedSegment[]> {
  const store = deps.database.worker.in(place.organizationId);
  const done: ArchivedSegment[] = [];
  for (;;) {
    signal.throwIfAborted();
    deps.step?.("choose");
    const found = await findArchivable(store, place.repositoryId, deps.keep, deps.now());
    const isDue = found?.due === true || (found?.complete === true && found.waiting > 0 && (atOnce || done.length > 0));
    if (found === null || !isDue) return done;
    await deps.room?.();
    const segment = await archiveSegment(deps, place, found, signal);
    if (segment === null) return done;
    done.push(segment);
  }
}

/** What the steps of one segment share. */
interface Run {
  readonly deps: ArchiverDeps;
  readonly place: RepositoryPlace;
  readonly store: OrganizationStore;
  readonly first: number;
  readonly end: SegmentEnd;
  readonly archivedBefore: number | null;
  /** what is archived, as it was before it was read */
  readonly mark: string;
  readonly id: string;
}

async function archiveSegment(
  deps: ArchiverDeps,
  place: RepositoryPlace,
  found: Archivable,
  signal: AbortSignal,
): Promise<ArchivedSegment | null> {
  const store = deps.database.worker.in(place.organizationId);
  const { repositoryId } = place;
  const first = found.archivedTo + 1;
  const range = { first, last: found.to };
  const { end, mark } = await store.read(async (reader) => {
    await joinAtOnce(reader);
    const whole = await readSegmentEnd(reader, repositoryId, range, MAX_SEGMENT);
    return { end: whole, mark: whole === null ? "" : await readSourceMark(reader, repositoryId, first, whole.last) };
  });
  if (end === null) return null;
  const id = await store.write((tx) => beginRun(tx, { repositoryId, task: "archive", first, last: end.last }));
  const archivedBefore = found.archivedTo < 0 ? null : found.archivedTo;
  const run: Run = { deps, place, store, first, end, archivedBefore, mark, id };
  const room = await openWorkRoom(deps.workFolder, signal);
  try {
    const segment = await runSteps(run, room, signal);
    deps.log.info({ repository: repositoryId, ...segment }, "commits were archived");
    return segment;
  } catch (error) {
    await endFailed(run, error);
    throw error;
  } finally {
    await room.close();
  }
}

/** Notes that a run came to nothing. */
export async function endFailed(
  { store, id }: { readonly store: OrganizationStore; readonly id: string },
  error: unknown,
): Promise<void> {
  const problem = isTidemarkError(error) ? error.message : "it was stopped, or met a defect that the log tells";
  const state = isTidemarkError(error, "lease-lost") ? "overtaken" : "failed";
  // a database that is away is told nothing: the run protects its objects for a week, and is then taken for ended
  await store.write((tx) => endRun(tx, id, { state, problem })).catch(() => undefined);
}

async function runSteps(run: Run, room: WorkRoom, signal: AbortSignal): Promise<ArchivedSegment> {
  const { deps, place, store, first, end, id } = run;
  const { repositoryId } = place;
  deps.step?.("write");
  const columns = new ColumnNumbers(store, repositoryId);
  const range = { repositoryId, first, last: end.last };
  const written = await writeSegment({ store, room, range, columns, signal });
  deps.step?.("upload");
  const now = deps.now();
  const { objects } = deps;
  const sending: Upload = { store, objects, room, run: id, ...range, now, signal };
  const named = await nameObjects(sending, written.objects);
  await upload(sending, named);
  deps.step?.("verify");
  const files = await readBack(sending, named);
  const counts = { commits: written.commits, values: end.values };
  await checkSegment({ store, room, ...range, ...counts, columns, files, signal });
  const otherParents = await withArchivedParents(store, repositoryId, {
    known: written.otherParents,
    elsewhere: written.elsewhere,
    below: first,
  });
  deps.step?.("publish");
  await publish(run, { ...written, otherParents }, named, signal);
  deps.step?.("published");
  const bytes = named.reduce((sum, object) => sum + object.bytes, 0);
  return { first, last: end.last, ...counts, bytes };
}

/** From its end on the objects are read. Whatever it finds changed, it changes nothing itself. */
async function publish(
  run: Run,
  written: WrittenSegment,
  named: readonly UploadedObject[],
  signal: AbortSignal,
): Promise<void> {
  const { deps, place, store, first, end, id } = run;
  const published = await underArchiveLease(
    deps,
    place,
    (lease) =>
      store.write(async (tx) => {
        await assertUnchanged(run, tx);
        const range = { repositoryId: place.repositoryId, first, last: end.last, ...written };
        const stale = await putSkeleton(tx, range);
        for (const object of named) await putObject(tx, object, [segmentOf(run, object, stale)]);
        if (!(await endRun(tx, id, { state: "done" }))) throw overtaken(run, "that the run was ended meanwhile");
        const { archivedBefore } = run;
        await publishRun(tx, lease, { archivedTo: end.last, file: written.file, archivedBefore });
        return true;
      }),
    signal,
  );
  if (published === null) throw overtaken(run, "it in work, or gone");
}

function segmentOf({ place, first, end }: Run, object: UploadedObject, isStale: boolean) {
  const stale = isStale && object.kind === ("commits" satisfies ObjectKind);
  return { repositoryId: place.repositoryId, kind: object.kind, first, last: end.last, rows: object.rows, stale };
}

async function assertUnchanged(run: Run, tx: Transaction): Promise<void> {
  const { repositoryId } = run.place;
  await joinAtOnce(tx);
  const state = await readArchiveState(tx, repositoryId);
  if (state === null || !state.complete) throw overtaken(run, "it being read anew");
  if (state.archivedTo !== run.archivedBefore) throw overtaken(run, "that another archiver was there first");
  if ((await readSourceMark(tx, repositoryId, run.first, run.end.last)) !== run.mark)
    throw overtaken(run, "other commits or file versions than were read");
}

function overtaken({ place }: Run, found: string): TidemarkError {
  return runOvertaken(place.repositoryId, found);
}
