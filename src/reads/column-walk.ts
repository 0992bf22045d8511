// Walks a line down and finds the commits that changed one column.
import { isChange } from "../domain/document-changes.ts";
import type { ColumnKind, RepositoryId, Value } from "../domain/model.ts";
import { fromJsonb, valueIn } from "../domain/value.ts";
import { readCommitFiles } from "../store/commit.ts";
import { readCommitsAtPlaces, readCommitsAtPositions } from "../store/column-history.ts";
import type { Reader } from "../store/organization-store.ts";
import { archivedOf } from "./archived-rows.ts";
import { archivedStretch } from "./archived-runs.ts";
import { partsBetween } from "./line-parts.ts";
import type { Stretch } from "./line-stretch.ts";
import type { ColumnRun } from "./column-run.ts";
import { type CellFormat, type ColumnName, RunReader } from "./run-reader.ts";

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

/** The same, as a column of that kind has them. */
function exactIn(kind: ColumnKind): CellFormat<StoredValue> {
  const one = (text: string): StoredValue => {
    const stored = EXACT.one(text);
    return valueIn(stored.value, kind) === null ? MISSING : stored;
  };
  return { one, absent: MISSING };
}

/** A change on a line. */
export interface LineChange {
  /** of the commit that has the value */
  readonly ordinal: number;
  readonly value: StoredValue;
  readonly before: StoredValue;
  /** of the commit that it is compared with; null where the column begins */
  readonly baseline: number | null;
}

/** Commits that are read at a time: few at first, since most questions are about the newest changes. */
const FIRST_CHUNK = 1_000;
const MAX_CHUNK = 20_000;

/**
 * Yields the changes of a column from one commit of a line down, newest first, by the rule of domain/document-changes.ts,
 * and last the commit that it begins at.
 * @param from ordinal of the newest commit that is looked at
 */
export async function* changesDown(
  reader: Reader,
  repository: RepositoryId,
  { parts, low }: Stretch,
  column: ColumnName & { readonly kind: ColumnKind },
  from: number,
): AsyncGenerator<LineChange> {
  const runs = new RunReader(reader, repository, [column], exactIn(column.kind), {
    line: parts,
    pieces: "from-newest",
  });
  const storedBaseline = (ordinal: number) => readBaseline(reader, repository, parts, runs, column.key, ordinal);
  const waiting = new Waiting(storedBaseline);
  let size = FIRST_CHUNK;
  for (let high = from; high >= low; high -= size, size = Math.min(MAX_CHUNK, size * 4)) {
    const bottom = Math.max(low, high - size + 1);
    const chunk = await runs.read(partsBetween(parts, bottom, high));
    for (const run of chunk.runs.toReversed()) yield* waiting.pass(run);
    // commits whose import is still to come: nobody knows what is below
    if (chunk.whole !== bottom) return;
  }
  if (low === 0) yield* waiting.end();
}

/** What a commit of a line is compared with. */
interface LineBaseline {
  readonly ordinal: number | null;
  readonly value: StoredValue;
  /** whether the file was away in between */
  readonly returned: boolean;
}

/** The commits above that wait for what they are compared with, which lies below. */
class Waiting {
  readonly #storedBaseline: (ordinal: number) => Promise<LineBaseline>;
  /** the lowest commit of those with the newest value that was met */
  #valued: { readonly ordinal: number; readonly value: StoredValue } | null = null;
  /** the lowest commit below it that took the file away: whatever went at one above was gone already */
  #removal: number | null = null;
  #isAway = false;
  /** the file was one of too many in between: what stands there is known from the commit that is compared with it */
  #isUnread = false;
  #above: ColumnRun<StoredValue> | null = null;

  constructor(storedBaseline: (ordinal: number) => Promise<LineBaseline>) {
    this.#storedBaseline = storedBaseline;
  }

  /** Passes the next run below. */
  async *pass(run: ColumnRun<StoredValue>): AsyncGenerator<LineChange> {
    const [file] = run.files;
    const above = this.#above;
    this.#above = run;
    if (file === undefined) {
      this.#isAway = true;
      return;
    }
    const isRemoved = above !== null && above.files[0] === undefined && file.isUnread === undefined;
    if (isRemoved) this.#removal = above.low;
    this.#isUnread ||= file.isUnread === true;
    if (file.values === null) return;
    const value = file.values[0] ?? MISSING;
    yield* this.#comparedWith({ ordinal: run.high, value, returned: this.#isAway });
    this.#valued = { ordinal: run.low, value };
    this.#removal = null;
    this.#isAway = this.#isUnread = false;
  }

  /** Below the oldest commit there was nothing. */
  async *end(): AsyncGenerator<LineChange> {
    yield* this.#comparedWith({ ordinal: null, value: MISSING, returned: false });
  }

  async *#comparedWith(found: LineBaseline): AsyncGenerator<LineChange> {
    if (this.#valued !== null) {
      const { ordinal, value } = this.#valued;
      const before = this.#isUnread ? await this.#storedBaseline(ordinal) : found;
      if (isChange(value.value, before.value.value, before.returned))
        yield { ordinal, value, before: before.value, baseline: before.ordinal };
    }
    if (this.#removal !== null && isChange(null, found.value.value, false))
      yield { ordinal: this.#removal, value: MISSING, before: found.value, baseline: found.ordinal };
  }
}

/** What the row of a commit is compared with, as it is stored. */
async function readBaseline(
  reader: Reader,
  repository: RepositoryId,
  parts: Stretch["parts"],
  runs: RunReader<StoredValue>,
  key: string,
  ordinal: number,
): Promise<LineBaseline> {
  const places = partsBetween(parts, ordinal, ordinal).map(({ line }) => ({ line, ordinal }));
  const archived = archivedOf(reader);
  const stretch = await archivedStretch(reader, archived, repository, parts);
  const columns = new Map([[runs.paths[0] ?? "", new Set([key])]]);
  archived?.needRows([stretch.positions[ordinal] ?? -1], columns);
  const [commit] = await readCommitsAtPlaces(reader, repository, places);
  const [lists] = commit === undefined ? [] : await readCommitFiles(reader, repository, [commit.position]);
  const nothing = { ordinal: null, value: MISSING, returned: false };
  if (lists === undefined) return nothing;
  const { files, baselineFiles, baselinePositions, returnedFiles } = lists;
  const known = await runs.filesOf(files);
  const place = files.findIndex((number) => known.has(number));
  const [baseline, position] = [baselineFiles[place] ?? null, baselinePositions[place] ?? null];
  if (baseline === null || position === null) return nothing;
  archived?.needRows([position], columns);
  const before = (await runs.filesOf([baseline])).get(baseline);
  const [at] = await readCommitsAtPositions(reader, repository, [position]);
  const returned = returnedFiles?.some((number) => number === files[place]) === true;
  return { ordinal: at?.ordinal ?? null, value: before?.values?.[0] ?? MISSING, returned };
}
