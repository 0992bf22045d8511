// Walks a line down and finds the commits whose value of one column differs from what was there before.
import { sameValue } from "../domain/compare.ts";
import type { RepositoryId, Value } from "../domain/model.ts";
import { fromJsonb } from "../domain/value.ts";
import type { Reader } from "../store/organization-store.ts";
import { partsBetween, type Stretch } from "./line-stretch.ts";
import { type CellFormat, type ColumnName, type ColumnRun, RunReader } from "./run-reader.ts";

/** A stored value: its JSON text, and what it is. */
export interface StoredValue {
  readonly text: string;
  readonly value: Value;
}

/** Nothing is there. */
const MISSING: StoredValue = { text: "null", value: null };

/** How values are read that have to be exact. */
export const EXACT: CellFormat<StoredValue> = {
  one: (text) => (text === "null" ? MISSING : { text, value: fromJsonb(`[${text}]`)[0] ?? null }),
  absent: MISSING,
};

/** A change on a line. */
export interface LineChange {
  /** of the commit that has the value */
  readonly ordinal: number;
  readonly value: StoredValue;
  readonly before: StoredValue;
  /** of the newest commit that had the value before; null below the first commit */
  readonly baseline: number | null;
}

/** Commits that are read at a time: few at first, since most questions are about the newest changes. */
const FIRST_CHUNK = 1_000;
const MAX_CHUNK = 20_000;

/**
 * Yields the changes of a column from one commit of a line down, newest first. A commit whose file could not be read says
 * nothing: the change is the next one's that can be read. A file that is not there has no value.
 * @param from ordinal of the newest commit that is looked at
 */
export async function* changesDown(
  reader: Reader,
  repository: RepositoryId,
  { parts, low }: Stretch,
  column: ColumnName,
  from: number,
): AsyncGenerator<LineChange> {
  const runs = new RunReader(reader, repository, [column], EXACT);
  let last: { readonly ordinal: number; readonly value: StoredValue } | null = null;
  let size = FIRST_CHUNK;
  for (let high = from; high >= low; high -= size, size = Math.min(MAX_CHUNK, size * 4)) {
    const bottom = Math.max(low, high - size + 1);
    const chunk = await runs.read(partsBetween(parts, bottom, high));
    for (const run of chunk.runs.toReversed()) {
      const value = valueOf(run);
      if (value === undefined) continue;
      if (last !== null && !sameValue(last.value.value, value.value))
        yield { ...last, before: value, baseline: run.high };
      last = { ordinal: run.low, value };
    }
    // commits whose import is still to come: nobody knows what is below
    if (chunk.whole !== bottom) return;
  }
  if (low === 0 && last !== null && last.value.value !== null) yield { ...last, before: MISSING, baseline: null };
}

/** @returns undefined where the file could not be read */
function valueOf({ files: [file] }: ColumnRun<StoredValue>): StoredValue | undefined {
  if (file === undefined) return MISSING;
  return file.values === null ? undefined : (file.values[0] ?? MISSING);
}
