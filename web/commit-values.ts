// The values of one commit, file by file, as its page shows them.
import type { Commit } from "../src/api/contract/commits.ts";
import type { ApiValue } from "../src/api/contract/contract.ts";
import { change, type Direction, judge, relativeChange, sameValue } from "../src/domain/compare.ts";
import {
  columnDecimals,
  exactText,
  formatChange,
  formatInColumn,
  formatRelativeChange,
} from "../src/domain/format-value.ts";
import { parseColumnId } from "../src/domain/key.ts";
import type { Value } from "../src/domain/model.ts";
import { specialNumber } from "./special-number.ts";

/** One value beside its baseline's. */
export interface CommitValue {
  readonly id: string;
  readonly key: string;
  readonly goal: "higher" | "lower" | null;
  readonly unit: string | null;
  /** in a few digits; "" when it is missing */
  readonly text: string;
  readonly exact: string;
  readonly before: string;
  readonly exactBefore: string;
  /** "new" and "gone" where there is only one side; "" when nothing changed */
  readonly change: string;
  /** in per cent; "" where it says nothing */
  readonly relative: string;
  readonly direction: Direction;
  readonly same: boolean;
}

/** A metric file of the commit with its values. */
export interface CommitFile {
  readonly path: string;
  /** null when the commit removed it: then all its values are gone */
  readonly facts: Commit["files"][number] | null;
  readonly values: readonly CommitValue[];
}

/** How many values went which way. */
export interface ChangeCounts {
  readonly better: number;
  readonly worse: number;
  readonly other: number;
  readonly fresh: number;
  readonly gone: number;
  readonly same: number;
}

/** @returns the commit's files in their order, then those it removed, each with its values in their order */
export function commitFiles(commit: Commit): readonly CommitFile[] {
  const byPath = new Map<string, CommitValue[]>();
  for (const sent of commit.values) {
    const { path, key } = parseColumnId(sent.column);
    const values = byPath.get(path) ?? [];
    values.push(commitValue(sent, key));
    byPath.set(path, values);
  }
  const ofPath = (path: string, facts: CommitFile["facts"]) => ({ path, facts, values: byPath.get(path) ?? [] });
  return [
    ...commit.files.map((facts) => ofPath(facts.path, facts)),
    ...commit.removed.map((path) => ofPath(path, null)),
  ];
}

function fromApi(sent: ApiValue): Value {
  return typeof sent === "string" ? (specialNumber(sent) ?? sent) : sent;
}

function commitValue(sent: Commit["values"][number], key: string): CommitValue {
  const [now, before] = [fromApi(sent.value), fromApi(sent.baseline)];
  const decimals = columnDecimals([now, before]);
  return {
    id: sent.column,
    key,
    goal: sent.goal,
    unit: sent.unit,
    text: formatInColumn(now, decimals),
    exact: exactText(now),
    before: formatInColumn(before, decimals),
    exactBefore: exactText(before),
    change: changeWords(now, before, decimals),
    relative: relativeWords(now, before),
    direction: judge(now, before, sent.goal),
    same: sameValue(now, before),
  };
}

function changeWords(now: Value, before: Value, decimals: number | null): string {
  if (now === null) return before === null ? "" : "gone";
  if (before === null) return "new";
  return change(now, before) === null ? "" : formatChange(now, before, decimals);
}

function relativeWords(now: Value, before: Value): string {
  const relative = relativeChange(now, before);
  return relative === null || relative === 0 ? "" : formatRelativeChange(relative);
}

/** @returns how many of the values went which way; one that is new or gone is neither better nor worse */
export function countChanges(values: readonly CommitValue[]): ChangeCounts {
  const counts = { better: 0, worse: 0, other: 0, fresh: 0, gone: 0, same: 0 };
  for (const { direction, same, change: words } of values) {
    if (same) counts.same += 1;
    else if (words === "new") counts.fresh += 1;
    else if (words === "gone") counts.gone += 1;
    else if (direction === "none") counts.other += 1;
    else counts[direction] += 1;
  }
  return counts;
}

/** @returns the values whose key holds all words of the search, and that changed if `onlyChanged` */
export function filterValues(
  values: readonly CommitValue[],
  search: string,
  onlyChanged: boolean,
): readonly CommitValue[] {
  const words = search.toLowerCase().split(/\s+/);
  return values.filter(
    ({ id, same }) => !(onlyChanged && same) && words.every((word) => id.toLowerCase().includes(word)),
  );
}
