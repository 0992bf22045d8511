// What the catalogue knows of each column so far, in lists beside each other: a wide repository has 100,000 columns.
import { guessGoal, guessUnit } from "../domain/column.ts";
import type { ColumnFacts, ColumnKind, Goal, GoalSource, Value } from "../domain/model.ts";
import { exactNumberOf, isMissing, numberOf } from "../domain/value.ts";

/** Stands for "no position yet". */
const NONE = -1;

/** How often a column changed. */
export interface ChangeCounts {
  changes: number;
  recentChanges: number;
  lastChanged: number;
}

/** One column while it is being found out about. Positions are -1 until there is one. */
export interface ColumnRecord {
  readonly path: string;
  readonly key: string;
  unit: string | null;
  goal: Goal;
  goalFrom: GoalSource;
  /** where the newest version was seen whose file says what the column is; -1 while its name has to tell */
  toldPosition: number;
  unstable: boolean;
  first: number;
  last: number;
  /** of its changes with marks for "nothing" as texts, and of those without the ones from a mark or nothing to another */
  readonly asTexts: ChangeCounts;
  readonly asNumbers: ChangeCounts;
  /** place in the written order of the newest version that has it, and where that version was seen last */
  orderIndex: number;
  orderPosition: number;
  /** the ends of its finite values, and the lowest position of each: which one is best is settled at the end */
  highest: number | bigint;
  highestPosition: number;
  lowest: number | bigint;
  lowestPosition: number;
  numbers: number;
  numericTexts: number;
  texts: number;
  booleans: number;
  /** texts that people write for "nothing": only beside numbers are they that */
  marks: number;
}

/** @returns the record of a column that was never seen */
export function newColumn(path: string, key: string): ColumnRecord {
  const unit = guessUnit(path, key);
  const { goal, goalFrom } = guessGoal(path, key, unit);
  const positions = { first: NONE, last: NONE, orderPosition: NONE, toldPosition: NONE };
  const ends = { highest: Number.NaN, highestPosition: NONE, lowest: Number.NaN, lowestPosition: NONE };
  const noChanges = { changes: 0, recentChanges: 0, lastChanged: NONE };
  const counts = { numbers: 0, numericTexts: 0, texts: 0, booleans: 0, marks: 0 };
  return {
    path,
    key,
    unit,
    goal,
    goalFrom,
    unstable: false,
    orderIndex: 0,
    asTexts: { ...noChanges },
    asNumbers: { ...noChanges },
    ...positions,
    ...ends,
    ...counts,
  };
}

/** Counts what kind of value a version has. */
export function countKind(column: ColumnRecord, value: Value): void {
  if (typeof value === "number" || typeof value === "bigint") column.numbers += 1;
  else if (typeof value === "boolean") column.booleans += 1;
  else if (value === null) return;
  else if (isMissing(value)) column.marks += 1;
  else if (numberOf(value) !== null) column.numericTexts += 1;
  else column.texts += 1;
}

/**
 * Notes that commits have this value.
 * @param index place of the key in the version's written order
 * @param low lowest and `high` highest position of these commits
 */
export function noteUse(column: ColumnRecord, value: Value, index: number, low: number, high: number): void {
  if (column.first === NONE || low < column.first) column.first = low;
  if (high > column.last) column.last = high;
  if (high > column.orderPosition) {
    column.orderPosition = high;
    column.orderIndex = index;
  }
  const number = exactNumberOf(value);
  if (number === null) return;
  if (column.highestPosition === NONE || number > column.highest) {
    column.highest = number;
    column.highestPosition = low;
  } else if (number === column.highest && low < column.highestPosition) column.highestPosition = low;
  if (column.lowestPosition === NONE || number < column.lowest) {
    column.lowest = number;
    column.lowestPosition = low;
  } else if (number === column.lowest && low < column.lowestPosition) column.lowestPosition = low;
}

/** Notes what a version's file says about the column: the newest one counts. @param high where it was seen */
export function noteFacts(column: ColumnRecord, facts: ColumnFacts, high: number): void {
  if (high <= column.toldPosition) return;
  column.toldPosition = high;
  column.unit = facts.unit;
  column.goal = facts.goal;
  column.goalFrom = facts.goalFrom;
}

/** @returns the best of its finite values and the lowest position that has it; null without a goal or a value */
export function bestOf({ goal, ...ends }: ColumnRecord): { value: number | bigint; position: number } | null {
  if (goal === null || ends.highestPosition === NONE) return null;
  return goal === "higher"
    ? { value: ends.highest, position: ends.highestPosition }
    : { value: ends.lowest, position: ends.lowestPosition };
}

/**
 * Notes that a commit's value differs from its baseline's.
 * @param recent whether it is one of the newest commits
 */
export function noteChange(counts: ChangeCounts, position: number, recent: boolean): void {
  counts.changes += 1;
  if (recent) counts.recentChanges += 1;
  if (position > counts.lastChanged) counts.lastChanged = position;
}

/** @returns how often a column of that kind changed: what it is is known at the end */
export function changesOf({ asTexts, asNumbers }: ColumnRecord, kind: ColumnKind): ChangeCounts {
  return kind === "number" ? asNumbers : asTexts;
}
