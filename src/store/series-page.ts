// What a chart needs beside values: the commits of its points, the tags on its lines, the columns that a pattern means.
import type { RepositoryId, Sha } from "../domain/model.ts";
import { coldCommitsAt, findColdCommits, readHotFrom } from "./cold-commit.ts";
import { COLUMN_HEAD, type StoredColumnHead } from "./column-page.ts";
import type { LinePart } from "./commit-page.ts";
import { readTags } from "./git-tag.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** The commit of a point. */
export interface PointCommit {
  readonly ordinal: number;
  readonly position: number;
  /** seconds since 1970, clamped */
  readonly committedAt: number;
  /** the first 12 hex digits */
  readonly sha: string;
}

const POINTS: PreparedStatement = {
  name: "point_commits",
  text: `
  SELECT c.ordinal, c.position, date_part('epoch', c.committed_at)::bigint AS "committedAt",
    encode(substring(c.sha FOR 6), 'hex') AS sha
  FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = $3
    AND c.ordinal = ANY(string_to_array($4, ',')::bigint[])`,
};

/** @returns the commits of one line with these ordinals, in any order */
export function readPointCommits(
  reader: Reader,
  repository: RepositoryId,
  line: number,
  ordinals: readonly number[],
): Promise<PointCommit[]> {
  return reader.query<PointCommit>(POINTS, [repository, line, ordinals.join(",")]);
}

/** A tag on a line. */
export interface LineTag {
  readonly name: string;
  readonly sha: Sha;
  readonly position: number;
  readonly ordinal: number;
}

const TAGS: PreparedStatement = {
  name: "line_tags",
  text: `
  SELECT t.name, encode(t.sha, 'hex') AS sha, c.position, c.ordinal FROM git_tag t
  CROSS JOIN LATERAL (
    SELECT c.position, c.ordinal, c.line FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.sha = t.sha OFFSET 0
  ) c
  WHERE t.organization_id = $1 AND t.repository_id = $2 AND EXISTS (
    SELECT FROM unnest($3::int[], $4::bigint[], $5::bigint[]) AS part(line, top, bottom)
    WHERE c.line = part.line AND c.ordinal <= part.top AND c.ordinal > part.bottom)
  ORDER BY c.position DESC, t.name_bytes LIMIT $6`,
};

/** @returns the tags whose commits stand in these stretches, archived or not, those of the newest commits first */
export async function readLineTags(
  reader: Reader,
  repository: RepositoryId,
  parts: readonly LinePart[],
  limit: number,
): Promise<LineTag[]> {
  const hot = await reader.query<LineTag>(TAGS, [repository, ...listsOf(parts), limit]);
  if (hot.length === limit || (await readHotFrom(reader, repository)) === 0) return hot;
  const tags = await readTags(reader, repository);
  const shas = new Set(tags.map(({ sha }) => sha)).difference(new Set(hot.map(({ sha }) => sha)));
  const found = (await findColdCommits(reader, repository, [...shas])).map(({ position }) => position);
  const cold = new Map((await coldCommitsAt(reader, repository, found)).map((commit) => [commit.sha, commit]));
  const older = tags.flatMap(({ name, sha }) => {
    const commit = cold.get(sha);
    if (commit === undefined) return [];
    const { position, ordinal, line } = commit;
    const isOn = parts.some((part) => part.line === line && ordinal <= part.top && ordinal > part.bottom);
    return isOn ? [{ name, sha, position, ordinal }] : [];
  });
  // those of one commit stay in the order of their names
  return [...hot, ...older].sort((a, b) => b.position - a.position).slice(0, limit);
}

const AROUND: PreparedStatement = {
  name: "ordinals_around",
  text: `
  SELECT max(c.ordinal) FILTER (WHERE c.position <= $6) AS below, min(c.ordinal) FILTER (WHERE c.position >= $6) AS above
  FROM unnest($3::int[], $4::bigint[], $5::bigint[]) AS part(line, top, bottom)
  CROSS JOIN LATERAL (
    SELECT c.ordinal, c.position FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = part.line
      AND c.ordinal <= part.top AND c.ordinal > part.bottom OFFSET 0
  ) c`,
};

/**
 * Where a line passes a position that may stand on another one.
 * @returns the ordinals of its newest commit that is no newer, and of its oldest that is no older; null where none is
 */
export async function ordinalsAround(
  reader: Reader,
  repository: RepositoryId,
  parts: readonly LinePart[],
  position: number,
): Promise<{ readonly below: number | null; readonly above: number | null }> {
  const rows = await reader.query<{ below: number | null; above: number | null }>(AROUND, [
    repository,
    ...listsOf(parts),
    position,
  ]);
  return rows[0] ?? { below: null, above: null };
}

function listsOf(parts: readonly LinePart[]): [number[], number[], number[]] {
  return [parts.map((part) => part.line), parts.map((part) => part.top), parts.map((part) => part.bottom)];
}

const LIKE: PreparedStatement = {
  name: "columns_like",
  text: `
  SELECT ${COLUMN_HEAD}, (count(*) OVER ())::int AS total FROM metric_column m
  WHERE m.organization_id = $1 AND m.repository_id = $2 AND m.path = $3 AND m.key LIKE $4
    AND m.kind IN ('number', 'mixed')
  ORDER BY m.written_order, m.key LIMIT $5`,
};

/**
 * Columns of a file that hold numbers and whose keys have a form, in written order.
 * @param key each `*` stands for any text
 * @returns the first of them, each with how many there are
 */
export function readColumnsLike(
  reader: Reader,
  repository: RepositoryId,
  { path, key }: { readonly path: string; readonly key: string },
  limit: number,
): Promise<(StoredColumnHead & { readonly total: number })[]> {
  const form = key.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll("*", "%");
  return reader.query<StoredColumnHead & { total: number }>(LIKE, [repository, path, form, limit]);
}
