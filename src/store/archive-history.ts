// What of a repository is archived and what is not, and the runs that made it so, as pages show it.
import type { RepositoryId } from "../domain/model.ts";
import type { RunTask } from "./archive-run.ts";
import { COLD_REACHED } from "./archived-sql.ts";
import type { Reader } from "./organization-store.ts";

/** Where a repository's commits are. Only those that a branch reaches are counted. */
export interface ArchiveShare {
  /** commits in the database, whether they are in the archive as well or not */
  readonly hot: number;
  /** commits in the archive alone */
  readonly archived: number;
  /** when the last run that wrote new commits was done */
  readonly writtenAt: Date | null;
}

const SHARE = `
  SELECT (
    SELECT count(*)::int FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.unreachable_since IS NULL) AS hot,
    ${COLD_REACHED} AS archived, (
    SELECT max(r.finished_at) FROM archive_run r
    WHERE r.organization_id = $1 AND r.repository_id = $2 AND r.state = 'done' AND r.task = 'archive') AS "writtenAt"`;

/** @returns where a repository's commits are */
export async function readArchiveShare(reader: Reader, repository: RepositoryId): Promise<ArchiveShare> {
  const [row] = await reader.query<ArchiveShare>(SHARE, [repository]);
  return row ?? { hot: 0, archived: 0, writtenAt: null };
}

/** A run of the archiver. */
export interface StoredArchiveRun {
  readonly id: string;
  readonly task: RunTask;
  readonly state: "running" | "done" | "failed" | "overtaken";
  /** positions that it was about, both included */
  readonly first: number;
  readonly last: number;
  /** of the objects that it wrote and that are still there */
  readonly bytes: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly problem: string | null;
}

const RUNS = `
  SELECT r.id::text, r.task, r.state, r.first_position AS first, r.last_position AS last, r.started_at AS "startedAt",
    r.finished_at AS "finishedAt", r.problem, (
      SELECT coalesce(sum(o.bytes), 0)::bigint FROM archive_object o
      WHERE o.organization_id = $1 AND o.key = ANY(r.keys)) AS bytes
  FROM archive_run r
  WHERE r.organization_id = $1 AND r.repository_id = $2
  ORDER BY r.id DESC LIMIT $3`;

/** @returns the newest runs of the archiver over a repository, the newest first */
export function readArchiveRuns(reader: Reader, repository: RepositoryId, limit: number): Promise<StoredArchiveRun[]> {
  return reader.query<StoredArchiveRun>(RUNS, [repository, limit]);
}
