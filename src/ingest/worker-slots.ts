// How many repositories a worker may begin with now: imports never take all places, and who is slow makes room.
import type { WorkTask } from "../store/due-work.ts";

/** Repositories in work at a time unless the operator says otherwise: git and Postgres keep two cores busy with two. */
export const DEFAULT_WORKERS = 2;
/**
 * After so many milliseconds a run does not count any more, so that what waits begins beside it: a slow server costs
 * time and hardly any work, and an import that is cut short reads its history again (decisions/0014-imports-beside-pushes.md).
 */
export const SLICE_MS = 5_000;
/** Runs that may go on beside those that count, for each holds memory and connections. */
const MAX_BESIDE = 4;
/** Imports of one process at a time: each holds the history that it reads in memory. */
const MAX_IMPORTS = 4;

/** A repository in work. */
export interface RunningJob {
  /** null: rows that were kept long enough are removed */
  readonly task: WorkTask | null;
  /** ms, rising */
  readonly startedAt: number;
}

/** Repositories that may be begun with. */
export interface FreeSlots {
  /** of both tasks together */
  readonly all: number;
  readonly imports: number;
}

/**
 * @param workers the operator's setting, at least 1
 * @param now ms, rising
 */
export function freeSlots(jobs: Iterable<RunningJob>, workers: number, now: number): FreeSlots {
  const all = [...jobs];
  const fresh = all.filter(({ startedAt }) => now - startedAt < SLICE_MS);
  const isImport = ({ task }: RunningJob): boolean => task === "import";
  const freshImports = fresh.filter(isImport).length;
  // with one worker only, new commits have a place beside an import all the same
  const places = Math.max(workers - fresh.length, freshImports === fresh.length ? 1 : 0);
  const free = Math.max(0, Math.min(places, workers + MAX_BESIDE - all.length));
  const imports = Math.min(Math.max(1, workers - 1) - freshImports, MAX_IMPORTS - all.filter(isImport).length);
  return { all: free, imports: Math.max(0, Math.min(imports, free)) };
}
