// A primary with many repositories and two standbys with small buffers, and what reading from them costs.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { createLog } from "../src/log.ts";
import type { Secret } from "../src/secrets.ts";
import { parseDatabaseUrl } from "../src/store/connection.ts";
import { type Database, openDatabase } from "../src/store/database.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../src/store/embedded-postgres.ts";
import { startStandbys } from "../src/store/embedded-standbys.ts";
import { upgrade } from "../src/store/migrate.ts";
import type { ReplicaAddress } from "../src/store/replica.ts";
import { fillHistory } from "../test/helpers/filled-history.ts";
import { seededRandom } from "../test/helpers/seeded-random.ts";
import { copyRepository } from "./repository-copies.ts";

const log = createLog({ level: "error" });
const COMMITS = 80;
const KEYS = 160;
/** Clock ticks a second of /proc (USER_HZ), the same on every Linux. */
const TICK_MS = 10;

/** The servers and what is on them. */
export interface ReplicaServers {
  readonly postgres: EmbeddedPostgres;
  readonly organization: OrganizationId;
  readonly repositories: readonly RepositoryId[];
  /** Starts two standbys with so many buffers of 8 kB. */
  standbys(buffers: number): Promise<Standbys>;
  /** Opens the database with these replicas. */
  open(replicas: readonly ReplicaAddress[]): Promise<Database>;
  close(): Promise<void>;
}

/** Two standbys. */
export interface Standbys {
  readonly replicas: readonly ReplicaAddress[];
  /** @returns blocks that both had to read, and ms that their processes worked, since they were started */
  cost(): Promise<{ readonly misses: number; readonly cpuMs: number }>;
  stop(): Promise<void>;
}

/** @returns blocks that a server had to read for the database; its other connections have to be closed */
export async function blocksRead(url: Secret): Promise<number> {
  const client = new Client(parseDatabaseUrl(url));
  await client.connect();
  try {
    const asked = "SELECT blks_read::int AS blocks FROM pg_stat_database WHERE datname = current_database()";
    return (await client.query<{ blocks: number }>(asked)).rows[0]?.blocks ?? 0;
  } finally {
    await client.end();
  }
}

/** Ms that a server's processes have worked, those that have ended too: its own and its children's. */
function processorMs(files: string): number {
  const postmaster = readFileSync(join(files, "postmaster.pid"), "utf8").split("\n")[0] ?? "";
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    let text: string;
    try {
      text = readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
      continue; // it has ended meanwhile, and counts with its parent
    }
    // behind the name: state, parent, …; utime, stime, cutime, cstime are the 12th to 15th
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const own = Number(fields[11]) + Number(fields[12]);
    if (fields[1] === postmaster) ticks += own;
    if (pid === postmaster) ticks += own + Number(fields[13]) + Number(fields[14]);
  }
  return ticks * TICK_MS;
}

async function fill(database: Database, copies: number): Promise<[OrganizationId, RepositoryId[]]> {
  const [organization] = await database.owner.query<{ id: OrganizationId }>(
    "INSERT INTO organization (name) VALUES ('bench') RETURNING id::text",
  );
  const id = organization?.id ?? ("0" as OrganizationId);
  const random = seededRandom(1);
  const document = (): Record<string, number> =>
    Object.fromEntries(Array.from({ length: KEYS }, (_, key) => [`metric.${key}`, random(1_000_000) / 1_000_000]));
  const commits = Array.from({ length: COMMITS }, (_, n) => ({
    parents: n === 0 ? [] : [n - 1],
    files: { "metrics.json": { document: document() } },
    subject: `commit ${n}`,
  }));
  const branches = [{ name: "main", head: COMMITS - 1 }];
  const repository = await fillHistory(database, id, { name: "first", commits, branches });
  const links = mkdtempSync(join(tmpdir(), "tidemark-bench-links-"));
  await copyRepository(database, { organization: id, folder: links, repository, links: join(links, "r"), copies });
  rmSync(links, { recursive: true });
  const rows = await database.owner.query<{ id: RepositoryId }>(
    "SELECT id::text FROM git_repository WHERE organization_id = $1 ORDER BY id",
    [id],
  );
  return [id, rows.map((row) => row.id)];
}

/** Starts the primary and fills it; it is started anew afterwards, with cold buffers. */
export async function openReplicaServers(copies: number): Promise<ReplicaServers> {
  const dataFolder = mkdtempSync(join(tmpdir(), "tidemark-bench-"));
  chmodSync(dataFolder, 0o711);
  const start = (): Promise<EmbeddedPostgres> => startEmbeddedPostgres({ dataFolder, purpose: "npm run bench", log });
  let postgres = await start();
  const urlsOf = ({ ownerUrl, webUrl, workerUrl }: EmbeddedPostgres) => ({ ownerUrl, webUrl, workerUrl });
  await upgrade(postgres.ownerUrl);
  const filling = await openDatabase({ ...urlsOf(postgres), log });
  const [organization, repositories] = await fill(filling, copies);
  await filling.owner.query("ANALYZE");
  await filling.close();
  await postgres.stop();
  postgres = await start();
  return {
    postgres,
    organization,
    repositories,
    open: (replicas) => openDatabase({ ...urlsOf(postgres), replicas, log }),
    standbys: async (buffers) => {
      const place = { ...postgres.cluster.place, settings: { shared_buffers: String(buffers) } };
      const cluster = () => ({ ...postgres.cluster, place });
      const standbys = await startStandbys({ cluster, count: 2, runtimeFolder: tmpdir(), log });
      const { replicas } = standbys;
      return {
        replicas,
        cost: async () => {
          const blocks = await Promise.all(replicas.map(({ url }) => blocksRead(url)));
          const worked = replicas.map(({ id }) => processorMs(join(dataFolder, "standbys", id, "pg18")));
          const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
          return { misses: sum(blocks), cpuMs: sum(worked) };
        },
        stop: () => standbys.stop(),
      };
    },
    close: async () => {
      await postgres.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
