// A stored value as numbers and texts that Postgres compares: the order of domain/value.ts in SQL, without a cast that fails.
import { MAX_EXACT_DIGITS } from "../domain/limits.ts";
import type { ColumnKind } from "../domain/model.ts";
import { MISSING_TEXTS, SPECIAL_TEXTS } from "../domain/value.ts";

// domain/value.ts has the same three rules; test/sorted-values.test.ts compares the two.
const MAX_NUMERIC_TEXT = 64;
const NUMERIC = String.raw`^-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?%?$`;
const GROUPED = String.raw`^-?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:[.][0-9]+)?%?$`;
/** From here on a number is read as infinite; a hair below the middle between the largest double and the next power. */
const TOO_LARGE = "1.7976931348623158079e308";
/** Up to here a number is read as 0; a hair above half of the smallest double. */
const TOO_SMALL = "2.4703282292062328e-324";
/** From here on a double does not tell integers apart. */
const EXACT_FROM = "9007199254740992";

function listed(texts: Iterable<string>): string {
  return [...texts].map((text) => `'${text}'`).join(", ");
}

const SPECIAL_CASES = [...SPECIAL_TEXTS].map(([text, number]) => `WHEN '${text}' THEN float8 '${number}'`).join(" ");

/**
 * The number that a numeric text says. Its exponent decides first whether it can be cast at all: `numeric` takes 4 digits of
 * one, and what is out of a double's range is infinite or 0, as in JavaScript.
 * @param text an SQL expression of a text that one of the patterns fits, without `%` and commas
 */
function doubleOf(text: string): string {
  const exponent = `substring(${text} FROM '[eE][+-]?0*([0-9]*)$')`;
  const mantissa = `substring(${text} FROM '^[^eE]*')::numeric`;
  const infinite = `CASE WHEN ${text} LIKE '-%' THEN float8 '-Infinity' ELSE float8 'Infinity' END`;
  return `CASE
    WHEN ${exponent} IS NULL THEN ${text}::float8
    WHEN length(${exponent}) > 4 THEN CASE WHEN ${text} ~ '[eE]-' OR ${mantissa} = 0 THEN 0 ELSE ${infinite} END
    WHEN abs(${text}::numeric) >= ${TOO_LARGE} THEN ${infinite}
    WHEN abs(${text}::numeric) <= ${TOO_SMALL} THEN 0
    ELSE ${text}::float8 END`;
}

/**
 * The number that a value stands for, as numberOf() has it; NULL for what stands for none.
 * @param json an SQL expression of one stored value
 * @param text an SQL expression of its text, `json #>> '{}'`
 */
export function numberSql(json: string, text: string): string {
  const plain = `translate(${text}, ',%', '')`;
  return `CASE jsonb_typeof(${json})
  WHEN 'number' THEN (${json})::float8
  WHEN 'object' THEN (${json} ->> 'n')::float8
  WHEN 'string' THEN CASE
    WHEN length(${text}) > ${MAX_NUMERIC_TEXT} THEN NULL
    WHEN ${text} IN (${listed(SPECIAL_TEXTS.keys())}) THEN CASE ${text} ${SPECIAL_CASES} END
    WHEN ${text} ~ '${NUMERIC}' OR ${text} ~ '${GROUPED}' THEN ${doubleOf(plain)} END
  END`;
}

function isMarkSql(text: string): string {
  return `${text} IN (${listed(MISSING_TEXTS)})`;
}

const IS_SPECIAL = (number: string): string => `${number} IN ('NaN', 'Infinity', '-Infinity')`;

/**
 * The rank of a value: 0 finite numbers, 1 special ones, 2 truth values, 3 texts, 4 what is missing, as valueIn() has it.
 * @param number an SQL expression of numberSql()
 * @param kind of the column
 */
export function rankSql(json: string, text: string, number: string, kind: ColumnKind): string {
  const ofText = kind === "number" ? `CASE WHEN ${isMarkSql(text)} THEN 4 ELSE 3 END` : "3";
  return `CASE
  WHEN ${number} IS NOT NULL THEN CASE WHEN ${IS_SPECIAL(number)} THEN 1 ELSE 0 END
  ELSE CASE jsonb_typeof(${json})
    WHEN 'boolean' THEN 2
    WHEN 'string' THEN ${ofText}
    ELSE 4 END
  END`;
}

/** A finite number with its digits, as fullNumberOf() has it. A text of more digits than are kept is the nearest double. */
function digitsSql(json: string, text: string, number: string): string {
  const plain = `translate(${text}, ',%', '')`;
  return `CASE
    WHEN jsonb_typeof(${json}) = 'number' THEN (${json})::numeric
    WHEN abs(${number}) >= ${EXACT_FROM} AND ${plain} ~ '^-?[0-9]{16,${MAX_EXACT_DIGITS}}$' THEN ${plain}::numeric
    ELSE ${number}::text::numeric END`;
}

/** The order within a rank, as one expression each: a double, an integer that is exact, a text by code point. None is NULL. */
interface WithinRank {
  readonly double: string;
  readonly exact: string;
  readonly text: string;
}

/** A number that a value is compared with, beside the `double` and the `exact` of withinRankSql(). */
export function boundOf(number: number | bigint): { readonly double: string; readonly exact: string } {
  const isExact = Number.isFinite(Number(number)) && Math.abs(Number(number)) >= Number(EXACT_FROM);
  return { double: String(Number(number)), exact: isExact ? String(number) : "0" };
}

/** @returns the order within ranks of a value; `rank` is an SQL expression of rankSql() */
export function withinRankSql(json: string, text: string, number: string, rank: string): WithinRank {
  return {
    double: `CASE ${rank}
  WHEN 0 THEN ${number}
  WHEN 1 THEN CASE ${number} WHEN '-Infinity' THEN 0 WHEN 'Infinity' THEN 1 ELSE 2 END
  WHEN 2 THEN CASE WHEN ${text} = 'true' THEN 1 ELSE 0 END
  ELSE 0 END::float8`,
    exact: `CASE WHEN ${rank} = 0 AND abs(${number}) >= ${EXACT_FROM} THEN
  ${digitsSql(json, text, number)} ELSE 0 END`,
    text: `CASE WHEN ${rank} = 3 THEN ${text} ELSE '' END COLLATE "C"`,
  };
}

/**
 * The finite number that a value stands for with all its written digits, NULL for what stands for none. A change is the
 * difference of two of them: 0.3 - 0.1 is 0.2.
 */
export function exactSql(json: string, text: string, number: string): string {
  return `CASE WHEN NOT ${IS_SPECIAL(number)} THEN ${digitsSql(json, text, number)} END`;
}

/**
 * A value of a column of numbers as sentIn() has it, with one form of each number; NULL for a mark.
 * @param json an SQL expression of one stored value; it is written several times
 */
export function ofNumbersSql(json: string): string {
  const text = `(${json} #>> '{}')`;
  return `CASE WHEN jsonb_typeof(${json}) <> 'string' THEN ${json} WHEN NOT ${isMarkSql(text)} THEN (
    SELECT CASE
      WHEN read.number IS NULL THEN ${json}
      WHEN ${IS_SPECIAL("read.number")} THEN jsonb_build_object('n', read.number::text)
      ELSE to_jsonb(${digitsSql(json, text, "read.number")}) END
    FROM (SELECT ${numberSql(json, text)} AS number OFFSET 0) read) END`;
}

/** One number of exactSql() less another; NULL without either, and where a double cannot hold it. */
export function differenceSql(a: string, b: string): string {
  return `CASE WHEN abs(${a} - ${b}) < ${TOO_LARGE} THEN ${a} - ${b} END`;
}
