// A column's values over all versions of its file, and the best of them: for when a goal changes, or nobody counted.
import { isBetter } from "../domain/compare.ts";
import type { RepositoryId } from "../domain/model.ts";
import { exactNumberOf, fromJsonb } from "../domain/value.ts";
import { lowestCommitWith } from "./commit.ts";
import { unreachableCommits } from "./commit-line.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** A value that some versions have. */
export interface ColumnValue {
  /** long integers with all their digits */
  readonly number: number | bigint;
  /** numbers of the file versions */
  readonly files: readonly number[];
}

const PART = "\x1f";
const VERSION = "\x1e";

// The shapes of the path first: where each keeps the column is the same for all its versions.
const VALUES: PreparedStatement = {
  name: "column_values",
  text: `
WITH shaped AS MATERIALIZED (
  SELECT used.shape, array_position(s.keys, $4) - 1 AS place
  FROM (
    SELECT DISTINCT f.shape FROM metric_file f
    WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.path = $3 AND f.shape IS NOT NULL
  ) used
  CROSS JOIN LATERAL (
    SELECT s.keys || '{}'::text[] AS keys FROM metric_shape s
    WHERE s.organization_id = $1 AND s.repository_id = $2 AND s.number = used.shape OFFSET 0
  ) s
)
SELECT string_agg(f.number || E'\\x1f' || (f.values -> shaped.place)::text, E'\\x1e') AS list
FROM metric_file f JOIN shaped ON shaped.shape = f.shape
WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.path = $3`,
};

/** @returns the finite numbers that versions of the column's file have, best first; also those of unreachable commits */
export async function readRankedValues(
  reader: Reader,
  repository: RepositoryId,
  { path, key }: { readonly path: string; readonly key: string },
  goal: "higher" | "lower",
): Promise<ColumnValue[]> {
  const [row] = await reader.query<{ list: string | null }>(VALUES, [repository, path, key]);
  const byNumber = new Map<number | bigint, number[]>();
  for (const version of row?.list?.split(VERSION) ?? []) {
    const [file, text = "null"] = version.split(PART);
    const number = exactNumberOf(fromJsonb(`[${text}]`)[0] ?? null);
    if (number === null) continue;
    const files = byNumber.get(number);
    if (files === undefined) byNumber.set(number, [Number(file)]);
    else files.push(Number(file));
  }
  const ranked = [...byNumber].map(([number, files]) => ({ number, files }));
  return ranked.sort((a, b) => (a.number === b.number ? 0 : isBetter(a.number, b.number, goal) ? -1 : 1));
}

/**
 * @returns a column's best finite value and the lowest position of a commit that has it, or null when none has; of the
 *   commits that a branch reaches
 */
export async function findBest(
  reader: Reader,
  repository: RepositoryId,
  column: { readonly path: string; readonly key: string },
  goal: "higher" | "lower",
): Promise<{ readonly value: number | bigint; readonly position: number } | null> {
  const unreached = await unreachableCommits(reader, repository);
  // while commits are still being imported, a version may be there before its commits
  for (const { number, files } of await readRankedValues(reader, repository, column, goal)) {
    const position = await lowestCommitWith(reader, repository, files, unreached);
    if (position !== null) return { value: number, position };
  }
  return null;
}
