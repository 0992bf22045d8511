// Why a repository that was read has no branch.

/** Of a repository without a branch: where there is one, one is followed. */
export interface EmptyRepository {
  /** `new`: it has no commit yet; `deleted`: its last branch was deleted */
  readonly reason: "new" | "deleted";
  /** the branch that was deleted last, and when that was found; null: none, or none whose commits are still kept */
  readonly branch: { readonly name: string; readonly deletedAt: string } | null;
}

const OF_R = "b.organization_id = $1 AND b.repository_id = r.id";

/** An EmptyRepository of the row `r` of `git_repository`; NULL where it has one, and before it was read. */
export const EMPTY = `
  CASE WHEN (r.synced_at IS NOT NULL OR r.state = 'ready') AND NOT EXISTS (SELECT FROM git_branch b WHERE ${OF_R} AND b.state = 'live')
  THEN jsonb_build_object(
    'reason', CASE WHEN r.default_branch IS NULL THEN 'new' ELSE 'deleted' END,
    'branch', (
      SELECT jsonb_build_object('name', b.name, 'deletedAt', to_char(b.deleted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      FROM git_branch b WHERE ${OF_R} AND b.state = 'deleted' ORDER BY b.deleted_at DESC, b.number DESC LIMIT 1)) END`;
