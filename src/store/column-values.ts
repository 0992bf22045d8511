// How Postgres' values become ours: positions as numbers, jsonb with exact integers.
import { types } from "pg";

const INT8 = 20;
const INT8_ARRAY = 1016;
const JSON_TYPE = 114;
const JSONB = 3802;

/** Longest integer that is kept exact, in digits (design/domain.md); a longer one is a double. */
const MAX_EXACT_DIGITS = 40;
/** Nothing with fewer digits in a row can be beyond 2^53. */
const MAYBE_BEYOND_DOUBLE = /\d{16}/;

/**
 * Positions, numbers and counts stay below 2^53, so they are numbers here. Ids that leave the store are selected as text.
 * @throws RangeError for an int8 that a number cannot hold
 */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the bigint ${text} is beyond 2^53: select it as text`);
  return value;
}

function parseInt8Array(text: string): (number | null)[] {
  if (text === "{}") return [];
  return text
    .slice(1, -1)
    .split(",")
    .map((part) => (part === "NULL" ? null : parseInt8(part)));
}

/** Parses jsonb; an integer beyond 2^53 of at most 40 digits becomes a bigint, so that none is rounded in silence. */
export function parseJsonb(text: string): unknown {
  if (!MAYBE_BEYOND_DOUBLE.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    if (typeof value !== "number" || Number.isSafeInteger(value) || source === undefined) return value;
    return /^-?\d+$/.test(source) && source.replace("-", "").length <= MAX_EXACT_DIGITS ? BigInt(source) : value;
  });
}

const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: parseInt8,
  [INT8_ARRAY]: parseInt8Array,
  [JSON_TYPE]: parseJsonb,
  [JSONB]: parseJsonb,
};

// its type says an enumeration where it takes any oid
const driverParser = types.getTypeParser as unknown as (oid: number) => (value: string) => unknown;

/** The driver's `types` setting: ours for bigint and jsonb, its own for the rest. */
export const columnTypes = {
  getTypeParser(oid: number, format?: string): (value: string) => unknown {
    const ours = format === "binary" ? undefined : PARSERS[oid];
    return ours ?? driverParser(oid);
  },
};
