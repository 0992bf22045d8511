// Values as an engine gives them: the numbers of all that is wanted, and of what is no plain number what it is. So the columns
// of texts and kinds, which are mostly empty and the same, are read only where something else is in them.
import type { Answer, AnswerType } from "./query-engine.ts";

/** What is asked of all values. */
export const NUMBER_FACTS = "column_id, position, num";

/** The same of the values of one column: it need not be told a million times which. */
export const COLUMN_FACTS = "position, num";

/** Beside the facts. */
export const COLUMN_TYPES: readonly AnswerType[] = ["integer", "double"];

/** @returns an answer to COLUMN_FACTS as one to NUMBER_FACTS */
export function withColumn({ rows, columns }: Answer, column: number): Answer {
  return { rows, columns: [Array.from<number>({ length: rows }).fill(column), ...columns] };
}

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
  /** beside each other: numbers of columns, positions, numbers */
  readonly columns: readonly number[];
  readonly positions: readonly number[];
  readonly nums: readonly (number | null)[];
  readonly kindOf: (row: number) => string;
  readonly textOf: (row: number) => string | null;
}

type Other = readonly [text: string | null, kind: string];

/**
 * Puts both answers together.
 * @param numbers to a question for NUMBER_FACTS
 * @param others to one for OTHER_FACTS of the same values
 */
export function valueRows(numbers: Answer, others: Answer): ValueRows {
  const byColumn = new Map<number, Map<number, Other>>();
  const [ids = [], at = [], texts = [], kinds = []] = others.columns;
  for (let row = 0; row < others.rows; row++) {
    const ofColumn = byColumn.get(ids[row] as number) ?? new Map<number, Other>();
    byColumn.set(ids[row] as number, ofColumn);
    ofColumn.set(at[row] as number, [texts[row] as string | null, kinds[row] as string]);
  }
  const columns = numbers.columns[0] as readonly number[];
  const positions = numbers.columns[1] as readonly number[];
  const other = (row: number): Other | undefined =>
    byColumn.size === 0 ? undefined : byColumn.get(columns[row] as number)?.get(positions[row] as number);
  return {
    rows: numbers.rows,
    arePlain: others.rows === 0,
    columns,
    positions,
    nums: numbers.columns[2] as readonly (number | null)[],
    kindOf: (row) => other(row)?.[1] ?? "number",
    textOf: (row) => other(row)?.[0] ?? null,
  };
}
