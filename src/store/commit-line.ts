// Which branch's line holds each commit, over a whole repository, and which commits no branch reaches.
import type { RepositoryId, Sha } from "../domain/model.ts";
import { chunkOf, commitIn, readArchivedAt } from "./archived-commit.ts";
import { markArchivedUnreachable, setArchivedLines } from "./cold-commit-change.ts";
import { coldChunks, coldCommitsAt, coldUnreachable, findColdCommits, readHotFrom } from "./cold-commit.ts";
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
  for await (const { chunk, from, to } of coldChunks(reader, repository, 0, size - 1)) {
    firstParent.set(chunk.firstParents.subarray(from, to), chunk.position + from);
    line.set(chunk.lines.subarray(from, to), chunk.position + from);
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
  type Place = { position: number; line: number; ordinal: number };
  const hot = await reader.query<Place>(LINES_AT, [repository, positions]);
  return hot.length === positions.length ? hot : [...hot, ...(await coldCommitsAt(reader, repository, positions))];
}

const SET_LINES = `
  UPDATE git_commit c SET line = nullif(d.line, 0)
  FROM unnest($3::bigint[], $4::integer[]) AS d(position, line)
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = d.position`;

/** Writes the lines of the commits at these positions, archived or not; 0 is none. */
export async function setLines(
  tx: Transaction,
  repository: RepositoryId,
  positions: readonly number[],
  lines: readonly number[],
): Promise<void> {
  if (positions.length === 0) return;
  await tx.query(SET_LINES, [repository, positions, lines]);
  await setArchivedLines(tx, repository, positions, lines);
}

const MARKED = `
  SELECT position FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND unreachable_since IS NOT NULL`;

/** @returns positions of the commits that no branch reached at the last sync */
export async function unreachableCommits(reader: Reader, repository: RepositoryId): Promise<number[]> {
  const hot = await reader.query<{ position: number }>(MARKED, [repository]);
  const cold = await coldUnreachable(reader, repository);
  return [...hot, ...cold].map((row) => row.position);
}

const UNREACHED_BEFORE = `
  SELECT position FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND unreachable_since < $3`;

/** @returns positions of the commits that no branch has reached since before a time: with one, all that stand on it */
export async function commitsUnreachedBefore(reader: Reader, repository: RepositoryId, time: Date): Promise<number[]> {
  const hot = await reader.query<{ position: number }>(UNREACHED_BEFORE, [repository, time]);
  const cold = (await coldUnreachable(reader, repository)).filter(({ since }) => since < time);
  return [...hot, ...cold].map((row) => row.position);
}

const PARENTS = `
  SELECT c.position, c.first_parent AS "firstParent", (
    SELECT coalesce(jsonb_agg(p.position), '[]') FROM git_commit p
    WHERE p.organization_id = $1 AND p.repository_id = $2 AND p.sha = ANY(c.parents)) AS parents,
    ARRAY(SELECT encode(sha, 'hex') FROM unnest(c.parents) sha) AS shas
  FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position <= $3
  ORDER BY c.position DESC LIMIT $4`;

/** A commit with the positions of its parents that are stored. */
interface WithParents {
  readonly position: number;
  readonly parents: number[];
}

/** The stored parents of commits from `position` down, archived or not, newest first, at most `limit` commits. */
export async function readParents(
  reader: Reader,
  repository: RepositoryId,
  position: number,
  limit: number,
): Promise<WithParents[]> {
  type Row = WithParents & { firstParent: number | null; shas: Sha[] };
  const hotFrom = await readHotFrom(reader, repository);
  const rows = position < hotFrom ? [] : await reader.query<Row>(PARENTS, [repository, position, limit]);
  if (hotFrom === 0) return rows;
  const cut = rows.filter(({ parents, shas }) => parents.length < shas.length);
  const others = cut.flatMap(({ shas }) => shas.slice(1));
  const cold = new Map((await findColdCommits(reader, repository, others)).map((each) => [each.sha, each.position]));
  for (const { parents, firstParent, shas } of cut) {
    if (firstParent !== null && firstParent < hotFrom) parents.push(firstParent);
    for (const sha of shas.slice(1)) parents.push(...(cold.has(sha) ? [cold.get(sha) as number] : []));
  }
  const found: WithParents[] = rows;
  for (let next = Math.min(position, hotFrom - 1); next >= 0 && found.length < limit; ) {
    const [chunk] = await readArchivedAt(reader, repository, [next]);
    const first = chunk?.position ?? chunkOf(next);
    for (; next >= first && found.length < limit; next--) {
      const commit = chunk === undefined ? null : commitIn(chunk, next);
      if (commit === null) continue;
      const { firstParent, otherParents } = commit;
      found.push({ position: next, parents: firstParent < 0 ? [...otherParents] : [firstParent, ...otherParents] });
    }
  }
  return found;
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
  SELECT position, to_jsonb(metric_file) AS files, found, first_parent AS "firstParent" FROM line ORDER BY position LIMIT 1`;

/** Where a walk down first parents ended. */
export interface WalkEnd {
  readonly position: number;
  readonly files: number[];
  /** whether this is the nearest commit that has one of the versions; else those in git_commit end here */
  readonly found: boolean;
  readonly firstParent: number | null;
}

/** Walks down first parents in git_commit, from `position` to the nearest that has one of these versions. */
export async function findOnFirstParents(
  reader: Reader,
  repository: RepositoryId,
  position: number,
  files: readonly number[],
): Promise<WalkEnd | null> {
  const [end] = await reader.query<WalkEnd>(ON_FIRST_PARENTS, [repository, position, files]);
  return end ?? null;
}

const MARK = `
  UPDATE git_commit SET unreachable_since = CASE WHEN $4::boolean THEN now() END
  WHERE organization_id = $1 AND repository_id = $2 AND position = ANY($3::bigint[])`;

/** Marks commits, archived or not, as reached by no branch any more, or takes the mark away. */
export async function markUnreachable(
  tx: Transaction,
  repository: RepositoryId,
  positions: readonly number[],
  unreachable: boolean,
): Promise<void> {
  if (positions.length === 0) return;
  await tx.query(MARK, [repository, positions, unreachable]);
  await markArchivedUnreachable(tx, repository, positions, unreachable);
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
