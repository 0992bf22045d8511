// What DuckDB on one side, Trino and Athena on the other say differently, and the one way to write a text into a statement.
import type { Dialect } from "./query-engine.ts";

/** How DuckDB says it. */
export const DUCKDB_DIALECT: Dialect = {
  text: quoteText,
  isFinite: (double) => `isfinite(${double})`,
  isNaN: (double) => `isnan(${double})`,
  whole: (double) => `CAST(${double} AS BIGINT)`,
  double: quoteDouble,
};

/** How Trino says it, and Athena, which is one. */
export const TRINO_DIALECT: Dialect = {
  ...DUCKDB_DIALECT,
  isFinite: (double) => `is_finite(${double})`,
  isNaN: (double) => `is_nan(${double})`,
};

/** @returns a text as a literal of all three: they know no escape but the doubled quote, and none takes U+0000 in a text */
export function quoteText(text: string): string {
  const pieces = text.split("\0").map((piece) => `'${piece.replaceAll("'", "''")}'`);
  return pieces.length === 1 ? (pieces[0] ?? "''") : `(${pieces.join(" || chr(0) || ")})`;
}

/** All three read the texts that JavaScript gives to NaN and infinities, and each number's shortest form exactly. */
function quoteDouble(value: number): string {
  return `CAST('${Object.is(value, -0) ? "-0.0" : String(value)}' AS DOUBLE)`;
}
