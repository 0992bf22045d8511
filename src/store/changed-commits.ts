// Which commits of a list differ from what they are compared with in one of the shown columns.
import { type StatementValues, unnested } from "./search-statement.ts";
import { ofNumbersSql } from "./value-sql.ts";

/** What a page shows of the files at one path: of each shape, where it keeps the columns, -1 for one that it has not. */
export interface ShownPath {
  readonly path: string;
  /** beside the columns: whether it is one of numbers */
  readonly ofNumbers: readonly boolean[];
  readonly shapes: readonly { readonly shape: number; readonly indexes: readonly number[] }[];
}

/**
 * The shown values of each version as one text: NULL where it has none of them, so that nothing equals nothing. In columns
 * of numbers a mark is nothing, and a numeric text the number.
 */
const SHOWN = (paths: string, pick: { paths: string; shapes: string; indexes: string; ofNumbers: string }): string => `
  SELECT number, path, readable, CASE WHEN btrim(replace(list, 'null', ''), E'\\n') <> '' THEN list END AS shown FROM (
    SELECT f.number, f.path, f.shape IS NOT NULL AS readable, array_to_string(
      ARRAY(
        SELECT CASE WHEN of_numbers THEN ${ofNumbersSql("value")} ELSE value END
        FROM unnest(string_to_array(pick.indexes, ',', 'N')::int[], string_to_array(pick.of_numbers, ',')::bool[])
          AS wanted(i, of_numbers)
        CROSS JOIN LATERAL (SELECT document.list -> wanted.i AS value OFFSET 0) taken
      ), E'\\n', 'null') AS list
    FROM metric_file f
    LEFT JOIN unnest(${pick.paths}, ${pick.shapes}, ${pick.indexes}, ${pick.ofNumbers})
      AS pick(path, shape, indexes, of_numbers)
      ON pick.shape = f.shape AND pick.path = f.path
    CROSS JOIN LATERAL (SELECT f.values || '[]'::jsonb AS list OFFSET 0) document
    WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.path = ANY(${paths})
    OFFSET 0) taken`;

/**
 * Lists of files with one whose values differ from its baseline's: of one that cannot be read nobody knows, and where there
 * is no baseline columns begin, which is no change.
 */
const DIFFERENT = (list: string): string => `
  SELECT c.list FROM ${unnested("c.list", "c.metric_file, c.baseline_file", list)} c
  JOIN shown f ON f.number = c.file
  JOIN shown b ON b.number = c.base
  WHERE c.file IS DISTINCT FROM c.base AND f.readable AND f.shown IS DISTINCT FROM b.shown`;

/**
 * Of commits with files that were away since their baseline, the ones that changed something: what such a file does not
 * bring back was gone already.
 */
const RETURNED = `
  SELECT c.position FROM (
    SELECT c.position, at.file, at.base, at.file = ANY(c.returned_file) AS returned
    FROM given c CROSS JOIN LATERAL unnest(c.metric_file, c.baseline_file) AS at(file, base)
    WHERE c.returned_file IS NOT NULL OFFSET 0
  ) c
  JOIN shown f ON f.number = c.file
  JOIN shown b ON b.number = c.base
  WHERE c.file IS DISTINCT FROM c.base AND f.readable AND CASE
    WHEN c.returned THEN EXISTS (
      SELECT FROM unnest(string_to_array(f.shown, E'\n'), string_to_array(b.shown, E'\n')) AS each(now, past)
      WHERE each.now <> 'null' AND each.now IS DISTINCT FROM each.past)
    ELSE f.shown IS DISTINCT FROM b.shown END`;

/** Commits that have other files than their first parent, with that one's. */
const MOVED = `
  SELECT c.position, c.metric_file, c.unread_from, parent.metric_file AS before, parent.baseline_file AS before_base,
    parent.returned_file AS before_returned FROM given c
  JOIN git_commit parent
    ON parent.organization_id = $1 AND parent.repository_id = $2 AND parent.position = c.first_parent
  WHERE c.metric_file <> parent.metric_file`;

/**
 * Of those, the ones that removed a file with its values: the parent has it at a path where the commit has none. Of files
 * that were too many to be read nobody knows.
 */
const REMOVED = `
  SELECT position FROM (
    SELECT c.position, f.path FROM ${unnested("c.position, c.metric_file, c.unread_from, c.before_returned", "c.before, c.before_base", "moved")} c
    JOIN shown f ON f.number = c.file
    LEFT JOIN shown b ON b.number = c.base
    WHERE c.file <> ALL(c.metric_file) AND (c.unread_from IS NULL OR f.path COLLATE "C" < c.unread_from)
      AND CASE WHEN f.readable THEN f.shown WHEN c.file = ANY(c.before_returned) THEN NULL ELSE b.shown END IS NOT NULL
    EXCEPT
    SELECT c.position, f.path FROM ${unnested("c.position", "c.metric_file", "moved")} c
    JOIN shown f ON f.number = c.file
  ) gone`;

/** The same with one commit for all: its own files, as they are. From one that lacks a file all values of that file differ. */
const UNLIKE_PINNED = (list: string): string => `
  SELECT c.list FROM ${unnested("c.list", "c.metric_file", list)} c
  JOIN shown f ON f.number = c.file
  LEFT JOIN pinned_shown b ON b.path = f.path
  WHERE f.readable AND f.shown IS DISTINCT FROM b.shown
  UNION
  SELECT list FROM (
    SELECT c.list, b.path FROM ${list} c CROSS JOIN pinned_shown b WHERE b.shown IS NOT NULL
    EXCEPT
    SELECT c.list, f.path FROM ${unnested("c.list", "c.metric_file", list)} c
    JOIN shown f ON f.number = c.file
  ) gone`;

/** The condition of a changed commit `c` whose list of files is `l`, where no commit is pinned and where one is. */
export const IS_CHANGED = {
  own: `(CASE WHEN c.returned_file IS NULL THEN l.list IN (SELECT list FROM changed_list)
    ELSE c.position IN (SELECT position FROM returned_changed) END OR c.position IN (SELECT position FROM removed))`,
  pinned: "l.list IN (SELECT list FROM changed_list)",
} as const;

/**
 * CTEs of what `IS_CHANGED` names.
 * @param list the CTE that has the lists of files of all commits of `given`, each once
 */
export function changedSql(
  paths: readonly ShownPath[],
  pinned: readonly number[] | null,
  values: StatementValues,
  list: string,
): string[] {
  const picks = paths.flatMap(({ path, ofNumbers, shapes }) => shapes.map((shape) => ({ path, ofNumbers, ...shape })));
  const pick = {
    paths: values.add(
      picks.map(({ path }) => path),
      "text[]",
    ),
    shapes: values.add(
      picks.map(({ shape }) => shape),
      "bigint[]",
    ),
    indexes: values.add(
      // what a negative index means to Postgres is another thing
      picks.map(({ indexes }) => indexes.map((index) => (index < 0 ? "N" : index)).join(",")),
      "text[]",
    ),
    ofNumbers: values.add(
      picks.map(({ ofNumbers }) => ofNumbers.join(",")),
      "text[]",
    ),
  };
  const named = values.add(
    paths.map(({ path }) => path),
    "text[]",
  );
  const shown = `shown AS MATERIALIZED (${SHOWN(named, pick)})`;
  if (pinned === null) {
    const gone = [`moved AS MATERIALIZED (${MOVED})`, `removed AS MATERIALIZED (${REMOVED})`];
    return [shown, `changed_list AS (${DIFFERENT(list)})`, `returned_changed AS (${RETURNED})`, ...gone];
  }
  const own = `SELECT * FROM shown WHERE number = ANY(${values.add(pinned, "bigint[]")})`;
  return [shown, `pinned_shown AS MATERIALIZED (${own})`, `changed_list AS (${UNLIKE_PINNED(list)})`];
}
