// Which segments are written anew: those whose lines are of an earlier day, and small ones, of which few large ones are made.
import { isTidemarkError } from "../errors.ts";
import { findSmall, findStale, readSmallRanges } from "../store/archive-compaction.ts";
import { readSegments, type StoredSegment } from "../store/archive-manifest.ts";
import type { ArchiverDeps } from "./archive-run.ts";
import { rebuildSegments } from "./rebuild.ts";
import type { RebuildPart } from "./rebuild-kept.ts";

/** An object of fewer bytes is small: it costs a question as much as one of ten times its size. */
const SMALL_BYTES = 16 * 1024 * 1024;
/** So many small ones may be in one place. */
const MAX_SMALL = 8;
/** What is made of them is not larger than this, in bytes and in rows of values. */
const MAX_BYTES = 96 * 1024 * 1024;
const MAX_VALUES = 16_000_000;

/** Limits, smaller in tests. */
export interface CompactionLimits {
  readonly smallBytes: number;
  readonly maxSmall: number;
}

const LIMITS: CompactionLimits = { smallBytes: SMALL_BYTES, maxSmall: MAX_SMALL };

/**
 * Rewrites what is stale, then makes large objects of small ones.
 * @returns how many times something was written anew
 */
export async function tidyArchive(deps: ArchiverDeps, signal: AbortSignal, limits = LIMITS): Promise<number> {
  return (await rewriteStale(deps, signal)) + (await compactSmall(deps, signal, limits));
}

/** One segment at a time: each is an object of commits that a question reads with the skeleton's help meanwhile. */
async function rewriteStale(deps: ArchiverDeps, signal: AbortSignal): Promise<number> {
  const { system } = deps.database;
  let count = 0;
  for (const { organizationId, repositoryId, first } of await findStale(system.reads)) {
    signal.throwIfAborted();
    const all = await readSegments(deps.database.worker.in(organizationId), repositoryId);
    const segments = all.filter((segment) => segment.first === first);
    const rebuilding = { organizationId, task: "rewrite" as const, parts: [{ repositoryId, segments }] };
    if (segments.length > 0 && (await isDone(rebuildSegments(deps, rebuilding, signal)))) count += 1;
  }
  return count;
}

async function compactSmall(deps: ArchiverDeps, signal: AbortSignal, limits: CompactionLimits): Promise<number> {
  const { system } = deps.database;
  let count = 0;
  for (const { organizationId, bucket } of await findSmall(system.reads, limits.smallBytes, limits.maxSmall)) {
    signal.throwIfAborted();
    const store = deps.database.worker.in(organizationId);
    const parts = await smallParts(store, bucket, limits.smallBytes);
    const rebuilding = { organizationId, task: "compact" as const, parts };
    const merges = parts.reduce((sum, { segments }) => sum + segments.length, 0) > 3;
    if (merges && (await isDone(rebuildSegments(deps, rebuilding, signal)))) count += 1;
  }
  return count;
}

/** Somebody was there first: it is looked at again another time. */
async function isDone(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isTidemarkError(error, "lease-lost")) return false;
    throw error;
  }
}

/** Of each repository neighbours whose values are in small objects, until together they would be too large. */
async function smallParts(
  store: Parameters<typeof readSegments>[0],
  bucket: number,
  smallBytes: number,
): Promise<RebuildPart[]> {
  const parts: RebuildPart[] = [];
  const total = { bytes: 0, rows: 0 };
  const repositories = new Set(
    (await readSmallRanges(store, bucket, smallBytes)).map(({ repositoryId }) => repositoryId),
  );
  for (const repositoryId of repositories) {
    const run = neighboursIn(await readSegments(store, repositoryId), smallBytes, total);
    if (run.length > 0) parts.push({ repositoryId, segments: run });
  }
  return parts;
}

/** @returns the longest run of neighbours in small objects, of all kinds, as far as there is room for it */
function neighboursIn(
  segments: readonly StoredSegment[],
  smallBytes: number,
  total: { bytes: number; rows: number },
): StoredSegment[] {
  const starts = segments.filter(({ kind }) => kind === "values").toSorted((a, b) => a.first - b.first);
  const runs: StoredSegment[][] = [[]];
  for (const values of starts) {
    if (values.bytes >= smallBytes) runs.push([]);
    else runs.at(-1)?.push(values);
  }
  const longest = runs.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const taken = new Set<number>();
  for (const { first, bytes, objectRows, rows } of longest) {
    const share = objectRows === 0 ? bytes : bytes * (rows / objectRows);
    if (total.bytes + share > MAX_BYTES || total.rows + rows > MAX_VALUES) break;
    total.bytes += share;
    total.rows += rows;
    taken.add(first);
  }
  return segments.filter(({ first }) => taken.has(first));
}
