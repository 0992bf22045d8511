// Which branch's line holds each commit, over a whole repository, and which commits no branch reaches.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";

/** Commits asked for at a time: about 2 MB of text. */
const CHUNK_COMMITS = 100_000;

/** What is stored of all commits of a repository; index = position. */
export interface StoredLines {
  /** position of the first parent, -1 for a root or where no commit is stored */
  readonly firstParent: Int32Array;
  /** number of the branch whose line holds it, 0 for none */
  readonly line: Int32Array;
}

// One text for many rows: a row object a commit would cost ten times as much.
const LINES = `
  SELECT string_agg(concat(position, ' ', coalesce(first_parent, -1), ' ', coalesce(line, 0)), ' ') AS text
  FROM git_commit WHERE organization_id = $1 AND repository_id = $2 AND position >= $3 AND position < $4`;

/** @param size positions from 0 up, at least the highest stored one + 1 */
export async function readLines(reader: Reader, repository: RepositoryId, size: number): Promise<StoredLines> {
  const firstParent = new Int32Array(size).fill(-1);
  const line = new Int32Array(size);
  for (let from = 0; from < size; from += CHUNK_COMMITS) {
    const [row] = await reader.query<{ text: string | null }>(LINES, [repository, from, from + CHUNK_COMMITS]);
    const numbers = (row?.text ?? "").split(" ");
    for (let index = 0; index + 2 < numbers.length; index += 3) {
      const position = Number(numbers[index]);
      firstParent[position] = Number(numbers[index + 1]);
      line[position] = Number(numbers[index + 2]);
    }
  }
  return { firstParent, line };
}

const LINES_AT = `
  SELECT position, coalesce(line, 0) AS line, ordinal FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position = ANY($3::bigint[])`;

/** @returns of the stored commits among these the number of the branch whose line holds each (0: none), and its depth */
export async function readLinesAt(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<{ position: number; line: number; ordinal: number }[]> {
  if (positions.length === 0) return [];
  return reader.query<{ position: number; line: number; ordinal: number }>(LINES_AT, [repository, positions]);
}

const SET_LINES = `
  UPDATE git_commit c SET line = nullif(d.line, 0)
  FROM unnest($3::bigint[], $4::integer[]) AS d(position, line)
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = d.position`;

/** Writes the lines of the commits at these positions; 0 is none. */
export async function setLines(
  tx: Transaction,
  repository: RepositoryId,
  positions: readonly number[],
  lines: readonly number[],
): Promise<void> {
  if (positions.length > 0) await tx.query(SET_LINES, [repository, positions, lines]);
}

const MARKED = `
  SELECT position FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND unreachable_since IS NOT NULL`;

/** @returns positions of the commits that no branch reached at the last sync */
export async function unreachableCommits(reader: Reader, repository: RepositoryId): Promise<number[]> {
  const rows = await reader.query<{ position: number }>(MARKED, [repository]);
  return rows.map((row) => row.position);
}

const UNREACHED_BEFORE = `
  SELECT position FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND unreachable_since < $3`;

/** @returns positions of the commits that no branch has reached since before a time: with one, all that stand on it */
export async function commitsUnreachedBefore(reader: Reader, repository: RepositoryId, time: Date): Promise<number[]> {
  const rows = await reader.query<{ position: number }>(UNREACHED_BEFORE, [repository, time]);
  return rows.map((row) => row.position);
}

const PARENTS = `
  SELECT c.position, (
    SELECT coalesce(jsonb_agg(p.position), '[]') FROM git_commit p
    WHERE p.organization_id = $1 AND p.repository_id = $2 AND p.sha = ANY(c.parents)) AS parents
  FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position <= $3
  ORDER BY c.position DESC LIMIT $4`;

/** The stored parents of commits from `position` down, newest first, at most `limit` commits. */
export async function readParents(
  reader: Reader,
  repository: RepositoryId,
  position: number,
  limit: number,
): Promise<{ position: number; parents: number[] }[]> {
  return reader.query<{ position: number; parents: number[] }>(PARENTS, [repository, position, limit]);
}

// One step a commit, by the primary key: it is asked rarely, for a file that was gone for a while.
const ON_FIRST_PARENTS = `
  WITH RECURSIVE line AS (
    SELECT position, first_parent, metric_file, metric_file && $4::bigint[] AS found FROM git_commit
    WHERE organization_id = $1 AND repository_id = $2 AND position = $3
    UNION ALL
    SELECT c.position, c.first_parent, c.metric_file, c.metric_file && $4::bigint[] FROM line
    JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = $2 AND c.position = line.first_parent
    WHERE NOT line.found)
  SELECT position, to_jsonb(metric_file) AS files FROM line WHERE found`;

/** @returns the nearest commit on first parents, from `position` down, that has one of these versions */
export async function findOnFirstParents(
  reader: Reader,
  repository: RepositoryId,
  position: number,
  files: readonly number[],
): Promise<{ position: number; files: number[] } | null> {
  const rows = await reader.query<{ position: number; files: number[] }>(ON_FIRST_PARENTS, [
    repository,
    position,
    files,
  ]);
  return rows[0] ?? null;
}

const MARK = `
  UPDATE git_commit SET unreachable_since = CASE WHEN $4::boolean THEN now() END
  WHERE organization_id = $1 AND repository_id = $2 AND position = ANY($3::bigint[])`;

/** Marks commits as reached by no branch any more, or takes the mark away. */
export async function markUnreachable(
  tx: Transaction,
  repository: RepositoryId,
  positions: readonly number[],
  unreachable: boolean,
): Promise<void> {
  if (positions.length > 0) await tx.query(MARK, [repository, positions, unreachable]);
}

const MARK_SINCE = `
  UPDATE git_commit c SET unreachable_since = d.since
  FROM unnest($3::bigint[], $4::timestamptz[]) AS d(position, since)
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = d.position`;

/** Marks commits as reached by no branch since a time that is known from before. */
export async function markUnreachableSince(
  tx: Transaction,
  repository: RepositoryId,
  marks: readonly { readonly position: number; readonly since: Date }[],
): Promise<void> {
  if (marks.length === 0) return;
  const positions = marks.map(({ position }) => position);
  await tx.query(MARK_SINCE, [repository, positions, marks.map(({ since }) => since)]);
}
