// Walks through the whole past for what its versions hold and who has them: rarely, and as far as the archive reaches.
import { isBetter } from "../domain/compare.ts";
import { exactNumberOf } from "../domain/value.ts";
import { nextPosition, type StoredFiles } from "../store/commit.ts";
import { coldUnreachable } from "../store/cold-commit.ts";
import { readLowestUses, type StoredDocument } from "../store/metric-file.ts";
import type { StoredPast } from "./stored-past.ts";

/** Positions that are looked at in one step. */
const STEP_POSITIONS = 500;

/** Goes down from a position. @yields the files of so many commits at a time, newest first, some of which may be gone */
export async function* walkPast(
  past: StoredPast,
  from: number,
): AsyncGenerator<{ readonly rows: StoredFiles[]; readonly lowest: number }> {
  for (let highest = from; highest >= 0; highest -= STEP_POSITIONS) {
    const lowest = Math.max(0, highest - STEP_POSITIONS + 1);
    yield { rows: await past.commitFilesBetween(lowest, highest, highest + 1), lowest };
  }
}

/**
 * The lowest position of a commit that has each version, as its own or as its baseline. Commits that no branch has
 * reached since before `time` do not count.
 * @returns by number; a version that is not here is used by none
 */
export async function lowestUses(past: StoredPast, time: Date): Promise<Map<number, number>> {
  const { reader, repository, hotFrom } = past;
  const uses = await readLowestUses(reader, repository, time);
  if (hotFrom === 0) return uses;
  const expired = new Set<number>();
  for (const { position, since } of await coldUnreachable(reader, repository)) if (since < time) expired.add(position);
  for await (const { rows } of walkPast(past.with(new Map()), hotFrom - 1)) {
    for (const { position, files, baselineFiles } of rows) {
      if (expired.has(position)) continue;
      for (const number of [...files, ...baselineFiles]) if (number !== null) uses.set(number, position); // ever lower
    }
  }
  return uses;
}

/**
 * Visits each version of some files that a commit has which counts, once.
 * @param columns keys by path: of others no values are known
 * @param unreached positions of commits that do not count
 * @returns the lowest position of such a commit, by the version's number
 */
export async function visitVersions(
  past: StoredPast,
  columns: ReadonlyMap<string, ReadonlySet<string>>,
  unreached: ReadonlySet<number>,
  visit: (version: StoredDocument) => void,
): Promise<Map<number, number>> {
  const walked = past.with(columns);
  const lowest = new Map<number, number>();
  for await (const { rows } of walkPast(walked, (await nextPosition(past.reader, past.repository)) - 1)) {
    const fresh = new Set<number>();
    for (const { position, files } of rows) {
      if (unreached.has(position)) continue;
      for (const number of files) {
        if (!lowest.has(number)) fresh.add(number);
        lowest.set(number, position);
      }
    }
    if (fresh.size === 0) continue;
    const known = await walked.files([...fresh]);
    const wanted = known.filter(({ path, readable }) => readable && columns.has(path)).map(({ number }) => number);
    for (const version of await walked.documents(wanted)) visit(version);
  }
  return lowest;
}

/**
 * @param unreached positions of commits that do not count
 * @returns a column's best finite value and the lowest position of a commit that has it, or null when none has
 */
export async function bestOfPast(
  past: StoredPast,
  { path, key }: { readonly path: string; readonly key: string },
  goal: "higher" | "lower",
  unreached: ReadonlySet<number>,
): Promise<{ readonly value: number | bigint; readonly position: number } | null> {
  let best: number | bigint | null = null;
  let files: number[] = [];
  const lowest = await visitVersions(past, new Map([[path, new Set([key])]]), unreached, ({ number, keys, values }) => {
    const value = exactNumberOf(values?.[keys?.indexOf(key) ?? -1] ?? null);
    if (value === null || (best !== null && value !== best && !isBetter(value, best, goal))) return;
    files = value === best ? [...files, number] : [number];
    best = value;
  });
  const positions = files.flatMap((number) => lowest.get(number) ?? []);
  return best === null ? null : { value: best, position: positions.reduce((a, b) => Math.min(a, b)) };
}
