// A Postgres of a test's own with real standbys, a database on them, and what is done to each.
import { chmodSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { OrganizationId } from "../../src/domain/model.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { roleUrl } from "../../src/store/embedded-postgres-roles.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/store/embedded-postgres.ts";
import { type EmbeddedStandbys, startStandbys } from "../../src/store/embedded-standbys.ts";
import { upgrade } from "../../src/store/migrate.ts";
import { readPostmasterFile } from "../../src/store/postmaster-file.ts";
import { signalProcess } from "./signal-process.ts";
import { quietLog } from "./test-database.ts";
import { withClient } from "./with-client.ts";

/** What tests with standbys work with. */
export interface StandbyLab {
  readonly postgres: EmbeddedPostgres;
  readonly standbys: EmbeddedStandbys;
  readonly database: Database;
  /** makes one more handle on the same servers, as another process has it */
  open(): Promise<Database>;
  makeOrganization(): Promise<OrganizationId>;
  /** Runs statements as the superuser, at a replica or at the primary. */
  at(id: string | null, ...statements: string[]): Promise<Record<string, unknown>[]>;
  /** Stops a server and all its processes as they are. @returns how to let them go on */
  freeze(id: string | null): Promise<() => void>;
  /** Lets a replica whose replay was paused go on. */
  resume(id: string): Promise<void>;
  /** @returns the pid of a replica's server, or of the primary's */
  pidOf(id: string | null): Promise<number>;
  /** Waits until all replicas answer, or those named do. */
  untilUp(ids?: readonly string[]): Promise<void>;
  /** Waits until all replicas show what the primary has now. */
  untilEven(): Promise<void>;
  close(): Promise<void>;
}

const GIVE_UP_MS = 60_000;

/** Asks until it is so. @throws Error when it is not within a minute */
export async function untilSo(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + GIVE_UP_MS;
  while (!(await isSo())) {
    if (performance.now() > limit) throw new Error(`${what}: not within a minute`);
    await wait(20);
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const children: number[] = [];
  for (const name of await readdir("/proc")) {
    const status = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, "utf8").catch(() => "") : "";
    // "<pid> (<name>) <state> <parent> …"
    if (Number(/\) \S (\d+) /.exec(status)?.[1] ?? 0) === pid) children.push(Number(name));
  }
  return children;
}

/** Starts them. @param folder for the data; passable for Postgres' account */
export async function openStandbyLab(
  folder: string,
  count: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<StandbyLab> {
  mkdirSync(folder, { recursive: true });
  // Postgres account passes through when root runs the tests
  chmodSync(folder, 0o711);
  const dataFolder = join(folder, "data");
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose: "tests", log: quietLog, settings });
  const cluster = () => postgres.cluster;
  const standbys = await startStandbys({ cluster, count, runtimeFolder: tmpdir(), log: quietLog });
  await upgrade(postgres.ownerUrl);
  const { ownerUrl, webUrl, workerUrl } = postgres;
  const urls = { ownerUrl, webUrl, workerUrl };
  const opened: Database[] = [];
  const open = async (): Promise<Database> => {
    const database = await openDatabase({ ...urls, replicas: standbys.replicas, log: quietLog });
    opened.push(database);
    return database;
  };
  const database = await open();
  const filesOf = (id: string | null): string =>
    id === null ? postgres.cluster.place.files : join(postgres.cluster.place.dataFolder, "standbys", id, "pg18");
  const at: StandbyLab["at"] = async (id, ...statements) => {
    const file = await readPostmasterFile(filesOf(id));
    if (file === null) throw new Error(`${id ?? "the primary"} does not run`);
    const address = { socketFolder: file.socketFolder === "" ? null : file.socketFolder, port: file.port };
    let rows: Record<string, unknown>[] = [];
    await withClient(roleUrl(address, postgres.cluster.passwords, "admin"), async (client) => {
      for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows;
    });
    return rows;
  };
  const untilUp: StandbyLab["untilUp"] = (ids = standbys.replicas.map(({ id }) => id)) =>
    untilSo(`${ids.join(", ")} up`, () => {
      const { replicas } = database.replicas.figures();
      return replicas.every(({ id, up }) => up === ids.includes(id));
    });
  return {
    postgres,
    standbys,
    database,
    open,
    at,
    untilUp,
    makeOrganization: async () => {
      const insert = "INSERT INTO organization (name) VALUES ('Test') RETURNING id::text";
      const [row] = await database.owner.query<{ id: OrganizationId }>(insert);
      if (row === undefined) throw new Error("INSERT … RETURNING gave no row");
      return row.id;
    },
    freeze: async (id) => {
      const pid = (await readPostmasterFile(filesOf(id)))?.pid ?? 0;
      // first the one that would start others
      const frozen = [pid];
      process.kill(pid, "SIGSTOP");
      for (const child of await childrenOf(pid)) {
        if (signalProcess(child, "SIGSTOP")) frozen.push(child);
      }
      return () => {
        // what had ended is gone as soon as the first one goes on
        for (const each of frozen.splice(0)) signalProcess(each, "SIGCONT");
      };
    },
    resume: (id) =>
      untilSo(`${id} goes on`, async () => {
        // what waited may cancel the very statement that lets it go on
        const paused = "SELECT pg_is_wal_replay_paused() AS paused";
        const rows = await at(id, "SELECT pg_wal_replay_resume()", paused).catch(() => []);
        return rows[0]?.["paused"] === false;
      }),
    pidOf: async (id) => (await readPostmasterFile(filesOf(id)))?.pid ?? 0,
    untilEven: async () => {
      const [row] = await at(null, "SELECT pg_current_wal_lsn()::text AS lsn");
      const even = `SELECT pg_last_wal_replay_lsn() >= '${String(row?.["lsn"])}' AS even`;
      for (const { id } of standbys.replicas)
        await untilSo(`${id} even`, async () => (await at(id, even))[0]?.["even"] === true);
    },
    close: async () => {
      for (const each of opened) await each.close();
      await standbys.stop();
      await postgres.stop();
    },
  };
}
