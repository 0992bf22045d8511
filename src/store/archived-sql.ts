// What stays of one archived commit as SQL expressions: for statements that name a commit here and there.

/** Commits of a chunk: CHUNK_COMMITS of archived-commit.ts. */
const CHUNK = 1_024;

/** NULL where the commit is not archived, and for whatever stands for nothing. */
const inChunk = (expression: (place: string) => string, position: string): string => `(
  SELECT ${expression(`(${position} - archived.position)::int`)} FROM archived_commit archived
  WHERE archived.organization_id = $1 AND archived.repository_id = $2
    AND archived.position = ${position} - ${position} % ${CHUNK}
    AND octet_length(archived.ordinals) > 4 * (${position} - archived.position))`;

/**
 * @param list of archived_commit
 * @param position an SQL expression of the commit's position
 */
export function archivedNumber(list: "ordinals" | "lines", position: string): string {
  const bytes = (place: string): string => `substring(archived.${list} FROM 1 + 4 * ${place} FOR 4)`;
  return inChunk((place) => `('x' || encode(${bytes(place)}, 'hex'))::bit(32)::int`, position);
}

/** The commit's id, in hex. @param position an SQL expression of the commit's position */
export function archivedSha(position: string): string {
  const size = "octet_length(archived.shas) / (octet_length(archived.ordinals) / 4)";
  const sha = (place: string): string =>
    `encode(substring(archived.shas FROM 1 + ${size} * ${place} FOR ${size}), 'hex')`;
  return inChunk((place) => `nullif(${sha(place)}, repeat('0', 2 * (${size})))`, position);
}

/** Positions of archived commits that no branch reaches. */
const COLD_MARKS = `
  SELECT mark::bigint FROM archived_commit a CROSS JOIN LATERAL jsonb_object_keys(a.unreachable) AS mark
  WHERE a.organization_id = $1 AND a.repository_id = $2 AND a.unreachable <> '{}'::jsonb`;
const HOT_FROM = `(SELECT hot_from FROM git_repository WHERE organization_id = $1 AND id = $2)`;

/** The condition of a row `p` of archived_problem whose commit has left git_commit, and which a branch reaches. */
export const IS_COLD_REACHED = `p.position < ${HOT_FROM} AND p.position NOT IN (${COLD_MARKS})`;

// Ids are looked at one by one only in chunks that have a place without one.
/** How many commits have left git_commit, and are reached by a branch. */
export const COLD_REACHED = `(
  SELECT coalesce(sum(counted.size - CASE WHEN position(counted.none IN counted.shas) = 0 THEN 0 ELSE (
      SELECT count(*) FROM generate_series(0, counted.size - 1) AS place
      WHERE substring(counted.shas FROM (1 + counted.bytes * place)::int FOR counted.bytes) = counted.none) END), 0)::int
  FROM (
    SELECT a.shas, size.bytes, decode(repeat('00', size.bytes), 'hex') AS none,
      least(octet_length(a.ordinals) / 4, ${HOT_FROM} - a.position) AS size
    FROM archived_commit a
    CROSS JOIN LATERAL (SELECT octet_length(a.shas) / (octet_length(a.ordinals) / 4) AS bytes) size
    WHERE a.organization_id = $1 AND a.repository_id = $2 AND a.position < ${HOT_FROM}
  ) counted) - (SELECT count(*)::int FROM (${COLD_MARKS}) AS marked(position) WHERE marked.position < ${HOT_FROM})`;
