// Values picked out of file versions by their place in the shape, and where each shape keeps its keys.
import type { RepositoryId } from "../domain/model.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** The values of an array that a list of indexes names, one JSON text a line. The array is unpacked once (OFFSET 0). */
export const PICKED = `array_to_string(ARRAY(SELECT document.list -> i FROM unnest(pick.indexes) i), E'\\n', 'null')`;

const VALUES: PreparedStatement = {
  name: "commit_page_values",
  text: `
SELECT f.number::text AS number, ${PICKED} AS picked
FROM unnest($3::bigint[], $4::text[]) AS given(number, list)
CROSS JOIN LATERAL (SELECT string_to_array(given.list, ',')::int[] AS indexes) pick
CROSS JOIN LATERAL (
  SELECT f.number, f.values FROM metric_file f
  WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = given.number OFFSET 0
) f
CROSS JOIN LATERAL (SELECT f.values || '[]'::jsonb AS list OFFSET 0) document`,
};

/** Picks values of file versions whose shapes the page's statement did not know. @returns by file number */
export async function readValues(
  reader: Reader,
  repository: RepositoryId,
  wanted: readonly { readonly number: string; readonly indexes: readonly number[] }[],
): Promise<ReadonlyMap<string, string>> {
  const numbers = wanted.map((file) => file.number);
  const lists = wanted.map((file) => file.indexes.join(","));
  const rows = await reader.query<{ number: string; picked: string }>(VALUES, [repository, numbers, lists]);
  return new Map(rows.map((row) => [row.number, row.picked]));
}

const VALUE_AT: PreparedStatement = {
  name: "value_at_commit",
  text: `
SELECT (f.values -> (array_position(s.keys, $5) - 1))::text AS text FROM git_commit c
JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY(c.metric_file) AND f.path = $4
JOIN metric_shape s ON s.organization_id = $1 AND s.repository_id = $2 AND s.number = f.shape
WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = $3`,
};

/** @returns the value of a column at a commit as JSON text, or null where the commit has none */
export async function readValueAt(
  reader: Reader,
  repository: RepositoryId,
  position: number,
  { path, key }: { readonly path: string; readonly key: string },
): Promise<string | null> {
  const [row] = await reader.query<{ text: string | null }>(VALUE_AT, [repository, position, path, key]);
  return row?.text ?? null;
}

const SHAPE_INDEXES: PreparedStatement = {
  name: "shape_indexes",
  text: `
SELECT s.number, ARRAY(
  SELECT coalesce(array_position(s.keys, wanted.key), 0) - 1
  FROM unnest($4::text[]) WITH ORDINALITY AS wanted(key, place) ORDER BY wanted.place
) AS indexes
FROM metric_shape s WHERE s.organization_id = $1 AND s.repository_id = $2 AND s.number = ANY($3::bigint[])`,
};

/** @returns by shape: where each of the keys is among its own, -1 where it has no such key */
export async function readShapeIndexes(
  reader: Reader,
  repository: RepositoryId,
  shapes: readonly number[],
  keys: readonly string[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const rows = await reader.query<{ number: number; indexes: number[] }>(SHAPE_INDEXES, [repository, shapes, keys]);
  return new Map(rows.map((row) => [row.number, row.indexes]));
}
