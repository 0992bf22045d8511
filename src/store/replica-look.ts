// What a server says of itself as a standby, or as the primary of some, and whether they belong together.
import type { RolePool } from "./role-pool.ts";

/** What a standby says. */
export interface StandbyState {
  /** whether it follows a primary */
  readonly follows: boolean;
  /** of the cluster: the same for a primary and all its standbys */
  readonly system: string;
  /** bytes of the log that it shows */
  readonly replayed: number;
}

/** What the primary says. */
export interface PrimaryState {
  readonly system: string;
  /** bytes of the log so far */
  readonly lsn: number;
}

const STANDBY = `
  SELECT pg_is_in_recovery() AS follows, (SELECT system_identifier::text FROM pg_control_system()) AS system,
         coalesce(pg_last_wal_replay_lsn() - '0/0', 0)::bigint AS replayed`;
const PRIMARY = `
  SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
         (pg_current_wal_lsn() - '0/0')::bigint AS lsn`;

/** @throws TidemarkError `database-unreachable`, and an Error after `limitMs` */
export function lookAtStandby(pool: RolePool, limitMs: number): Promise<StandbyState> {
  return firstRow(pool.query<StandbyState>({ text: STANDBY }), limitMs);
}

/** @throws TidemarkError `database-unreachable`, and an Error after `limitMs` or of a server that only follows */
export function lookAtPrimary(pool: RolePool, limitMs: number): Promise<PrimaryState> {
  return firstRow(pool.query<PrimaryState>({ text: PRIMARY }), limitMs);
}

async function firstRow<Row>(asked: Promise<Row[]>, limitMs: number): Promise<Row> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs);
  });
  try {
    const [row] = await Promise.race([asked, late]);
    if (row === undefined) throw new RangeError("a SELECT without FROM gave no row");
    return row;
  } finally {
    clearTimeout(timer);
    // its own failure, after nobody waits for it any more
    asked.catch(() => {});
  }
}

/**
 * @param system of the primary; null while it is not known
 * @returns what is wrong with a server as a standby of ours, or null
 */
export function notOurStandby(
  { follows, system: its }: StandbyState,
  system: string | null,
): { readonly found: string; readonly wanted: string } | null {
  if (!follows)
    return { found: "a server that follows no other one", wanted: "a standby of the server in DATABASE_URL" };
  if (system === null || its === system) return null;
  return { found: `a standby of another cluster (${its})`, wanted: `one of the cluster in DATABASE_URL (${system})` };
}
