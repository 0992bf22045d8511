// Sealed secrets of all teams, for sealing them anew: which keys are in use, and one row after the other.
import type { SystemReader } from "./database.ts";

/** A column of sealed secrets. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly read: string;
  readonly replace: string;
}

/** One sealed secret, and whose it is. */
export interface SealedRow {
  readonly rowId: string;
  readonly organizationId: string;
  readonly sealed: Uint8Array;
}

// The envelope (keyring.ts) has its key's id in four bytes after the version.
const ROW = `id::text AS "rowId", organization_id::text AS "organizationId"`;
const READ_TOKENS = `SELECT ${ROW}, token AS sealed FROM git_account
  WHERE id > $1::bigint AND substring(token FROM 2 FOR 4) <> $2 ORDER BY id LIMIT $3`;
const READ_SECRETS = `SELECT ${ROW}, secret AS sealed FROM webhook
  WHERE id > $1::bigint AND substring(secret FROM 2 FOR 4) <> $2 ORDER BY id LIMIT $3`;
const READ_PREVIOUS = `SELECT ${ROW}, previous_secret AS sealed FROM webhook
  WHERE id > $1::bigint AND substring(previous_secret FROM 2 FOR 4) <> $2 ORDER BY id LIMIT $3`;
const REPLACE_TOKEN = `UPDATE git_account SET token = $4
  WHERE organization_id = $1 AND id = $2 AND token = $3 RETURNING id`;
const REPLACE_SECRET = `UPDATE webhook SET secret = $4
  WHERE organization_id = $1 AND id = $2 AND secret = $3 RETURNING id`;
const REPLACE_PREVIOUS = `UPDATE webhook SET previous_secret = $4
  WHERE organization_id = $1 AND id = $2 AND previous_secret = $3 RETURNING id`;

/** Every column that holds one. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: "git_account", column: "token", read: READ_TOKENS, replace: REPLACE_TOKEN },
  { table: "webhook", column: "secret", read: READ_SECRETS, replace: REPLACE_SECRET },
  { table: "webhook", column: "previous_secret", read: READ_PREVIOUS, replace: REPLACE_PREVIOUS },
];

const KEY_ID_BYTES = 4;

/**
 * Gives sealed secrets whose key is another, in the order of their rows' ids.
 * @param ask `after`: the id of the last row before, "0" at first
 */
export function readSealedByOthers(
  system: SystemReader,
  { read }: SealedColumn,
  ask: { readonly keyId: string; readonly after: string; readonly limit: number },
): Promise<SealedRow[]> {
  const keyId = Buffer.alloc(KEY_ID_BYTES);
  keyId.write(ask.keyId, "latin1");
  return system.query<SealedRow>(read, [ask.after, keyId, ask.limit]);
}

/** Puts a newly sealed secret in the place of the old one. @returns false when it has become another one meanwhile */
export async function replaceSealed(
  system: SystemReader,
  { replace }: SealedColumn,
  { organizationId, rowId, sealed }: SealedRow,
  fresh: Uint8Array,
): Promise<boolean> {
  return (await system.query(replace, [organizationId, rowId, sealed, fresh])).length > 0;
}

const COUNT_BY_KEY = `
  SELECT substring(sealed FROM 2 FOR 4) AS id, count(*) AS count FROM (
    SELECT token AS sealed FROM git_account
    UNION ALL SELECT secret FROM webhook
    UNION ALL SELECT previous_secret FROM webhook) s
  WHERE sealed IS NOT NULL GROUP BY 1 ORDER BY 1`;

/** @returns how many secrets each key seals, by its id */
export async function countSealedByKey(system: SystemReader): Promise<ReadonlyMap<string, number>> {
  const rows = await system.query<{ id: Uint8Array; count: number }>(COUNT_BY_KEY);
  return new Map(rows.map(({ id, count }) => [Buffer.from(id).toString("latin1").replace(/\0+$/, ""), count]));
}
