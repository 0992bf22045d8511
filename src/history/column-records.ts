// What the catalogue knows of each column so far, in lists beside each other: a wide repository has 100,000 columns.
import { guessGoal, guessUnit } from "../domain/column.ts";
import { isBetter } from "../domain/compare.ts";
import type { Goal, GoalSource, Value } from "../domain/model.ts";
import { isMissing, numberOf } from "../domain/value.ts";

/** Stands for "no position yet". */
const NONE = -1;

/** One column while it is being found out about. Positions are -1 until there is one. */
export interface ColumnRecord {
  readonly path: string;
  readonly key: string;
  readonly unit: string | null;
  readonly goal: Goal;
  readonly goalFrom: GoalSource;
  unstable: boolean;
  first: number;
  last: number;
  lastChanged: number;
  changes: number;
  recentChanges: number;
  /** place in the written order of the newest version that has it, and where that version was seen last */
  orderIndex: number;
  orderPosition: number;
  bestValue: number;
  bestPosition: number;
  numbers: number;
  numericTexts: number;
  texts: number;
  booleans: number;
}

/** @returns the record of a column that was never seen */
export function newColumn(path: string, key: string): ColumnRecord {
  const unit = guessUnit(path, key);
  const { goal, goalFrom } = guessGoal(path, key, unit);
  const positions = { first: NONE, last: NONE, lastChanged: NONE, orderPosition: NONE, bestPosition: NONE };
  const counts = { changes: 0, recentChanges: 0, numbers: 0, numericTexts: 0, texts: 0, booleans: 0 };
  return {
    path,
    key,
    unit,
    goal,
    goalFrom,
    unstable: false,
    orderIndex: 0,
    bestValue: Number.NaN,
    ...positions,
    ...counts,
  };
}

/** Counts what kind of value a version has. */
export function countKind(column: ColumnRecord, value: Value): void {
  if (typeof value === "number" || typeof value === "bigint") column.numbers += 1;
  else if (typeof value === "boolean") column.booleans += 1;
  else if (isMissing(value)) return;
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
  const number = column.goal === null ? null : typeof value === "number" ? value : numberOf(value);
  if (column.goal === null || number === null || !Number.isFinite(number)) return;
  if (column.bestPosition === NONE || isBetter(number, column.bestValue, column.goal)) {
    column.bestValue = number;
    column.bestPosition = low;
  } else if (number === column.bestValue && low < column.bestPosition) {
    column.bestPosition = low;
  }
}

/** Notes that a commit's value differs from its baseline's. @param recent whether it is one of the newest commits */
export function noteChange(column: ColumnRecord, position: number, recent: boolean): void {
  column.changes += 1;
  if (recent) column.recentChanges += 1;
  if (position > column.lastChanged) column.lastChanged = position;
}
