// Series over the archive: a column's numbers drawn in few points, without losing its peaks.
import type { Dialect, Question } from "./query-engine.ts";
import { questionOf, type Scope, type ScopeColumn, whole, within } from "./questions.ts";
import { rankOrder } from "./rank-order.ts";

/** A stretch of positions that is cut into equal bins. */
export interface BinnedScope extends Scope {
  readonly first: number;
  readonly last: number;
}

/**
 * Of each bin its lowest and its highest finite number, each where it was first, and its last value whatever it is.
 * Rows, by bin: bin, values, position and num of the lowest, of the highest (null: none is finite), position of the last
 */
export function binsOf(scope: BinnedScope, column: ScopeColumn, bins: number): Question {
  const types = ["integer", "integer", "integer", "double", "integer", "double", "integer"] as const;
  return questionOf(scope, ["values"], types, bins, (dialect, table) => {
    const { rank, isThere } = rankOrder(dialect, "v", column.kind);
    const bin = binSql(dialect, scope, bins);
    return `SELECT bin, count(*), min(CASE WHEN num = lowest THEN position END), min(lowest),
        min(CASE WHEN num = highest THEN position END), min(highest), max(position)
      FROM (SELECT bin, position, num, min(num) OVER (PARTITION BY bin) AS lowest, max(num) OVER (PARTITION BY bin) AS highest
        FROM (SELECT ${bin} AS bin, v.position, CASE WHEN ${rank} = 0 THEN v.num END AS num FROM ${table("values")} AS v
          WHERE ${within(scope, "v")} AND v.column_id = ${whole(column.number)} AND ${isThere}) AS of_bin) AS of_all
      GROUP BY bin ORDER BY bin`;
  });
}

/** Of each bin its last value. Rows, by bin: bin, position, kind, num, text */
export function lastOfBins(scope: BinnedScope, column: ScopeColumn, bins: number): Question {
  const types = ["integer", "integer", "text", "double", "text"] as const;
  return questionOf(scope, ["values"], types, bins, (dialect, table) => {
    const { isThere } = rankOrder(dialect, "v", column.kind);
    return `SELECT bin, position, kind, num, text
      FROM (SELECT bin, position, kind, num, text, max(position) OVER (PARTITION BY bin) AS last_position
        FROM (SELECT ${binSql(dialect, scope, bins)} AS bin, v.position, v.kind, v.num, v.text FROM ${table("values")} AS v
          WHERE ${within(scope, "v")} AND v.column_id = ${whole(column.number)} AND ${isThere}) AS of_bin) AS of_all
      WHERE position = last_position ORDER BY bin`;
  });
}

/** Divided as doubles: integers are divided otherwise in each engine. */
function binSql(dialect: Dialect, { first, last }: BinnedScope, bins: number): string {
  const share = `CAST(v.position - ${whole(first)} AS DOUBLE) * ${dialect.double(bins)}`;
  return dialect.whole(`floor(${share} / ${dialect.double(last - first + 1)})`);
}
