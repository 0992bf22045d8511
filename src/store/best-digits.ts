// The digits of a column's best value: the catalogue has it as a double, its commit as the file has it.
import type { Value } from "../domain/model.ts";
import { exactNumberOf } from "../domain/value.ts";

/** From here on a double does not tell integers apart. */
const LARGE = 9_007_199_254_740_992;

/** @returns what is kept of a best value beside the double; null where that is all there is to it */
export function digitsOf(value: number | bigint | null): string | null {
  return value === null || Math.abs(Number(value)) < LARGE ? null : String(value);
}

/**
 * A column `m`'s best value with all its digits, as "bestDigits", where a double does not tell integers apart, which is next
 * to nowhere. Who wrote it before digits were kept did not say: then its commit is looked at.
 */
export const BEST_DIGITS = `
  CASE WHEN abs(m.best_value) >= 9007199254740992 THEN coalesce(to_jsonb(m.best_digits::numeric), (
    SELECT f.values -> (array_position(s.keys, m.key) - 1)
    FROM git_commit c
    CROSS JOIN LATERAL unnest(c.metric_file) AS held(file)
    JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = held.file AND f.path = m.path
    JOIN metric_shape s ON s.organization_id = $1 AND s.repository_id = $2 AND s.number = f.shape
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = m.best_position
  )) END AS "bestDigits"`;

/** The best value as a statement that asks for `BEST_DIGITS` gives it. */
export interface BestDigits {
  readonly bestDigits: Value;
}

/** @returns the row of such a statement, its best value as `fullNumberOf()` has it */
export function withDigits<Column extends { readonly bestValue: number | bigint | null }>(
  row: Column & BestDigits,
): Column {
  const { bestDigits, ...column } = row;
  const { bestValue } = row;
  const found = exactNumberOf(bestDigits);
  // while its commit is still to be written, the double has to do
  const isIt = found !== null && bestValue !== null && Number(found) === Number(bestValue);
  return { ...column, bestValue: isIt ? found : exactNumberOf(bestValue) } as unknown as Column;
}
