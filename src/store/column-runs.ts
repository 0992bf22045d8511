// Columns along a stretch of a line: which file versions its commits have one after the other, and values of these.
// Answers come as one text each: a driver's time is by field, and a line may have 200,000 of them.
import type { RepositoryId } from "../domain/model.ts";
import type { LinePart, ShapePick } from "./commit-page.ts";
import { PICKED } from "./commit-values.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** Neighbouring commits of a line that have the same files. */
export interface FilesRun {
  /** ordinals, both included */
  readonly low: number;
  readonly high: number;
  /** numbers of the files, a comma between them */
  readonly files: string;
  /** of too many files the first by path that was not read: what the commits have from there on is unknown */
  readonly unreadFrom: string | null;
}

/** What a stretch of a line holds. */
export interface LineRuns {
  /** by rising ordinal, from `whole` on */
  readonly runs: readonly FilesRun[];
  /**
   * the lowest ordinal from which on no commit is missing; null when there is no commit at all. What is below belongs to
   * an import that has not come to it
   */
  readonly whole: number | null;
}

const LINE = `
  FROM unnest($3::int[], $4::bigint[], $5::bigint[]) AS part(line, top, bottom)
  CROSS JOIN LATERAL (
    SELECT c.ordinal, c.metric_file, c.unread_from FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = part.line
      AND c.ordinal <= part.top AND c.ordinal > part.bottom OFFSET 0
  ) c`;

/** Where no commit is missing, which is always but during an import, a run ends below the next one. */
const RUNS: PreparedStatement = {
  name: "line_runs",
  text: `
SELECT count(*) AS commits, min(ordinal) AS bottom, max(ordinal) AS top,
  string_agg(concat_ws(' ', ordinal, array_to_string(metric_file, ','), encode(convert_to(unread_from, 'UTF8'), 'hex')),
    E'\\n' ORDER BY ordinal)
    FILTER (WHERE metric_file IS DISTINCT FROM files_before OR unread_from IS DISTINCT FROM unread_before) AS runs
FROM (
  SELECT c.ordinal, c.metric_file, c.unread_from, lag(c.metric_file) OVER by_ordinal AS files_before,
    lag(c.unread_from) OVER by_ordinal AS unread_before ${LINE}
  WINDOW by_ordinal AS (ORDER BY c.ordinal)
) line`,
};

/** The newest commit below which one is missing; null where none is. */
const GAP: PreparedStatement = {
  name: "line_gap",
  text: `
SELECT max(ordinal) AS whole FROM (
  SELECT c.ordinal, lag(c.ordinal) OVER (ORDER BY c.ordinal) AS before ${LINE}
) line WHERE before IS DISTINCT FROM ordinal - 1`,
};

/**
 * Reads which files a stretch of a line has.
 * @param parts of one line; together they hold as many commits as may be held at a time
 */
export async function readLineRuns(
  reader: Reader,
  repository: RepositoryId,
  parts: readonly LinePart[],
): Promise<LineRuns> {
  const lists = [parts.map((part) => part.line), parts.map((part) => part.top), parts.map((part) => part.bottom)];
  const [row] = await reader.query<LineRow>(RUNS, [repository, ...lists]);
  if (row === undefined || row.bottom === null || row.top === null) return { runs: [], whole: null };
  const { bottom, top, commits } = row;
  const isWhole = top - bottom + 1 === commits;
  const whole = isWhole
    ? bottom
    : ((await reader.query<{ whole: number }>(GAP, [repository, ...lists]))[0]?.whole ?? top);
  const runs: FilesRun[] = [];
  // from the newest down: a run ends below the one above it
  let high = top;
  for (const text of row.runs?.split("\n").toReversed() ?? []) {
    const [ordinal, files = "", unread] = text.split(" ");
    const low = Math.max(Number(ordinal), whole);
    const unreadFrom = unread === undefined ? null : Buffer.from(unread, "hex").toString();
    runs.push({ low, high, files, unreadFrom });
    high = low - 1;
    if (low === whole) break;
  }
  return { runs: runs.toReversed(), whole };
}

interface LineRow {
  readonly commits: number;
  readonly bottom: number | null;
  readonly top: number | null;
  readonly runs: string | null;
}

/** A file version and what was picked of it. */
export interface RunFile {
  readonly number: number;
  /** place of its path among those asked for */
  readonly path: number;
  /** null when it could not be read */
  readonly shape: number | null;
  /**
   * null while its shape is not among the picks. Else JSON texts, one a line, in the order of the pick's indexes; of a pick
   * without indexes the whole JSON array
   */
  readonly picked: string | null;
}

/** Stand between the parts of a version, and between versions: JSON texts hold no control characters. */
const PART = "\x1f";
const VERSION = "\x1e";

const FILES: PreparedStatement = {
  name: "run_files",
  text: `
WITH pick AS MATERIALIZED (
  SELECT path, shape, string_to_array(indexes, ',')::int[] AS indexes
  FROM unnest($5::text[], $6::bigint[], $7::text[]) AS given(path, shape, indexes)
)
SELECT string_agg(concat_ws(E'\\x1f', f.number, array_position($4::text[], f.path) - 1, coalesce(f.shape, -1), CASE
  WHEN pick.shape IS NULL THEN NULL
  WHEN cardinality(pick.indexes) = 0 THEN f.values::text
  WHEN cardinality(pick.indexes) = 1 THEN coalesce((f.values -> pick.indexes[1])::text, 'null')
  ELSE (SELECT ${PICKED} FROM (SELECT f.values || '[]'::jsonb AS list OFFSET 0) document)
END), E'\\x1e') AS files
FROM metric_file f
LEFT JOIN pick ON pick.shape = f.shape AND pick.path = f.path
WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY(string_to_array($3, ',')::bigint[])
  AND f.path = ANY($4)`,
};

/** @returns those of the versions that are at these paths, with what the picks say of their shapes */
export async function readRunFiles(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
  paths: readonly string[],
  picks: readonly ShapePick[],
): Promise<RunFile[]> {
  const [row] = await reader.query<{ files: string | null }>(FILES, [
    repository,
    numbers.join(","), // a driver writes a list element by element
    paths,
    picks.map((pick) => pick.path),
    picks.map((pick) => pick.shape),
    picks.map((pick) => pick.indexes.join(",")),
  ]);
  return (row?.files?.split(VERSION) ?? []).map((text) => {
    const [number, path, shape, picked = null] = text.split(PART);
    return { number: Number(number), path: Number(path), shape: shape === "-1" ? null : Number(shape), picked };
  });
}

/** Where a shape keeps some keys. */
export interface ShapePlaces {
  /** keys that it has in all */
  readonly size: number;
  /** beside the keys asked for: their place, or -1 */
  readonly indexes: readonly number[];
}

const PLACES: PreparedStatement = {
  name: "shape_places",
  text: `
SELECT s.number, cardinality(s.keys) AS size, ARRAY(
  SELECT coalesce(array_position(s.keys, wanted.key), 0) - 1
  FROM unnest($4::text[]) WITH ORDINALITY AS wanted(key, place) ORDER BY wanted.place
) AS indexes
FROM metric_shape s WHERE s.organization_id = $1 AND s.repository_id = $2 AND s.number = ANY($3::bigint[])`,
};

/** @returns by shape: how many keys it has, and where these are */
export async function readShapePlaces(
  reader: Reader,
  repository: RepositoryId,
  shapes: readonly number[],
  keys: readonly string[],
): Promise<ReadonlyMap<number, ShapePlaces>> {
  const rows = await reader.query<ShapePlaces & { number: number }>(PLACES, [repository, shapes, keys]);
  return new Map(rows.map((row) => [row.number, row]));
}
