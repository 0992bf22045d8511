// Makes the files of a standby of the embedded Postgres from the running primary, by the recipe of a base backup.
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Client, escapeLiteral } from "pg";
import { copyCluster } from "./copy-cluster.ts";
import type { Passwords } from "./embedded-postgres-files.ts";
import type { PostgresAddress, PostgresPlace } from "./embedded-postgres-process.ts";
import { asAdmin } from "./embedded-postgres-roles.ts";

/** The embedded Postgres that standbys follow. */
export interface EmbeddedCluster {
  readonly place: PostgresPlace;
  readonly passwords: Passwords;
  readonly address: PostgresAddress;
}

/** One standby: its own folders, and what of the log the primary keeps for it. */
export interface StandbyPlace {
  /** "replica-1" */
  readonly id: string;
  readonly place: PostgresPlace;
  /** of its replication slot */
  readonly slot: string;
}

/** All slots of ours begin with it. */
export const SLOT_PREFIX = "tidemark_replica_";
/** Who reads the log; its password is another one at each start. */
const STANDBY_ROLE = "tidemark_standby";

/** Settings of a standby beside the primary's. */
const SETTINGS: Readonly<Record<string, string>> = {
  // a long question of a replica must not keep the primary from cleaning up: the queue of events would starve
  hot_standby_feedback: "off",
  // so long a question may hold up what the replica shows; then it is cancelled (40001) and asked elsewhere
  max_standby_streaming_delay: "5s",
  // a primary that starts again is followed within a moment
  wal_retrieve_retry_interval: "500ms",
};
const MARK = "# what follows is written at each start of this standby";

/** Makes the account that standbys sign in with, or gives it another password. */
export async function allowStandbys(client: Client, password: string): Promise<void> {
  // a statement that fails is written to the server's log, and this one holds a password
  await client.query("SET log_min_error_statement = panic");
  const { rows } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [STANDBY_ROLE]);
  const verb = rows.length === 0 ? "CREATE" : "ALTER";
  await client.query(`${verb} ROLE ${STANDBY_ROLE} LOGIN REPLICATION PASSWORD ${escapeLiteral(password)}`);
}

/**
 * Makes a standby's files: in a folder of another name, renamed when whole.
 * @throws what Postgres, the system or `signal` says
 */
export async function makeStandbyFiles(
  { place: primary, passwords, address }: EmbeddedCluster,
  { place, slot }: StandbyPlace,
  signal: AbortSignal,
): Promise<void> {
  await removeFiles(place);
  await mkdir(dirname(place.files), { recursive: true });
  const made = `${place.files}.new`;
  await mkdir(made, { mode: 0o700 });
  const { account } = place;
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(join(made, name), text, { mode: 0o600 });
    if (account !== null) await chown(join(made, name), account.uid, account.gid);
  };
  // one connection from the begin to the end: the backup is over with it
  await asAdmin(address, passwords, async (client) => {
    await dropSlots(client, (name) => name === slot);
    // from here on the primary keeps its log for it
    await client.query("SELECT pg_create_physical_replication_slot($1, true)", [slot]);
    await client.query("SELECT pg_backup_start($1, fast => true)", [slot]);
    await copyCluster(primary.files, made, { account, signal });
    const { rows } = await client.query<{ labelfile: string }>(
      "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)",
    );
    await write("backup_label", rows[0]?.labelfile ?? "");
    await write("standby.signal", "");
  });
  if (account !== null) await chown(made, account.uid, account.gid);
  await rename(made, place.files);
}

/** Removes a standby's files, whole or half made. */
export async function removeFiles(place: PostgresPlace): Promise<void> {
  for (const folder of [place.files, `${place.files}.new`]) await rm(folder, { recursive: true, force: true });
}

/** @returns whether there are whole files of a standby */
export async function hasFiles(place: PostgresPlace): Promise<boolean> {
  const names: readonly string[] = await readdir(place.files).catch(() => []);
  return names.includes("standby.signal");
}

/** Writes where a standby finds its primary, and with what. The file is for its account only. */
export async function writeStandbySettings(
  { address }: EmbeddedCluster,
  { id, place, slot }: StandbyPlace,
  password: string,
): Promise<void> {
  const path = join(place.files, "postgresql.auto.conf");
  const [inherited = ""] = (await readFile(path, "utf8")).split(MARK);
  const parts = {
    host: address.socketFolder ?? "127.0.0.1",
    port: String(address.port),
    user: STANDBY_ROLE,
    password,
    application_name: id,
  };
  const primary = Object.entries(parts).map(([name, value]) => `${name}='${escape(value, "\\'")}'`);
  const settings = { ...SETTINGS, primary_conninfo: primary.join(" "), primary_slot_name: slot };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${escape(value, "''")}'`);
  await writeFile(path, `${inherited.trimEnd()}\n${MARK}\n${lines.join("\n")}\n`, { mode: 0o600 });
  if (place.account !== null) await chown(path, place.account.uid, place.account.gid);
}

/** Backslashes first; then each quote as the place wants it. */
function escape(text: string, quote: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", quote);
}

/** How often it is looked whether the primary has noticed that a standby is gone, and after how many ms again. */
const DROP_TRIES = 50;
const DROP_PAUSE_MS = 20;

/** Drops slots of ours that nobody wants: each keeps up to 4 GB of the log. Who still reads from one is sent away. */
export async function dropSlots(client: Client, isUnwanted: (slot: string) => boolean): Promise<void> {
  for (let tries = 0; tries < DROP_TRIES; tries++) {
    const { rows } = await client.query<{ slot: string; reader: number | null }>(
      "SELECT slot_name AS slot, active_pid AS reader FROM pg_replication_slots WHERE starts_with(slot_name, $1)",
      [SLOT_PREFIX],
    );
    const unwanted = rows.filter(({ slot }) => isUnwanted(slot));
    for (const { slot, reader } of unwanted) {
      if (reader === null) await client.query("SELECT pg_drop_replication_slot($1)", [slot]);
      else await client.query("SELECT pg_terminate_backend($1)", [reader]);
    }
    if (unwanted.every(({ reader }) => reader === null)) return;
    await wait(DROP_PAUSE_MS);
  }
}

/** What the primary says of a standby. `lost`: what it needs of the log is gone, or nobody keeps it. */
export async function readSlot(client: Client, { slot }: StandbyPlace): Promise<"streaming" | "silent" | "lost"> {
  const { rows } = await client.query<{ active: boolean; lost: boolean }>(
    "SELECT active, coalesce(wal_status = 'lost', false) AS lost FROM pg_replication_slots WHERE slot_name = $1",
    [slot],
  );
  const [row] = rows;
  if (row === undefined || row.lost) return "lost";
  return row.active ? "streaming" : "silent";
}
