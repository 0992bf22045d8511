// The commits of a column's history: those at places of a line, and those that brought in its best values.
import type { RepositoryId } from "../domain/model.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** What is told of a commit in a column's history. */
export interface HistoryCommitFacts {
  readonly position: number;
  readonly ordinal: number;
  /** hex */
  readonly sha: string;
  readonly authorName: string;
  readonly authored: string;
  /** seconds since 1970, clamped */
  readonly authoredAt: number;
  readonly committed: string;
  readonly committedAt: number;
  readonly subject: string;
  /** number of the branch whose line holds it; null when none does */
  readonly line: number | null;
}

const FACTS = `
  c.position, c.ordinal, encode(c.sha, 'hex') AS sha, c.author_name AS "authorName", c.authored,
  date_part('epoch', c.authored_at)::bigint AS "authoredAt", c.committed,
  date_part('epoch', c.committed_at)::bigint AS "committedAt", c.subject, c.line`;

const AT_PLACES: PreparedStatement = {
  name: "commits_at_places",
  text: `
  SELECT ${FACTS} FROM unnest($3::int[], $4::bigint[]) AS place(line, ordinal)
  CROSS JOIN LATERAL (
    SELECT * FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = place.line AND c.ordinal = place.ordinal OFFSET 0
  ) c`,
};

/** @returns the commits at these places of lines, in any order */
export function readCommitsAtPlaces(
  reader: Reader,
  repository: RepositoryId,
  places: readonly { readonly line: number; readonly ordinal: number }[],
): Promise<HistoryCommitFacts[]> {
  const lines = places.map((place) => place.line);
  return reader.query<HistoryCommitFacts>(AT_PLACES, [repository, lines, places.map((place) => place.ordinal)]);
}

const AT_POSITIONS: PreparedStatement = {
  name: "commits_at_positions",
  text: `
  SELECT ${FACTS} FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = ANY($3::bigint[])`,
};

/** @returns the commits at these positions, in any order */
export function readCommitsAtPositions(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<HistoryCommitFacts[]> {
  return reader.query<HistoryCommitFacts>(AT_POSITIONS, [repository, positions]);
}

/** A commit that has a value which its baseline has not. */
export interface BroughtValue {
  readonly position: number;
  /** number of the file version */
  readonly file: number;
  readonly baseline: number | null;
  readonly baselinePosition: number | null;
  /** ids of its parents but the first, hex */
  readonly otherParents: readonly string[];
}

const BROUGHT: PreparedStatement = {
  name: "brought_values",
  text: `
WITH wanted AS MATERIALIZED (
  SELECT number, rank
  FROM unnest(string_to_array($3, ',')::bigint[], string_to_array($4, ',')::int[]) AS given(number, rank)
)
SELECT c.position, held.file, held.baseline, held.baseline_position AS "baselinePosition",
  ARRAY(SELECT encode(p, 'hex') FROM unnest(c.parents[2:]) p) AS "otherParents"
FROM git_commit c
CROSS JOIN LATERAL unnest(c.metric_file, c.baseline_file, c.baseline_position)
  AS held(file, baseline, baseline_position)
JOIN wanted ON wanted.number = held.file
LEFT JOIN wanted past ON past.number = held.baseline
WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.unreachable_since IS NULL
  AND ($6::bigint IS NULL OR c.position >= $6 OR c.position = ANY($7::bigint[]))
  AND past.rank IS DISTINCT FROM wanted.rank
ORDER BY wanted.rank, c.position LIMIT $5`,
};

/**
 * Finds the commits that have one of some values where their baseline has another one, or none.
 * @param ranked file versions with the rank of the value that each has: equal values have the same
 * @param among only commits from a position on and these others; null: all that are seen
 * @returns by rank, then by position
 */
export function readBroughtValues(
  reader: Reader,
  repository: RepositoryId,
  ranked: readonly { readonly file: number; readonly rank: number }[],
  limit: number,
  among: { readonly from: number; readonly others: readonly number[] } | null,
): Promise<BroughtValue[]> {
  const files = ranked.map(({ file }) => file).join(",");
  const ranks = ranked.map(({ rank }) => rank).join(",");
  const chosen = among === null ? [null, null] : [among.from, among.others];
  return reader.query<BroughtValue>(BROUGHT, [repository, files, ranks, limit, ...chosen]);
}

const FILES_OF: PreparedStatement = {
  name: "files_of_shas",
  text: `
  SELECT encode(c.sha, 'hex') AS sha, c.metric_file AS files FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2
    AND c.sha = ANY(ARRAY(SELECT decode(s, 'hex') FROM unnest($3::text[]) s))`,
};

/** @returns by commit id: the numbers of its files */
export async function readFilesOfCommits(
  reader: Reader,
  repository: RepositoryId,
  shas: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const rows = await reader.query<{ sha: string; files: number[] }>(FILES_OF, [repository, shas]);
  return new Map(rows.map((row) => [row.sha, row.files]));
}
