// mixed-load: how late a push is seen while large imports run, one after the other, and 50 pushes a minute arrive.
import { git } from "../../test/helpers/git-history.ts";
import { type Benchmark, figureOf } from "../figure.ts";
import { codeHistory } from "../inputs.ts";
import { type PushedServer, startPushedServer } from "../pushed-server.ts";

const PUSHES = 40;
/** The first deliveries find nothing compiled. */
const WARM_UP = 3;
/** Together with the second that a delivery waits by itself: 50 a minute. */
const BETWEEN_MS = 200;
const GOAL_MS = 5_000;
const SHARE = 0.95;

async function lateness(server: PushedServer, pushes: number): Promise<number[]> {
  const all: number[] = [];
  for (let push = 0; push < pushes; push += 1) {
    const before = git(server.repository.folder, "rev-parse", "refs/heads/main");
    all.push(await server.deliver(before, server.repository.push()));
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  return all.sort((a, b) => a - b);
}

function p95(sorted: readonly number[]): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * SHARE))] ?? Number.NaN;
}

/** Goal: 95 of 100 pushes are seen within 5 s. */
export const benchmark: Benchmark = {
  name: "mixed-load",
  run: async (say) => {
    const [small, large] = [
      await codeHistory({ commits: 20_000, files: 2_000, versions: 5_000 }),
      await codeHistory({ commits: 80_000, files: 12_000, versions: 1_500 }),
    ];
    const server = await startPushedServer(small);
    try {
      await lateness(server, WARM_UP);
      const floor = p95(await lateness(server, PUSHES));
      say(`floor: the same without an import: ${Math.round(floor)} ms`);
      const pushed = new AbortController();
      let imports = 0;
      const importing = (async () => {
        for (; !pushed.signal.aborted; imports += 1) await server.importBeside(large, `large-${imports}`);
      })();
      importing.catch(() => undefined); // awaited below
      const figure = p95(await lateness(server, PUSHES));
      pushed.abort();
      await importing;
      say(`${PUSHES} pushes beside ${imports} imports of 80,000 commits: ${Math.round(figure)} ms`);
      return figureOf({ floor, figure, unit: "ms", goal: `≤ ${GOAL_MS} ms`, met: figure <= GOAL_MS });
    } finally {
      await server.close();
    }
  },
};
