// What a cell of the table should show, found the slow way: every file as git has it, JSON.parse, no code of ours but formats.
import { change } from "../../src/domain/compare.ts";
import { columnDecimals, formatChange, formatInColumn } from "../../src/domain/format-value.ts";
import type { Goal, Value } from "../../src/domain/model.ts";
import { git } from "./git-history.ts";
import { objectsOf } from "./git-objects.ts";

/** Larger files are not read: the limit that the product promises. */
const MAX_BYTES = 4 * 1024 * 1024;

/** A cell as the page should draw it. */
export interface SlowCell {
  readonly text: string;
  readonly change: string;
  readonly colour: "better" | "worse" | "other" | "none";
  readonly value: Value;
}

/** Reads cells of one branch's line. */
export interface SlowTable {
  /** ids of the line's commits, newest first */
  readonly line: readonly string[];
  /** a value and the one that its commit is compared with: its own baseline's, or that of the row given */
  figures(row: number, column: { path: string; key: string }, pinned?: number): { value: Value; before: Value };
  /** @param decimalRows how many of the newest commits decide on the decimals of a column */
  cell(row: number, column: { path: string; key: string; goal: Goal }, decimalRows: number): SlowCell;
}

/** Flattens what JSON.parse gave; rows are named by their field `name`, which is enough for the demo. */
function flatten(value: unknown, key: string, into: Map<string, Value>): void {
  if (Array.isArray(value)) {
    for (const row of value as Record<string, unknown>[]) {
      for (const [name, leaf] of Object.entries(row)) {
        if (name !== "name") flatten(leaf, `${key}[name=${String(row["name"])}].${name}`, into);
      }
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, leaf] of Object.entries(value)) flatten(leaf, key === "" ? name : `${key}.${name}`, into);
  } else into.set(key, value === "NaN" ? Number.NaN : (value as Value));
}

/** @returns the leaves of a file at a commit; null when it is missing there, too large or no JSON */
function readLeaves(bytes: Buffer | null): ReadonlyMap<string, Value> | null {
  if (bytes === null || bytes.length > MAX_BYTES) return null;
  try {
    const leaves = new Map<string, Value>();
    flatten(JSON.parse(bytes.toString("utf8").replace(/\bNaN\b/g, '"NaN"')), "", leaves);
    return leaves;
  } catch {
    return null;
  }
}

/** Opens the line of a branch. */
export function openSlowTable(folder: string, branch: string): SlowTable {
  const line = git(folder, "rev-list", "--first-parent", branch).split("\n");
  const known = new Map<string, ReadonlyMap<string, Value> | null>();
  const versions = new Map<string, readonly (Buffer | null)[]>();
  const versionsOf = (path: string): readonly (Buffer | null)[] => {
    const read =
      versions.get(path) ??
      objectsOf(
        folder,
        line.map((sha) => `${sha}:${path}`),
      );
    versions.set(path, read);
    return read;
  };
  const leavesAt = (row: number, path: string): ReadonlyMap<string, Value> | null => {
    const name = `${line[row]}:${path}`;
    let leaves = known.get(name);
    if (leaves === undefined) {
      leaves = readLeaves(versionsOf(path)[row] ?? null);
      known.set(name, leaves);
    }
    return leaves;
  };
  const baseline = (row: number, path: string): ReadonlyMap<string, Value> | null => {
    for (let older = row + 1; older < line.length; older++) {
      const leaves = leavesAt(older, path);
      if (leaves !== null) return leaves;
    }
    return null;
  };
  return {
    line,
    figures(row, { path, key }, pinned) {
      const compared = pinned === undefined ? baseline(row, path) : leavesAt(pinned, path);
      return { value: leavesAt(row, path)?.get(key) ?? null, before: compared?.get(key) ?? null };
    },
    cell(row, { path, key, goal }, decimalRows) {
      const newest = line.slice(0, decimalRows).map((_, index) => leavesAt(index, path)?.get(key) ?? null);
      const decimals = columnDecimals(newest);
      const value = leavesAt(row, path)?.get(key) ?? null;
      const before = baseline(row, path)?.get(key) ?? null;
      return {
        value,
        text: formatInColumn(value, decimals),
        change: value === null ? "" : formatChange(value, before, decimals),
        colour: colourOf(value, before, goal),
      };
    },
  };
}

/** @returns the colour that a change is drawn in */
export function colourOf(value: Value, before: Value, goal: Goal): SlowCell["colour"] {
  if (value === null || before === null || Object.is(value, before)) return "none";
  if (goal === null) return "other";
  if (Number.isNaN(value)) return "worse";
  if (Number.isNaN(before)) return "better";
  const difference = change(value, before) ?? 0;
  if (difference === 0) return "none";
  return difference > 0 === (goal === "higher") ? "better" : "worse";
}
