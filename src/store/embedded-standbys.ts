// The standbys of the embedded Postgres: made, started, brought back, made anew when they cannot catch up, ended.
import { randomBytes } from "node:crypto";
import { chown, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../log.ts";
import { chooseAddress, filesFolder } from "./embedded-postgres-files.ts";
import { type PostgresAddress, stopServer } from "./embedded-postgres-process.ts";
import { asAdmin, roleUrl } from "./embedded-postgres-roles.ts";
import { ensureRunning } from "./embedded-postgres-running.ts";
import {
  allowStandbys,
  dropSlots,
  type EmbeddedCluster,
  hasFiles,
  makeStandbyFiles,
  readSlot,
  removeFiles,
  SLOT_PREFIX,
  type StandbyPlace,
  writeStandbySettings,
} from "./embedded-standby.ts";
import { postmasterState, readPostmasterFile } from "./postmaster-file.ts";
import type { ReplicaAddress } from "./replica.ts";

/** How standbys are started. */
export interface StandbyOptions {
  /** the primary as it runs now: after a new start it may listen elsewhere */
  readonly cluster: () => EmbeddedCluster;
  readonly count: number;
  /** where a short folder for a socket can be made */
  readonly runtimeFolder: string;
  readonly log: Log;
}

/** Standbys that this process looks after. */
export interface EmbeddedStandbys {
  /** where they will answer: they are made meanwhile */
  readonly replicas: readonly ReplicaAddress[];
  /** Ends them, and what the primary keeps for them; their files stay, so that a next start is fast. */
  stop(): Promise<void>;
}

const WATCH_MS = 500;
/** A standby that runs and reads nothing of the log for so long cannot: it is made anew. It tries twice a second. */
const SILENT_LIMIT_MS = 15_000;
const RETRY_MS = 2_000;
const PASSWORD_BYTES = 24;

interface Kept extends StandbyPlace {
  readonly address: PostgresAddress;
}

const folderOf = ({ place }: EmbeddedCluster): string => join(place.dataFolder, "standbys");

/**
 * Starts the standbys of the primary, and ends those that an earlier start left and nobody wants any more.
 * @throws what the system says of their folders
 */
export async function startStandbys(options: StandbyOptions): Promise<EmbeddedStandbys> {
  const cluster = options.cluster();
  const password = randomBytes(PASSWORD_BYTES).toString("base64url");
  const standbys: Kept[] = [];
  for (let number = 1; number <= options.count; number++) {
    const standby = await placeOf(cluster, `replica-${number}`, `${SLOT_PREFIX}${number}`);
    standbys.push({ ...standby, address: await chooseAddress(standby.place, options.runtimeFolder) });
  }
  await endOthers(cluster, standbys);
  if (standbys.length > 0) {
    await asAdmin(cluster.address, cluster.passwords, (client) => allowStandbys(client, password));
  }
  const stopping = new AbortController();
  const keepers = standbys.map((standby) => new Keeper(standby, password, options, stopping.signal).keep());
  return {
    replicas: standbys.map(({ id, address }) => ({ id, url: roleUrl(address, cluster.passwords, "web") })),
    stop: async () => {
      stopping.abort();
      await Promise.all(keepers);
      for (const { place } of standbys) await endServer(place);
      const { address, passwords } = options.cluster();
      // a primary that is gone keeps them until its next start, which drops them
      await asAdmin(address, passwords, (client) => dropSlots(client, () => true)).catch(() => {});
    },
  };
}

async function placeOf({ place }: EmbeddedCluster, id: string, slot: string): Promise<StandbyPlace> {
  const { postgres, account, settings = {} } = place;
  const dataFolder = join(place.dataFolder, "standbys", id);
  for (const folder of [join(place.dataFolder, "standbys"), dataFolder]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (account !== null) await chown(folder, account.uid, account.gid);
  }
  return { id, slot, place: { postgres, account, dataFolder, files: filesFolder(dataFolder), settings } };
}

/** Ends what an earlier start left: servers that run, files and slots that nobody wants. */
async function endOthers(cluster: EmbeddedCluster, wanted: readonly StandbyPlace[]): Promise<void> {
  const folder = folderOf(cluster);
  for (const id of await readdir(folder).catch(() => [])) {
    const dataFolder = join(folder, id);
    await endServer({ ...cluster.place, dataFolder, files: filesFolder(dataFolder) });
    if (!wanted.some((each) => each.id === id)) await rm(dataFolder, { recursive: true, force: true });
  }
  const { address, passwords } = cluster;
  await asAdmin(address, passwords, (client) =>
    dropSlots(client, (slot) => !wanted.some((each) => each.slot === slot)),
  );
}

async function endServer(place: StandbyPlace["place"]): Promise<void> {
  const file = await readPostmasterFile(place.files);
  if (file !== null) await stopServer(place, file.pid);
}

/** Looks after one standby. */
class Keeper {
  readonly #standby: Kept;
  readonly #password: string;
  readonly #options: StandbyOptions;
  readonly #signal: AbortSignal;

  constructor(standby: Kept, password: string, options: StandbyOptions, signal: AbortSignal) {
    this.#standby = standby;
    this.#password = password;
    this.#options = options;
    this.#signal = signal;
  }

  /** Resolves once `signal` is aborted. */
  async keep(): Promise<void> {
    const { log } = this.#options;
    const replica = this.#standby.id;
    let told = false;
    while (!this.#signal.aborted) {
      try {
        const pid = await this.#start();
        told = false;
        if (await this.#untilOver(pid)) {
          log.warn({ replica }, "a standby cannot catch up any more; it is made anew");
          await endServer(this.#standby.place);
          await removeFiles(this.#standby.place);
        } else if (!this.#signal.aborted) log.warn({ replica }, "a standby is gone; starting it again");
      } catch (error) {
        if (this.#signal.aborted) return;
        if (!told) log.error({ err: error, replica }, "a standby cannot be started; it is tried again and again");
        told = true;
        await this.#pause(RETRY_MS);
      }
    }
  }

  async #start(): Promise<number> {
    const cluster = this.#options.cluster();
    const { place, address } = this.#standby;
    if (!(await hasFiles(place))) await makeStandbyFiles(cluster, this.#standby, this.#signal);
    else await this.#keepLog(cluster);
    await writeStandbySettings(cluster, this.#standby, this.#password);
    try {
      return (await ensureRunning(place, cluster.passwords, address)).pid;
    } catch (error) {
      // whatever keeps it from starting is in its files, which are a copy
      await endServer(place);
      await removeFiles(place);
      throw error;
    }
  }

  /** The primary keeps its log again for files of an earlier start: from now on, which is enough after an ordered end. */
  async #keepLog({ address, passwords }: EmbeddedCluster): Promise<void> {
    const { slot } = this.#standby;
    await asAdmin(address, passwords, async (client) => {
      const { rows } = await client.query("SELECT FROM pg_replication_slots WHERE slot_name = $1", [slot]);
      if (rows.length === 0) await client.query("SELECT pg_create_physical_replication_slot($1, true)", [slot]);
    });
  }

  /** @returns true when it cannot catch up any more, false when its server is gone or nobody wants it */
  async #untilOver(pid: number): Promise<boolean> {
    let silentSince: number | null = null;
    while (!this.#signal.aborted) {
      await this.#pause(WATCH_MS);
      if ((await postmasterState(pid)) !== "running") return false;
      const { address, passwords } = this.#options.cluster();
      const state = await asAdmin(address, passwords, (client) => readSlot(client, this.#standby)).catch(() => null);
      if (state === "lost") return true;
      // while the primary is away nobody can read its log
      silentSince = state === "silent" ? (silentSince ?? performance.now()) : null;
      if (silentSince !== null && performance.now() - silentSince > SILENT_LIMIT_MS) return true;
    }
    return false;
  }

  async #pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#signal }).catch(() => undefined);
  }
}
