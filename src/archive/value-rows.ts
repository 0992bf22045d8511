// Values as an engine gives them: the numbers of all that is wanted, and of what is no plain number what it is. So the columns
// of texts and kinds, which are mostly empty and the same, are read only where something else is in them. Of few commits all is
// asked at once: there a second question takes longer than it saves.
import type { Answer, AnswerType } from "./query-engine.ts";

/** What is asked of the values of few commits. */
export const ALL_FACTS = "column_id, position, num, text, kind";

/** Beside the facts. */
export const ALL_TYPES: readonly AnswerType[] = ["integer", "integer", "double", "text", "text"];

/** What is asked of all values. */
export const NUMBER_FACTS = "column_id, position, num";

/** The same of the values of one column: it need not be told a million times which. */
export const COLUMN_FACTS = "position, num";

/** Beside the facts. */
export const COLUMN_TYPES: readonly AnswerType[] = ["integer", "double"];

/** Beside the facts. */
export const NUMBER_TYPES: readonly AnswerType[] = ["integer", "integer", "double"];

/** What is asked of those that are no plain numbers. */
export const OTHER_FACTS = "column_id, position, text, kind";

/** Beside the facts. */
export const OTHER_TYPES: readonly AnswerType[] = ["integer", "integer", "text", "text"];

/** Conditions that hold for whatever is no plain number; each is decided for whole objects by what their footers say. */
export const OTHERS: readonly string[] = ["kind <> 'number'", "kind = 'number' AND text >= ''"];

/** Values, row by row. */
export interface ValueRows {
  readonly rows: number;
  /** whether all are plain numbers, and none has a text */
  readonly arePlain: boolean;
  /** number of the column that all are of; null: of several */
  readonly only: number | null;
  /** beside each other: positions, numbers */
  readonly positions: readonly number[];
  readonly nums: readonly (number | null)[];
  readonly columnOf: (row: number) => number;
  readonly kindOf: (row: number) => string;
  readonly textOf: (row: number) => string | null;
}

/** @param answer to a question for ALL_FACTS */
export function allRows({
  rows,
  columns: [columns = [], positions = [], nums = [], texts = [], kinds = []],
}: Answer): ValueRows {
  return {
    rows,
    arePlain: false,
    only: null,
    positions: positions as readonly number[],
    nums: nums as readonly (number | null)[],
    columnOf: (row) => columns[row] as number,
    kindOf: (row) => kinds[row] as string,
    textOf: (row) => texts[row] as string | null,
  };
}

type Other = readonly [text: string | null, kind: string];

/**
 * Puts both answers together.
 * @param numbers to a question for NUMBER_FACTS; for COLUMN_FACTS where all are of one column
 * @param others to one for OTHER_FACTS of the same values
 * @param only the number of that column
 */
export function valueRows(numbers: Answer, others: Answer, only: number | null): ValueRows {
  const byColumn = new Map<number, Map<number, Other>>();
  const [ids = [], at = [], texts = [], kinds = []] = others.columns;
  for (let row = 0; row < others.rows; row++) {
    const ofColumn = byColumn.get(ids[row] as number) ?? new Map<number, Other>();
    byColumn.set(ids[row] as number, ofColumn);
    ofColumn.set(at[row] as number, [texts[row] as string | null, kinds[row] as string]);
  }
  const [columns, positions, nums] = (only === null ? numbers.columns : [null, ...numbers.columns]) as [
    readonly number[] | null,
    readonly number[],
    readonly (number | null)[],
  ];
  const columnOf = (row: number): number => (columns === null ? only : columns[row]) as number;
  const other = (row: number): Other | undefined =>
    byColumn.size === 0 ? undefined : byColumn.get(columnOf(row))?.get(positions[row] as number);
  return {
    rows: numbers.rows,
    arePlain: others.rows === 0,
    only,
    positions,
    nums,
    columnOf,
    kindOf: (row) => other(row)?.[1] ?? "number",
    textOf: (row) => other(row)?.[0] ?? null,
  };
}
