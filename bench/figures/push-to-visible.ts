// push-to-visible: from the delivery of a push until an open page is told of its rows, against `git fetch` of that push.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "../../test/helpers/git-history.ts";
import { type Benchmark, figureOf, median } from "../figure.ts";
import { shellMs } from "../floor.ts";
import { codeHistory } from "../inputs.ts";
import { startPushedServer } from "../pushed-server.ts";

const RUNS = 15;
/** The first deliveries find nothing compiled: a server that runs for months meets them once. */
const WARM_UP = 3;
const GOAL = { times: 2, plusMs: 50 } as const;
const FETCH = "git fetch --quiet --no-tags --prune --filter=blob:none origin '+refs/heads/*:refs/heads/*'";

/** Goal: at most 2 × the fetch + 50 ms. */
export const benchmark: Benchmark = {
  name: "push-to-visible",
  run: async (say) => {
    const history = await codeHistory({ commits: 20_000, files: 2_000, versions: 5_000 });
    const server = await startPushedServer(history);
    const mirror = mkdtempSync(join(tmpdir(), "tidemark-bench-mirror-"));
    const [floors, figures]: [number[], number[]] = [[], []];
    try {
      await shellMs(`git clone --quiet --bare --filter=blob:none ${server.url} x.git`, mirror);
      say("mirror: git clone --quiet --bare --filter=blob:none <url of git http-backend> x.git");
      say(`floor: in x.git, after a push of one commit: ${FETCH}`);
      for (let run = -WARM_UP; run < RUNS; run++) {
        const before = git(server.repository.folder, "rev-parse", "refs/heads/main");
        const after = server.repository.push();
        const floor = await shellMs(FETCH, join(mirror, "x.git"));
        const figure = await server.deliver(before, after);
        if (run < 0) continue;
        floors.push(floor);
        figures.push(figure);
        say(`run ${run + 1}: fetch ${Math.round(floor)} ms, told ${Math.round(figure)} ms after the delivery`);
      }
    } finally {
      await server.close();
      rmSync(mirror, { recursive: true, force: true });
    }
    const [floor, figure] = [median(floors), median(figures)];
    const met = figure <= GOAL.times * floor + GOAL.plusMs;
    return figureOf({ floor, figure, unit: "ms", goal: `≤ ${GOAL.times} × floor + ${GOAL.plusMs} ms`, met });
  },
};
