// What is stored of how following a repository goes, and its metric files that fell silent.
import type { ProviderKind } from "../domain/provider-kind.ts";
import type { RepositoryId } from "../domain/model.ts";
import { HOST_OF, PAUSE_OF_OTHERS } from "./back-off.ts";
import type { Reader } from "./database.ts";
import { ASKED_AT, EARLY_ATTEMPT_S, WAITS } from "./due-work.ts";
import { EMPTY, type EmptyRepository } from "./empty-repository.ts";
import type { RepositoryState } from "./repository.ts";

/** How following a repository goes, as it is stored. */
export interface StoredHealth {
  readonly kind: "remote" | "folder";
  readonly state: RepositoryState;
  readonly problem: string | null;
  readonly syncedAt: Date | null;
  /** when what failed first since was asked for; null of one that does not fail */
  readonly failingSince: Date | null;
  /** when its next event is due, its own wait over; its server and its account may have to be left alone for longer */
  readonly retryAt: Date | null;
  readonly webhookAt: Date | null;
  readonly polledAt: Date | null;
  readonly pollDueAt: Date;
  /** an import compares all branches too */
  readonly comparedAt: Date | null;
  readonly pollFailures: number;
  readonly pollFailingSince: Date | null;
  readonly pollProblem: string | null;
  readonly missed: number;
  readonly missedAt: Date | null;
  readonly mirrorBytes: number | null;
  readonly provider: ProviderKind | null;
  readonly providerName: string | null;
  readonly webUrl: string | null;
  readonly visibility: "public" | "private" | null;
  readonly archived: boolean;
  /** its provider has it no more: it is not read any more */
  readonly gone: boolean;
  readonly providerCheckedAt: Date | null;
  readonly account: {
    readonly id: string;
    readonly name: string;
    readonly login: string;
    readonly kind: ProviderKind;
    readonly state: "active" | "refused" | "expired";
    readonly problem: string | null;
    readonly missingScopes: readonly string[];
  } | null;
  readonly accountUntil: Date | null;
  readonly accountExpiresAt: Date | null;
  /** null of a folder */
  readonly host: string | null;
  readonly hostUntil: Date | null;
  /** whether it asked for its pause; else it did not answer */
  readonly hostAsked: boolean;
  /** why it has no branch; null where it has one, and before it was read */
  readonly empty: EmptyRepository | null;
  /** branches that the server lists no more */
  readonly vanished: number;
  readonly vanishedSince: Date | null;
  /** looks that the least looked for of them had */
  readonly vanishedLooks: number | null;
  /** the first names of them; null: none */
  readonly vanishedNames: readonly string[] | null;
  /** live branches, those included; null where none is missing */
  readonly live: number | null;
}

// As due-work.ts serves events: who asks does not wait for the repository, and what a delivery tells of does not for long.
const OWN_WAIT = `CASE
        WHEN e.source IN ('person', 'import') THEN NULL
        WHEN ${ASKED_AT} > r.leased_at
          THEN least(r.retry_at, r.leased_at + interval '${EARLY_ATTEMPT_S} seconds')
        ELSE r.retry_at END`;

const READ = `
  SELECT r.kind, r.state, r.problem, r.synced_at AS "syncedAt", r.webhook_at AS "webhookAt", r.polled_at AS "polledAt",
    r.poll_due_at AS "pollDueAt", coalesce(r.compared_at, r.synced_at) AS "comparedAt", r.poll_failures AS "pollFailures",
    r.poll_failing_since AS "pollFailingSince", r.poll_problem AS "pollProblem", r.missed, r.missed_at AS "missedAt",
    r.mirror_bytes AS "mirrorBytes", r.provider, r.provider_name AS "providerName", r.web_url AS "webUrl",
    r.visibility, r.archived, r.gone_at IS NOT NULL AS gone, r.provider_checked_at AS "providerCheckedAt", (
      SELECT min(greatest(e.due_at, ${OWN_WAIT})) FROM event e
      WHERE e.organization_id = $1 AND e.repository_id = r.id AND ${WAITS}) AS "retryAt",
    CASE WHEN r.state = 'failed' THEN (
      SELECT min(e.created_at) FROM event e
      WHERE e.organization_id = $1 AND e.repository_id = r.id AND e.created_at > coalesce(r.synced_at, '-infinity')
        AND (e.state IN ('failed', 'dead') OR (e.state IN ('due', 'running') AND e.attempts > 0))) END AS "failingSince",
    CASE WHEN a.id IS NULL THEN NULL ELSE jsonb_build_object('id', a.id::text, 'name', a.name, 'login', a.login,
      'kind', a.kind, 'state', a.state, 'problem', a.problem, 'missingScopes', a.missing_scopes) END AS account,
    a.limited_until AS "accountUntil", a.expires_at AS "accountExpiresAt",
    ${HOST_OF} AS host, CASE WHEN NOT ${PAUSE_OF_OTHERS} THEN h.paused_until END AS "hostUntil", coalesce(h.failures = 0, false) AS "hostAsked",
    ${EMPTY} AS empty,
    v.branches AS vanished, v.since AS "vanishedSince", v.looks AS "vanishedLooks",
    v.names AS "vanishedNames", CASE WHEN v.branches > 0 THEN (
      SELECT count(*)::int FROM git_branch b
      WHERE b.organization_id = $1 AND b.repository_id = r.id AND b.state = 'live') END AS live
  FROM git_repository r
  LEFT JOIN git_account a ON a.organization_id = $1 AND a.id = r.git_account_id
  LEFT JOIN git_host h ON h.host = ${HOST_OF}
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS branches, min(b.missing_since) AS since, min(b.missing_looks) AS looks,
      (array_agg(b.name ORDER BY b.number))[1:2] AS names
    FROM git_branch b
    WHERE b.organization_id = $1 AND b.repository_id = r.id AND b.missing_since IS NOT NULL) v
  WHERE r.organization_id = $1 AND r.id = $2`;

/** @returns how following a repository goes, or null when it is gone */
export async function readStoredHealth(reader: Reader, repository: RepositoryId): Promise<StoredHealth | null> {
  const [row] = await reader.query<StoredHealth>(READ, [repository]);
  return row ?? null;
}

/** Commits of the default branch without a new version after which a file is called silent. */
const SILENT_COMMITS = 50;
/** Only a file that got so many versions … */
const REGULAR_VERSIONS = 3;
/** … within so many commits, up to its last version, is one of which more was to be expected. */
const REGULAR_COMMITS = 200;
/** Newest commits that are looked at: who has not minded for that long does not want to be told. */
const SILENCE_LOOK_COMMITS = 1_000;
const MAX_SILENT_FILES = 20;

/** A metric file that got no new version for a while, although its branch moved on. */
export interface SilentFile {
  readonly path: string;
  /** commits of the default branch since its last version */
  readonly commits: number;
  /** the commit that brought that */
  readonly sha: string;
  readonly committedAt: Date;
}

// Along the first parents of the default branch. Most commits leave most files alone: only what a commit has and the one
// before it has not is looked at, path by path.
const SILENT = `
  WITH newest AS (
    SELECT c.ordinal, c.sha, c.committed_at, c.metric_file AS files
    FROM git_repository r
    JOIN git_branch b ON b.organization_id = $1 AND b.repository_id = r.id AND b.name = r.default_branch AND b.state = 'live'
    JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = r.id AND c.line = b.number
    WHERE r.organization_id = $1 AND r.id = $2 AND r.import_state IS NULL
    ORDER BY c.ordinal DESC LIMIT ${SILENCE_LOOK_COMMITS + 1}),
  aged AS (
    SELECT *, lead(files) OVER (ORDER BY ordinal DESC) AS before, (row_number() OVER (ORDER BY ordinal DESC))::int - 1 AS age
    FROM newest),
  version AS (
    SELECT f.path, a.age, a.sha, a.committed_at, min(a.age) OVER (PARTITION BY f.path) AS last
    FROM aged a
    CROSS JOIN LATERAL (SELECT unnest(a.files) EXCEPT SELECT unnest(a.before)) AS brought(number)
    JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = brought.number
    WHERE a.before IS NOT NULL AND a.files <> a.before)
  SELECT path, last AS commits, (array_agg(encode(sha, 'hex') ORDER BY age))[1] AS sha,
    (array_agg(committed_at ORDER BY age))[1] AS "committedAt"
  FROM version
  WHERE age < last + ${REGULAR_COMMITS} AND last >= ${SILENT_COMMITS} AND path IN (
    SELECT f.path FROM aged a CROSS JOIN unnest(a.files) AS there(number)
    JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = there.number WHERE a.age = 0)
  GROUP BY path, last HAVING count(*) >= ${REGULAR_VERSIONS}
  ORDER BY last DESC, path LIMIT ${MAX_SILENT_FILES}`;

/** @returns the metric files of the default branch's head that fell silent, the longest silent first */
export function readSilentFiles(reader: Reader, repository: RepositoryId): Promise<SilentFile[]> {
  return reader.query<SilentFile>(SILENT, [repository]);
}
