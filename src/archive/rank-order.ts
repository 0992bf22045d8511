// The order of a column's values (domain/value.ts) in SQL of the engines: ranks, and what is compared within each. It is
// computed for a million rows before forty of them are taken: what decides most rows stands first.
import type { ColumnKind } from "../domain/model.ts";
import { MISSING_TEXTS } from "../domain/value.ts";
import { quoteText } from "./dialects.ts";
import type { Dialect } from "./query-engine.ts";

/** From here on a double does not tell integers apart. */
const EXACT_FROM = 2 ** 53;
/** Digits that are kept of an integer. */
const DIGITS = 40;

/** Expressions over one row's `num`, `text` and `kind`; none of them is ever NULL. */
export interface RankOrder {
  /** whether it is not missing: a rank below 4 */
  readonly isThere: string;
  /** 0 finite numbers, 1 NaN and infinities, 2 truth values, 3 texts, 4 what is missing */
  readonly rank: string;
  /** the order within ranks 0 to 2 */
  readonly double: string;
  /** the rest of it: digits of integers from 2^53 on that are one double, and texts by code point */
  readonly detail: string;
}

/**
 * @param of the name of the table whose columns are meant
 * @param columnKind in a column of numbers the texts that people write for "nothing" are missing
 */
export function rankOrder(dialect: Dialect, of: string, columnKind: ColumnKind): RankOrder {
  const [num, text, kind] = [`${of}.num`, `${of}.text`, `${of}.kind`];
  // an IN of so many is a join to DuckDB, which takes longer than the sort
  const marks = [...MISSING_TEXTS].map((mark) => `WHEN ${quoteText(mark)} THEN 1`).join(" ");
  const isText =
    columnKind === "number" ? `${kind} = 'text' AND (CASE ${text} ${marks} ELSE 0 END) = 0` : `${kind} = 'text'`;
  // only numbers, numeric texts and truth values have a number
  const rank = `(CASE
    WHEN ${num} IS NOT NULL THEN CASE WHEN ${kind} = 'boolean' THEN 2 WHEN ${dialect.isFinite(num)} THEN 0 ELSE 1 END
    WHEN ${isText} THEN 3
    ELSE 4 END)`;
  const double = `(CASE
    WHEN ${num} IS NULL THEN ${dialect.double(0)}
    WHEN ${dialect.isFinite(num)} THEN ${num}
    WHEN ${dialect.isNaN(num)} THEN ${dialect.double(2)}
    WHEN ${num} > ${dialect.double(0)} THEN ${dialect.double(1)}
    ELSE ${dialect.double(0)} END)`;
  const detail = `(CASE
    WHEN ${text} IS NULL THEN ''
    WHEN ${num} IS NULL THEN CASE WHEN ${isText} THEN ${text} ELSE '' END
    WHEN ${dialect.isFinite(num)} AND abs(${num}) >= ${dialect.double(EXACT_FROM)}
      AND strpos(lower(${text}), 'e') = 0 AND strpos(${text}, '.') = 0 THEN ${digitsOf(dialect, num, text)}
    ELSE '' END)`;
  return { isThere: `(${num} IS NOT NULL OR (${isText}))`, rank, double, detail };
}

/**
 * Digits with zeros before them compare as numbers do. Those of a negative number are exchanged for what they lack to 9: then
 * they too ascend with the number. A text with an exponent or a fraction is its double and nothing more.
 */
function digitsOf(dialect: Dialect, num: string, text: string): string {
  const plain = `replace(replace(replace(${text}, ',', ''), '%', ''), '-', '')`;
  const padded = `lpad(${plain}, ${DIGITS}, '0')`;
  const turned = `translate(${padded}, '0123456789', '9876543210')`;
  return `CASE WHEN ${num} > ${dialect.double(0)} THEN ${padded} ELSE ${turned} END`;
}
