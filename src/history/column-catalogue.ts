// Finds out about the columns of a history while its commits go by, in whatever order they come.
import { kindOf } from "../domain/column.ts";
import { ABSENT, forEachChange, isChangeIn } from "../domain/document-changes.ts";
import type { CatalogueColumn, ColumnKind, FlatDocument, Reading, Value } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import {
  bestOf,
  changesOf,
  type ColumnRecord,
  countKind,
  newColumn,
  noteChange,
  noteFacts,
  noteUse,
} from "./column-records.ts";
import { type BaselineRef, type RemovedRef, type VersionRef, versionKey } from "./history-batch.ts";

/** Commits, counted from the newest, whose changes rank the columns that are shown by default. */
export const RECENT_COMMITS = 200;

/** What the catalogue needs of a commit; a `HistoryCommit` is one. */
export interface CatalogueCommit {
  readonly position: number;
  readonly files: readonly VersionRef[];
  readonly baselines: readonly (BaselineRef | null)[];
  /** files that it took away; absent: none */
  readonly removed?: readonly RemovedRef[];
}

/** What it needs of a file version; a `FileVersion` is one. */
export interface CatalogueVersion extends VersionRef {
  readonly reading: Pick<Reading, "document" | "unstableKeys" | "facts">;
  /** no commit below this position uses it */
  readonly lowest: number;
}

/** Tells by its path and key the kind of a column as which its changes count; undefined: what is known of it here. */
export type CountedAs = (path: string, key: string) => ColumnKind | undefined;

/** What is asked of the columns. */
export interface ColumnsWanted {
  /** of columns that no commit has, only what some are compared with: which are listed too */
  readonly isGone?: (path: string, key: string) => boolean;
  readonly countedAs?: CountedAs;
  /**
   * whether a column of nothing but marks for "nothing" is one of texts, as `valueIn()` has it: where only some commits are
   * read nobody knows that it is one of numbers
   */
  readonly marksAsTexts?: boolean;
}

/** A best value and the lowest position that has it. */
interface Best {
  readonly value: number | bigint;
  readonly position: number;
}

/** A version's document with its columns, in the order of its keys. */
interface Held {
  readonly document: FlatDocument;
  readonly columns: readonly ColumnRecord[];
  readonly facts: Reading["facts"];
  readonly lowest: number;
  /** positions of the commits of one call that have it */
  low: number;
  high: number;
}

/**
 * Collects the columns. The result is the same whatever the order of the commits and wherever they are divided, as long
 * as each commit is added once and no version is let go of too early.
 */
export class ColumnCatalogue {
  readonly #recentFrom: number;
  readonly #columns = new Map<string, Map<string, ColumnRecord>>();
  readonly #held = new Map<string, Held>();
  /** versions without values, by the lowest position that uses each */
  readonly #unreadable = new Map<string, number>();
  /** by key list and path */
  readonly #ofKeys = new WeakMap<readonly string[], Map<string, ColumnRecord[]>>();

  /** @param newestPosition the highest position of the history: the newest 200 commits are counted from it */
  constructor(options: { readonly newestPosition: number }) {
    this.#recentFrom = options.newestPosition - RECENT_COMMITS + 1;
  }

  /**
   * Adds commits.
   * @param versions all that these commits use, as file or as baseline, and that are not held from before
   * @throws TidemarkError `internal` when a version is missing
   */
  add(commits: Iterable<CatalogueCommit>, versions: Iterable<CatalogueVersion>): void {
    for (const version of versions) this.#hold(version);
    const used = new Set<Held>();
    const heldOf = new Map<readonly VersionRef[], (Held | null)[]>();
    for (const commit of commits) {
      const { files } = commit;
      let held = heldOf.get(files);
      if (held === undefined) heldOf.set(files, (held = files.map((file) => this.#get(file))));
      for (const each of held) if (each !== null) noteCommit(each, commit.position, used);
      commit.baselines.forEach((baseline, index) => {
        const file = files[index] as VersionRef;
        const now = held?.[index] ?? null;
        // of what could not be read nobody knows
        if (baseline !== null && now !== null && !isSame(file, baseline.version)) this.#compare(commit, now, baseline);
      });
      for (const { baseline } of commit.removed ?? []) if (baseline !== null) this.#compare(commit, null, baseline);
    }
    for (const each of used) {
      each.columns.forEach((column, index) => {
        noteUse(column, each.document.values[index] as Value, index, each.low, each.high);
        const told = each.facts?.get(column.key);
        if (told !== undefined) noteFacts(column, told, each.high);
      });
      each.low = each.high = ABSENT;
    }
  }

  /** Lets go of the versions that no commit below this position uses. */
  forgetFrom(position: number): void {
    for (const [key, { lowest }] of this.#held) if (lowest >= position) this.#held.delete(key);
    for (const [key, lowest] of this.#unreadable) if (lowest >= position) this.#unreadable.delete(key);
  }

  /** @returns all columns, by path and then in written order */
  columns({
    isGone = () => false,
    countedAs = () => undefined,
    marksAsTexts = false,
  }: ColumnsWanted = {}): CatalogueColumn[] {
    const paths = [...this.#columns.keys()].sort((a, b) => (a < b ? -1 : 1));
    return paths.flatMap((path) => {
      const records = [...(this.#columns.get(path) as Map<string, ColumnRecord>).values()].sort(byWrittenOrder);
      return records
        .filter((each) => each.first !== ABSENT || isGone(each.path, each.key))
        .map((each, place) => columnOf(each, place, { countedAs, marksAsTexts }));
    });
  }

  /** @returns whether a file says what the column is: then that is more than a guess from its name */
  isTold(path: string, key: string): boolean {
    return (this.#columns.get(path)?.get(key)?.toldPosition ?? ABSENT) !== ABSENT;
  }

  /** @returns the best finite value of a column for a goal, and the lowest position that has it; null when none has */
  bestOf({ path, key }: Pick<CatalogueColumn, "path" | "key">, goal: "higher" | "lower"): Best | null {
    const record = this.#columns.get(path)?.get(key);
    return record === undefined ? null : bestOf({ ...record, goal });
  }

  #hold(version: CatalogueVersion): void {
    const key = versionKey(version);
    if (this.#held.has(key)) return;
    const { document, unstableKeys, facts } = version.reading;
    if (document === null) {
      this.#unreadable.set(key, version.lowest);
      return;
    }
    const columns = this.#columnsOf(version.path, document.keys);
    columns.forEach((column, index) => countKind(column, document.values[index] as Value));
    if (unstableKeys.length > 0) {
      const byKey = this.#columns.get(version.path);
      for (const each of unstableKeys) {
        const column = byKey?.get(each);
        if (column !== undefined) column.unstable = true;
      }
    }
    this.#held.set(key, { document, columns, facts, lowest: version.lowest, low: ABSENT, high: ABSENT });
  }

  #columnsOf(path: string, keys: readonly string[]): ColumnRecord[] {
    let ofPaths = this.#ofKeys.get(keys);
    if (ofPaths === undefined) this.#ofKeys.set(keys, (ofPaths = new Map()));
    const known = ofPaths.get(path);
    if (known !== undefined) return known;
    let byKey = this.#columns.get(path);
    if (byKey === undefined) this.#columns.set(path, (byKey = new Map()));
    const columns: ColumnRecord[] = [];
    for (const key of keys) {
      let column = byKey.get(key);
      if (column === undefined) byKey.set(key, (column = newColumn(path, key)));
      columns.push(column);
    }
    ofPaths.set(path, columns);
    return columns;
  }

  /** @param now null: the commit removed the file */
  #compare(commit: CatalogueCommit, now: Held | null, { version, returned }: BaselineRef): void {
    const before = this.#get(version);
    if (before === null) return;
    const recent = commit.position >= this.#recentFrom;
    const documents = { now: now?.document ?? null, before: before.document, returned: returned === true };
    forEachChange(documents, (nowIndex, beforeIndex) => {
      const column = (nowIndex === ABSENT ? before.columns[beforeIndex] : now?.columns[nowIndex]) as ColumnRecord;
      noteChange(column.asTexts, commit.position, recent);
      const [value, past] = [now?.document.values[nowIndex] ?? null, before.document.values[beforeIndex] ?? null];
      if (isChangeIn("number", value, past, documents.returned)) noteChange(column.asNumbers, commit.position, recent);
    });
  }

  #get(version: VersionRef): Held | null {
    const key = versionKey(version);
    const held = this.#held.get(key);
    if (held !== undefined) return held;
    if (this.#unreadable.has(key)) return null;
    const parts = { found: "no such version among those given", wanted: "each version before the commits that use it" };
    throw new TidemarkError("internal", { attempt: "catalogue the columns of", value: version.path, ...parts });
  }
}

function isSame(a: VersionRef, b: VersionRef): boolean {
  return a.oid === b.oid && a.path === b.path;
}

function noteCommit(held: Held, position: number, used: Set<Held>): void {
  if (held.low === ABSENT) {
    held.low = held.high = position;
    used.add(held);
  } else if (position < held.low) held.low = position;
  else if (position > held.high) held.high = position;
}

function byWrittenOrder(a: ColumnRecord, b: ColumnRecord): number {
  return b.orderPosition - a.orderPosition || a.orderIndex - b.orderIndex;
}

function columnOf(
  record: ColumnRecord,
  writtenOrder: number,
  { countedAs, marksAsTexts }: Required<Pick<ColumnsWanted, "countedAs" | "marksAsTexts">>,
): CatalogueColumn {
  const { path, key, unit, goal, goalFrom, unstable } = record;
  const counted = kindOf(record);
  const kind = marksAsTexts && counted === "empty" && record.marks > 0 ? "text" : counted;
  const { changes, recentChanges, lastChanged } = changesOf(record, countedAs(path, key) ?? kind);
  const best = kind === "number" ? bestOf(record) : null;
  return {
    path,
    key,
    kind,
    unit,
    goal,
    goalFrom,
    unstable,
    writtenOrder,
    firstPosition: record.first,
    lastPosition: record.last,
    lastChangedPosition: lastChanged === ABSENT ? null : lastChanged,
    changes,
    recentChanges,
    bestValue: best?.value ?? null,
    bestPosition: best?.position ?? null,
  };
}
