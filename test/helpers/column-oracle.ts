// What the catalogue of columns must say, counted word by word over the commits that a branch reaches.
import assert from "node:assert/strict";
import { kindOf } from "../../src/domain/column.ts";
import { isBetter, sameValue } from "../../src/domain/compare.ts";
import { numberOf } from "../../src/domain/value.ts";
import { countKind, newColumn } from "../../src/history/column-records.ts";
import type { StoredCommitRow, StoredHistory, StoredVersion } from "./stored-history.ts";

const RECENT_COMMITS = 200;

type Row = Readonly<Record<string, unknown>>;

interface Counted {
  readonly kind: string;
  readonly changes: number;
  readonly recent_changes: number;
  readonly last_changed_position: number | null;
  readonly first_position: number;
  readonly last_position: number;
  readonly best_value: number | null;
  readonly best_position: number | null;
}

/** What stands for "nothing" in a column of numbers. */
const MARKS: ReadonlySet<unknown> = new Set(["", "N/A", "NA", "n/a", "-", "--", "null", "None"]);

/** Whether a commit changed a value, by the words of src/domain/document-changes.ts. */
function isChanged(
  commits: ReadonlyMap<number, StoredCommitRow>,
  commit: StoredCommitRow,
  { path, key, kind }: Row,
): boolean {
  const below: (StoredVersion | undefined)[] = [];
  for (let at = commits.get(commit.firstParent ?? -1); at !== undefined; at = commits.get(at.firstParent ?? -1))
    below.push(at.files.get(String(path)));
  const version = commit.files.get(String(path));
  if (version === undefined ? below[0] === undefined : version.values === null) return false;
  const baseline = below.findIndex((each) => each !== undefined && each.values !== null);
  if (baseline < 0) return false;
  const valueOf = (of: StoredVersion | undefined) => {
    const written = of?.values?.get(String(key)) ?? null;
    return kind === "number" && MARKS.has(written) ? null : written;
  };
  const [value, before] = [valueOf(version), valueOf(below[baseline])];
  const wasAway = below.slice(0, baseline).includes(undefined);
  return !sameValue(value, before) && !(value === null && wasAway);
}

function countColumn(history: StoredHistory, newest: number, column: Row): Counted | null {
  const { path, key, goal } = column;
  const counts = newColumn(String(path), String(key));
  const seen = new Set<StoredVersion>();
  const byPosition = new Map(history.commits.map((commit) => [commit.position, commit]));
  const positions: number[] = [];
  const changed: number[] = [];
  let best: { value: number; position: number } | null = null;
  for (const commit of history.commits) {
    const { position, files, unreachable } = commit;
    if (unreachable) continue;
    if (isChanged(byPosition, commit, column)) changed.push(position);
    const version = files.get(String(path));
    const values = version?.values ?? null;
    if (version === undefined || values === null) continue;
    const value = values.get(String(key));
    if (value === undefined) continue;
    positions.push(position);
    if (!seen.has(version)) countKind(counts, value);
    seen.add(version);
    const number = numberOf(value);
    if (goal === null || number === null || !Number.isFinite(number)) continue;
    if (best === null || isBetter(number, best.value, goal as "higher")) best = { value: number, position };
  }
  const [first, last] = [positions[0], positions.at(-1)];
  if (first === undefined || last === undefined) return null;
  const kind = kindOf(counts);
  return {
    kind,
    changes: changed.length,
    recent_changes: changed.filter((position) => position > newest - RECENT_COMMITS).length,
    last_changed_position: changed.at(-1) ?? null,
    first_position: first,
    last_position: last,
    best_value: kind === "number" ? (best?.value ?? null) : null,
    best_position: kind === "number" ? (best?.position ?? null) : null,
  };
}

/** A column that only commits have which no branch reaches is there, and counts for nothing. */
const NOTHING = { changes: 0, recent_changes: 0, last_changed_position: null, best_value: null, best_position: null };

/** Checks every column of a catalogue, and that no column is missing. */
export function checkColumns(history: StoredHistory): void {
  const newest = history.commits.findLast(({ unreachable }) => !unreachable)?.position ?? -1;
  const columns = history.columns as readonly Row[];
  for (const column of columns) {
    const expected = countColumn(history, newest, column) ?? NOTHING;
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, column[name]]));
    assert.deepEqual(found, expected, `column ${String(column["path"])}:${String(column["key"])}`);
  }
  const idOf = (path: unknown, key: unknown): string => `${String(path)}:${String(key)}`;
  const used = history.commits.flatMap(({ files }) => [...files.values()]);
  const keys = used.flatMap(({ path, values }) => [...(values?.keys() ?? [])].map((key) => idOf(path, key)));
  assert.deepEqual(columns.map(({ path, key }) => idOf(path, key)).sort(), [...new Set(keys)].sort());
}

/** What a fresh import and a history that was followed agree on: positions are each one's own. */
function factsOf(history: StoredHistory): Map<string, unknown> {
  const reached = (history.columns as readonly Row[]).filter((column) => countColumn(history, 0, column) !== null);
  return new Map(
    reached.map(({ path, key, kind, unit, goal, goal_from, changes, best_value }) => [
      `${String(path)}:${String(key)}`,
      { kind, unit, goal, goal_from, changes, best_value },
    ]),
  );
}

/** Checks that the columns which branches reach are those of an import of the same branches made just now. */
export function checkFreshColumns(followed: StoredHistory, fresh: StoredHistory): void {
  assert.deepEqual(factsOf(followed), factsOf(fresh), "columns as a fresh import gives them");
}

/** A history without the written order of its columns: how files that are gone wrote their keys, no row tells. */
export function unordered(history: StoredHistory): StoredHistory {
  const columns = (history.columns as readonly Row[]).map(({ written_order: _order, ...column }) => column);
  return { ...history, columns };
}
