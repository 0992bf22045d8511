// replicas: 1,000 repositories read zipf-like from two replicas whose buffers hold half of the pages, each repository at its
// own one, against turn by turn.
import { setTimeout as wait } from "node:timers/promises";
import type { RepositoryId } from "../../src/domain/model.ts";
import { readCommitPage } from "../../src/reads/commit-page.ts";
import { createReads, type Reads } from "../../src/reads/reads.ts";
import type { Database } from "../../src/store/database.ts";
import { seededRandom } from "../../test/helpers/seeded-random.ts";
import { type Benchmark, figureOf, median } from "../figure.ts";
import { blocksRead, openReplicaServers, type ReplicaServers, type Standbys } from "../replica-servers.ts";

const REPOSITORIES = 1_000;
const RUNS = 3;
const PAGES = 3_000;
const READERS = 8;
const MISSES_GOAL = 0.6;
const CPU_GOAL = 0.9;
/** Steps of a share. */
const FINE = 2 ** 30;
const QUERY = { columns: [], limit: 40 };

/** What one page costs the replicas on average. */
interface Cost {
  readonly misses: number;
  readonly cpuMs: number;
}

/** @returns repositories by falling popularity 1/n, `PAGES` times one of them, in an order that the seed says */
function askedFor(repositories: readonly RepositoryId[], seed: number): RepositoryId[] {
  const random = seededRandom(seed);
  const sums: number[] = [];
  repositories.forEach((_, rank) => sums.push((sums.at(-1) ?? 0) + 1 / (rank + 1)));
  const all = sums.at(-1) ?? 0;
  return Array.from({ length: PAGES }, () => {
    const at = (random(FINE) / FINE) * all;
    const rank = sums.findIndex((sum) => sum >= at);
    // who is popular has nothing to do with who was added first
    return repositories[(rank * 617) % repositories.length] as RepositoryId;
  });
}

async function untilUp(databases: readonly Database[]): Promise<void> {
  const limit = performance.now() + 60_000;
  while (!databases.every(({ replicas }) => replicas.figures().replicas.every(({ up }) => up))) {
    if (performance.now() > limit) throw new Error("the standbys are not up within a minute");
    await wait(50);
  }
}

/** Reads pages, each by the next of `reads`. Buffers are filled first; what the servers did for the rest is told. */
async function costOf(servers: ReplicaServers, standbys: Standbys, ways: "own" | "turns", seed: number): Promise<Cost> {
  const { replicas } = standbys;
  const lists = ways === "own" ? [replicas] : replicas.map((replica) => [replica]);
  const pass = async (order: readonly RepositoryId[]): Promise<void> => {
    const databases = await Promise.all(lists.map((list) => servers.open(list)));
    await untilUp(databases);
    const reads = databases.map((database) => createReads(database));
    const waiting = order.entries();
    const reader = async (): Promise<void> => {
      for (const [turn, repository] of waiting)
        await readCommitPage(reads[turn % reads.length] as Reads, servers.organization, repository, QUERY);
    };
    await Promise.all(Array.from({ length: READERS }, reader));
    // a connection that ends tells what it read
    await Promise.all(databases.map((database) => database.close()));
  };
  await pass(servers.repositories);
  await pass(askedFor(servers.repositories, seed));
  const before = await standbys.cost();
  await pass(askedFor(servers.repositories, seed + 1));
  const after = await standbys.cost();
  return { misses: (after.misses - before.misses) / PAGES, cpuMs: (after.cpuMs - before.cpuMs) / PAGES };
}

/** @returns blocks of 8 kB that a server with cold buffers reads for the pages of these repositories, each once */
async function blocksOf(servers: ReplicaServers, repositories: readonly RepositoryId[]): Promise<number> {
  const before = await blocksRead(servers.postgres.webUrl);
  const database = await servers.open([]);
  const reads = createReads(database);
  for (const repository of repositories) await readCommitPage(reads, servers.organization, repository, QUERY);
  await database.close();
  return (await blocksRead(servers.postgres.webUrl)) - before;
}

/** Goal: at most 0.6 × the misses and 0.9 × the processors' time a page. */
export const benchmark: Benchmark = {
  name: "replicas",
  run: async (say) => {
    const servers = await openReplicaServers(REPOSITORIES - 1);
    try {
      // the first page brings in what every page needs: catalogues, roots of indexes
      const common = await blocksOf(servers, servers.repositories.slice(0, 1));
      const blocks = await blocksOf(servers, servers.repositories.slice(1));
      const buffers = common + Math.round(blocks / 2);
      say(
        `pages of ${REPOSITORIES} repositories: ${blocks} blocks, and ${common} for all; buffers of a replica: ${buffers}`,
      );
      const standbys = await servers.standbys(buffers);
      try {
        const [own, turns]: [Cost[], Cost[]] = [[], []];
        for (let run = 0; run < RUNS; run++) {
          turns.push(await costOf(servers, standbys, "turns", 2 * run));
          own.push(await costOf(servers, standbys, "own", 2 * run));
        }
        const misses = (costs: readonly Cost[]): number => median(costs.map((cost) => cost.misses));
        const cpu = (costs: readonly Cost[]): number => median(costs.map((cost) => cost.cpuMs));
        const cpuRatio = cpu(own) / cpu(turns);
        const [a, b] = [cpu(own).toFixed(2), cpu(turns).toFixed(2)];
        say(`processors' time of the replicas a page: ${a} ms, turn by turn ${b} ms, ratio ${cpuRatio.toFixed(3)}`);
        const [figure, floor] = [misses(own), misses(turns)];
        const met = figure <= MISSES_GOAL * floor && cpuRatio <= CPU_GOAL;
        const goal = `≤ ${MISSES_GOAL} × the buffer misses a page of turn by turn, ≤ ${CPU_GOAL} × its processors' time`;
        return figureOf({ floor, figure, unit: "blocks", goal, met });
      } finally {
        await standbys.stop();
      }
    } finally {
      await servers.close();
    }
  },
};
