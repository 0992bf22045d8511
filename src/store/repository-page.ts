// Repositories as the list shows them, and the counts that take longer to find.
import type { RepositoryId } from "../domain/model.ts";
import type { ProviderKind } from "../domain/provider-kind.ts";
import { COLD_REACHED, IS_COLD_REACHED } from "./archived-sql.ts";
import { EMPTY, type EmptyRepository } from "./empty-repository.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";
import type { ImportProgress, RepositoryState } from "./repository.ts";

/** A repository without its counts. */
export interface RepositoryFacts {
  readonly id: RepositoryId;
  readonly name: string;
  readonly kind: "remote" | "folder";
  readonly address: string;
  readonly defaultBranch: string | null;
  readonly state: RepositoryState;
  readonly progress: ImportProgress | null;
  readonly problem: string | null;
  readonly notices: readonly string[];
  /** files that may be metric files and that no rule names */
  readonly candidates: number;
  /** paths of what is known, but not read yet */
  readonly recognised: readonly string[] | null;
  readonly version: number;
  readonly syncedAt: Date | null;
  /** id of the column that people chose for its sparkline */
  readonly sparkColumn: string | null;
  /** what its provider says of it; null where none is known */
  readonly provider: {
    readonly kind: ProviderKind;
    readonly webUrl: string | null;
    readonly visibility: "public" | "private" | null;
    readonly archived: boolean;
  } | null;
  /** live ones */
  readonly branches: number;
  /** why it has none; null where it has, and before it was read */
  readonly empty: EmptyRepository | null;
  /** of the default branch's head; null while it cannot be read */
  readonly sha: string | null;
  readonly subject: string | null;
  readonly committed: string | null;
  /** seconds since 1970, clamped */
  readonly committedAt: number | null;
}

const FACTS = `
  SELECT r.id::text, r.name, r.kind, r.address, r.default_branch AS "defaultBranch", r.state, r.progress, r.problem,
    r.notices, coalesce(jsonb_array_length(r.candidates->'candidates'), 0) AS candidates,
    r.candidates->'recognised' AS recognised, r.version, r.synced_at AS "syncedAt",
    r.spark_column AS "sparkColumn", CASE WHEN r.provider IS NOT NULL THEN jsonb_build_object(
      'kind', r.provider, 'webUrl', r.web_url, 'visibility', r.visibility, 'archived', r.archived) END AS provider, (
      SELECT count(*)::int FROM git_branch b
      WHERE b.organization_id = $1 AND b.repository_id = r.id AND b.state = 'live') AS branches, ${EMPTY} AS empty,
    encode(latest.sha, 'hex') AS sha, latest.subject, latest.committed,
    date_part('epoch', latest.committed_at) AS "committedAt"
  FROM git_repository r
  LEFT JOIN LATERAL (
    SELECT b.head AS sha, coalesce(c.subject, b.head_facts->>'subject') AS subject,
      coalesce(c.committed, b.head_facts->>'committed') AS committed,
      coalesce(c.committed_at, (b.head_facts->>'committedAt')::timestamptz) AS committed_at
    FROM git_branch b
    LEFT JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = r.id AND c.position = b.head_position
    WHERE b.organization_id = $1 AND b.repository_id = r.id AND b.name = r.default_branch AND b.state = 'live'
      AND (c.position IS NOT NULL OR b.head_facts IS NOT NULL) LIMIT 1
  ) latest ON true
  WHERE r.organization_id = $1`;

const ALL: PreparedStatement = { name: "repositories", text: `${FACTS} ORDER BY lower(r.name), r.id` };
const ONE: PreparedStatement = { name: "repository", text: `${FACTS} AND r.id = $2` };

/** @returns all repositories of the organisation by name */
export async function readRepositoryList(reader: Reader): Promise<RepositoryFacts[]> {
  const rows = await reader.query<RepositoryFacts>(ALL);
  for (const { id, version } of rows) reader.gate?.sees(id, version);
  return rows;
}

/** @returns one repository, or null when there is none with this id */
export async function readRepositoryFacts(reader: Reader, repository: RepositoryId): Promise<RepositoryFacts | null> {
  const [row] = await reader.query<RepositoryFacts>(ONE, [repository]);
  if (row !== undefined) reader.gate?.sees(repository, row.version);
  return row ?? null;
}

/** What has to be counted. */
export interface RepositoryCounts {
  /** that a branch reaches */
  readonly commits: number;
  /** different paths */
  readonly files: number;
  /** commits that miss values because a file of theirs could not be read */
  readonly commitsMissingValues: number;
}

// Two counts, by an index each, are faster than one that looks at every commit's mark. The join over all commits is left
// out where every version could be read: nearly everywhere. Of archived commits what stays of them is counted.
const COUNTS: PreparedStatement = {
  name: "repository_counts",
  text: `
  SELECT (
    SELECT count(*)::int FROM git_commit c WHERE c.organization_id = $1 AND c.repository_id = $2) - (
    SELECT count(*)::int FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.unreachable_since IS NOT NULL) + ${COLD_REACHED} AS commits, (
    SELECT count(DISTINCT known.path)::int FROM (
      SELECT f.path FROM metric_file f WHERE f.organization_id = $1 AND f.repository_id = $2
      UNION ALL
      SELECT a.path FROM archived_version a WHERE a.organization_id = $1 AND a.repository_id = $2) known) AS files,
    CASE WHEN EXISTS (
      SELECT FROM metric_file f WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.status = 'unreadable')
    THEN (
      SELECT count(DISTINCT c.position)::int FROM git_commit c
      CROSS JOIN unnest(c.metric_file) AS used(number)
      JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = used.number
      WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.unreachable_since IS NULL AND f.status = 'unreadable')
      + (
      SELECT count(*)::int FROM archived_problem p
      WHERE p.organization_id = $1 AND p.repository_id = $2 AND ${IS_COLD_REACHED} AND EXISTS (
        SELECT FROM metric_file f
        WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY(p.files) AND f.status = 'unreadable'))
    ELSE 0 END AS "commitsMissingValues"`,
};

/** Counts commits and files of one repository: tens of ms for 100,000 commits. */
export async function readCounts(reader: Reader, repository: RepositoryId): Promise<RepositoryCounts> {
  const [row] = await reader.query<RepositoryCounts>(COUNTS, [repository]);
  return row ?? { commits: 0, files: 0, commitsMissingValues: 0 };
}

/** What an open page is told of. */
export interface RepositoryPulse {
  readonly state: RepositoryState;
  readonly progress: ImportProgress | null;
  readonly problem: string | null;
  readonly version: number;
  readonly syncedAt: Date | null;
  /** positions of commits given so far: what this has grown by is how many are new */
  readonly commits: number;
  /** likewise numbers of file versions */
  readonly files: number;
  /** of the file versions that are new, those with a problem or a warning, among the first 20,000 */
  readonly warnings: number;
  /** positions that are in the archive, and those that are there alone */
  readonly archived: number;
  readonly cold: number;
}

/** New file versions are looked through for warnings so far: an import may have a million, and pages ask often. */
const MAX_NEW_FILES = 20_000;

// Both maxima are the last entry of a primary key. Without $3 there is nothing that would be new.
const PULSE: PreparedStatement = {
  name: "repository_pulse",
  text: `
  SELECT r.state, r.progress, r.problem, r.version, r.synced_at AS "syncedAt", coalesce(r.archived_to + 1, 0) AS archived,
    r.hot_from AS cold,
    greatest(r.hot_from, (
      SELECT coalesce(max(c.position) + 1, 0) FROM git_commit c
      WHERE c.organization_id = $1 AND c.repository_id = $2)) AS commits,
    greatest(r.archived_file, (
      SELECT coalesce(max(f.number), 0) FROM metric_file f
      WHERE f.organization_id = $1 AND f.repository_id = $2)) AS files,
    (SELECT count(*)::int FROM metric_file f
     WHERE f.organization_id = $1 AND f.repository_id = $2
       AND f.number > $3::bigint AND f.number <= $3::bigint + ${MAX_NEW_FILES}
       AND (f.status = 'unreadable' OR f.warnings IS NOT NULL)) AS warnings
  FROM git_repository r WHERE r.organization_id = $1 AND r.id = $2`,
};

/**
 * @param known the last file version that is known already, or null where none are counted as new
 * @returns how a repository is doing, or null when it is gone
 */
export async function readPulse(
  reader: Reader,
  repository: RepositoryId,
  known: number | null,
): Promise<RepositoryPulse | null> {
  const [row] = await reader.query<RepositoryPulse>(PULSE, [repository, known]);
  return row ?? null;
}
