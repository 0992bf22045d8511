// The file versions that were read and may still be asked for, and what they say of each commit.
import { changedKeys, isChange } from "../domain/document-changes.ts";
import { formatColumnId } from "../domain/key.ts";
import type { CatalogueColumn, ColumnKind, FlatDocument, Reading, Value, Warning } from "../domain/model.ts";
import { valueIn } from "../domain/value.ts";
import {
  type BaselineRef,
  type FileVersion,
  type HistoryCommit,
  isUnreadAt,
  type VersionRef,
  versionKey,
} from "../history/history-batch.ts";

/** The versions that were read and may still be asked for. */
export class HeldVersions {
  readonly #held = new Map<string, FileVersion>();
  readonly #places = new WeakMap<readonly string[], Map<string, number>>();

  add(versions: Iterable<FileVersion>): void {
    for (const version of versions) this.#held.set(versionKey(version), version);
  }

  /** Lets go of the versions that no commit below this position uses. */
  forgetFrom(position: number): void {
    for (const [key, { lowest }] of this.#held) if (lowest >= position) this.#held.delete(key);
  }

  /** @returns what became of reading a version; undefined when it was let go of or never read */
  readingOf(ref: VersionRef): Reading | undefined {
    return this.#held.get(versionKey(ref))?.reading;
  }

  /** @returns a version's values, null where it has none */
  documentOf(ref: VersionRef): FlatDocument | null {
    return this.readingOf(ref)?.document ?? null;
  }

  /** @returns the value at a key; null where it is missing or the version has no values */
  valueOf(ref: VersionRef, key: string): Value {
    const document = this.documentOf(ref);
    if (document === null) return null;
    let places = this.#places.get(document.keys);
    if (places === undefined) {
      places = new Map(document.keys.map((each, index) => [each, index]));
      this.#places.set(document.keys, places);
    }
    const place = places.get(key);
    return place === undefined ? null : (document.values[place] ?? null);
  }
}

/** One value and what it is compared with; null where missing. */
export interface ComparedValue {
  readonly value: Value;
  readonly baseline: Value;
  /** whether there is anything that the value is compared with */
  readonly hasBaseline: boolean;
  /** false where the file is there and could not be read, or was one of too many: it says nothing */
  readonly isKnown: boolean;
  /** whether the commit changed the value (domain/document-changes.ts) */
  readonly isChanged: boolean;
  /** whether it did so by taking it away, with its file or out of it */
  readonly isGone: boolean;
}

/** A problem or oddity that a commit brought in; `path` is null when it is about the commit as a whole. */
export interface CommitWarning extends Warning {
  readonly path: string | null;
}

/** @returns a column's value at a commit as the file has it, null where it is missing */
export function writtenValue(
  held: HeldVersions,
  { files }: HistoryCommit,
  { path, key }: Pick<CatalogueColumn, "path" | "key">,
): Value {
  const file = files.find((each) => each.path === path);
  return file === undefined ? null : held.valueOf(file, key);
}

/** @returns a column's value at a commit, and its baseline's, each of `valueIn()` */
export function compared(
  held: HeldVersions,
  commit: HistoryCommit,
  { path, key, kind }: Pick<CatalogueColumn, "path" | "key" | "kind">,
): ComparedValue {
  const index = commit.files.findIndex((file) => file.path === path);
  const file = commit.files[index];
  const removed = commit.removed.find((each) => each.path === path)?.baseline ?? null;
  const before = file === undefined ? removed : (commit.baselines[index] ?? null);
  const baseline = before === null ? null : valueIn(held.valueOf(before.version, key), kind);
  const value = file === undefined ? null : valueIn(held.valueOf(file, key), kind);
  const isKnown = file === undefined ? !isUnreadAt(commit, path) : held.documentOf(file) !== null;
  const isChanged = isKnown && before !== null && isChange(value, baseline, before.returned === true);
  return { value, baseline, hasBaseline: before !== null, isKnown, isChanged, isGone: isChanged && value === null };
}

/** Tells a column's kind by its id. */
export type KindOf = (id: string) => ColumnKind;

/** Of a history that is written while it is read: what its columns hold is known at its end, marks are texts till then. */
const NOT_KNOWN: KindOf = () => "mixed";

/** @returns how the kinds of these columns are told */
export function kindsOf(columns: readonly CatalogueColumn[]): KindOf {
  const kinds = new Map(columns.map(({ path, key, kind }) => [formatColumnId(path, key), kind]));
  return (id) => kinds.get(id) ?? "empty";
}

/** @returns ids of the columns that a commit changed, those of removed files last */
export function changedColumns(held: HeldVersions, commit: HistoryCommit, kindOf: KindOf = NOT_KNOWN): string[] {
  const idsAt = (path: string, now: FlatDocument | null, baseline: BaselineRef): string[] => {
    const before = held.documentOf(baseline.version);
    if (before === null) return [];
    const both = { now, before, returned: baseline.returned === true };
    const keys = changedKeys(both, (key) => kindOf(formatColumnId(path, key)));
    return keys.map((key) => formatColumnId(path, key));
  };
  const changed = commit.files.flatMap((file, index) => {
    const baseline = commit.baselines[index] ?? null;
    if (baseline === null || baseline.version.oid === file.oid) return [];
    const now = held.documentOf(file);
    return now === null ? [] : idsAt(file.path, now, baseline);
  });
  const gone = commit.removed.flatMap(({ path, baseline }) => (baseline === null ? [] : idsAt(path, null, baseline)));
  return [...changed, ...gone];
}

/** @returns what is wrong or odd about the versions that a commit brought in, and about the commit itself */
export function warningsOf(held: HeldVersions, commit: HistoryCommit): CommitWarning[] {
  const changed = new Set(commit.changed);
  const ofFiles = commit.files.flatMap((file) => {
    const reading = changed.has(file.path) ? held.readingOf(file) : undefined;
    if (reading === undefined) return [];
    const all = reading.problem === null ? reading.warnings : [reading.problem, ...reading.warnings];
    return all.map((warning) => ({ path: file.path, ...warning }));
  });
  return [...ofFiles, ...commit.warnings.map((warning) => ({ path: null, ...warning }))];
}

/** @returns whether a commit brought in a version without values, or has something odd as a whole */
export function missesValues(held: HeldVersions, commit: HistoryCommit): boolean {
  if (commit.warnings.length > 0) return true;
  const changed = new Set(commit.changed);
  return commit.files.some((file) => changed.has(file.path) && held.readingOf(file)?.problem !== null);
}

/** @returns how many versions of a file the commits brought in that have no values */
export function countUnread(held: HeldVersions, commits: readonly HistoryCommit[], path: string): number {
  return commits.filter(({ files, changed }) => {
    const file = changed.includes(path) ? files.find((each) => each.path === path) : undefined;
    return file !== undefined && held.documentOf(file) === null;
  }).length;
}
