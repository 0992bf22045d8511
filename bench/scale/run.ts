// The founding document's load: 2,000 people, 1,000 repositories, 4,000 commits and 400,000 reads a day, at 100 times its rate.
// Run by hand: node bench/scale/run.ts [seconds, 10] [newest commits of the 20 most read that stay in Postgres: 40 or 1000]
//   [hashed, each repository at its own standby; or turns: two servers with a standby each, asked turn by turn]
// Its result is metrics/scale.json: an object by seconds, window and way.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createServer, listen } from "../../src/api/server.ts";
import { openSignIn } from "../../src/api/sign-in.ts";
import { DuckDBEngine } from "../../src/archive/duckdb-engine.ts";
import { EngineArchive } from "../../src/archive/engine-archive.ts";
import { createLog } from "../../src/log.ts";
import { addMember } from "./member.ts";
import { archiveIn, archiveNow } from "../../test/helpers/archived-history.ts";
import { openReplicaServers } from "../replica-servers.ts";
import { BENCH_CONFIG, UNUSED } from "../server-parts.ts";
import { commitArrives } from "./commits.ts";
import { DAY, planCommits, planReads, TIMES } from "./plan.ts";
import { type Outcome, readAll } from "./readers.ts";

const FILE = join(import.meta.dirname, "..", "..", "metrics", "scale.json");
const seconds = Number(process.argv[2] ?? 10);
const window = Number(process.argv[3] ?? 1_000);
const way = process.argv[4] ?? "hashed";
/** The most read repositories are archived, where the window is smaller than their history: all would take an hour. */
const ARCHIVED = 20;
/** Buffers of a standby, in blocks of 8 kB: half of what the pages of all need (bench/figures/replicas.ts counts them). */
const BUFFERS = 8_576;
const COLUMN = "metrics.json:metric.0";
const SEED = 1;

function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
}

function spread(numbers: readonly number[]) {
  return { p50: percentile(numbers, 0.5), p95: percentile(numbers, 0.95), p99: percentile(numbers, 0.99) };
}

const log = createLog({ level: "error" });
console.log(`filling ${DAY.repositories} repositories`);
const servers = await openReplicaServers(DAY.repositories - 1);
const folder = mkdtempSync(join(tmpdir(), "tidemark-bench-scale-"));
const standbys = await servers.standbys(BUFFERS);
const { replicas } = standbys;
const ways = way === "turns" ? replicas.map((replica) => [replica]) : [replicas];
let databases = await Promise.all(ways.map((some) => servers.open(some)));
const [database] = databases as [(typeof databases)[0]];
const { organization, repositories } = servers;
try {
  if (window < 80) {
    console.log(`archiving the ${ARCHIVED} most read but for their newest ${window}`);
    for (const repositoryId of repositories.slice(0, ARCHIVED))
      await archiveNow(database, { organizationId: organization, repositoryId }, { keep: window, folder });
  }
  const engine = new DuckDBEngine({ store: archiveIn(folder), cacheFolder: join(folder, "cache") });
  const serve = async (from: typeof database) => {
    const archive = new EngineArchive(from, engine);
    const app = await createServer({ ...UNUSED, database: from, log, config: BENCH_CONFIG, archive });
    return { app, ...(await listen(app, { port: 0 })) };
  };
  const running = await Promise.all(databases.map(serve));
  const userId = await addMember(database, organization);
  const signedIn = async ({ url: origin, port }: (typeof running)[0]) => {
    const signIn = await openSignIn(database, { origin, secret: BENCH_CONFIG.signInSecret, log });
    const session = await signIn.begin(userId, { cookie: "", address: "127.0.0.1", agent: "load test" });
    return { port, cookie: (session?.cookies ?? []).map((line) => line.split(";")[0]).join("; ") };
  };
  const places = await Promise.all(running.map(signedIn));
  const limit = performance.now() + 60_000;
  const areUp = () => databases.every((each) => each.replicas.figures().replicas.every(({ up }) => up));
  while (!areUp() && performance.now() < limit) await wait(50);
  const committed = new Map<number, number>();
  const lasting = seconds * 1_000;
  const commits = planCommits(lasting, SEED + 1);
  const before = await standbys.cost();
  const start = performance.now();
  const arriving = (async () => {
    for (const { at, rank } of commits) {
      const early = at - (performance.now() - start);
      if (early > 0) await wait(early);
      const repository = repositories[rank];
      if (repository !== undefined) committed.set(rank, await commitArrives(database, organization, repository));
    }
  })();
  const used = process.cpuUsage();
  const outcome: Outcome = await readAll(
    { servers: places, repositories, column: COLUMN, committed },
    planReads(lasting, SEED),
  );
  await arriving;
  const took = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(used);
  const texts = await Promise.all(running.map(async (each) => (await fetch(`${each.url}/metrics`)).text()));
  const figure = (name: string): number =>
    texts.reduce((sum, text) => sum + Number(new RegExp(`^tidemark_page_cache_${name} (.+)$`, "m").exec(text)?.[1]), 0);
  const [hits, misses, shared] = ["hits_total", "misses_total", "shared_total"].map(figure) as [number, number, number];
  await Promise.all(running.map(({ app }) => app.close()));
  await Promise.all(databases.map((each) => each.close())); // a connection that ends tells what it read
  databases = [];
  const after = await standbys.cost();
  const kinds = Object.entries(outcome.milliseconds).map(([kind, list]) => [
    kind,
    { requests: list.length, ...spread(list) },
  ]);
  const result = {
    times: TIMES,
    seconds: Math.round(took * 10) / 10,
    asked: outcome.answered + outcome.failed,
    failed: outcome.failed,
    failures: outcome.failures,
    perSecond: Math.round(outcome.answered / took),
    commits: commits.length,
    milliseconds: Object.fromEntries(kinds),
    pageCache: {
      hits,
      misses,
      shared,
      hitRate: Math.round((1_000 * (hits + shared)) / (hits + misses + shared)) / 1_000,
      entries: figure("entries"),
      bytes: figure("bytes"),
    },
    staleness: { newestPages: outcome.newest, old: outcome.old, mostVersionsBehind: outcome.mostBehind },
    // the server and those who ask are one process here
    processorSeconds: Math.round((user + system) / 1e5) / 10,
    // of pages that were kept by nobody, and of all else that was read at the standbys
    standbys: { misses: after.misses - before.misses, cpuMs: after.cpuMs - before.cpuMs },
    machine: `${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)}`,
    residentMiB: Math.round(process.memoryUsage.rss() / 1024 ** 2),
  };
  const all = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as object) : {};
  writeFileSync(FILE, `${JSON.stringify({ ...all, [`${seconds} s, window ${window}, ${way}`]: result }, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
  await engine.close();
} finally {
  await Promise.all(databases.map((each) => each.close()));
  await standbys.stop();
  await servers.close();
  rmSync(folder, { recursive: true, force: true });
}
