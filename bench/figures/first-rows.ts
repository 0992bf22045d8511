// first-rows: from adding a repository over HTTP to its newest 40 commits readable, against the blobless clone alone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startGitServer } from "../../test/helpers/git-server.ts";
import { type Benchmark, figureOf, median } from "../figure.ts";
import { shellMs } from "../floor.ts";
import { codeHistory } from "../inputs.ts";
import { importInProcess, openBenchInstallation } from "../installation.ts";

const RUNS = 5;
const GOAL = { times: 1.2, plusMs: 300 } as const;

/** Goal: at most 1.2 × the clone + 300 ms. */
export const benchmark: Benchmark = {
  name: "first-rows",
  run: async (say) => {
    const folder = await codeHistory({ commits: 80_000, files: 12_000, versions: 1_500 });
    const server = await startGitServer({ root: dirname(folder), allowFilter: true });
    const url = `${server.url}/code-80000-12000-1500.git`;
    say("floor: git clone --quiet --bare --filter=blob:none <url of git http-backend> x.git");
    const floors: number[] = [];
    const figures: number[] = [];
    try {
      for (let run = 0; run < RUNS; run++) {
        const clone = mkdtempSync(join(tmpdir(), "tidemark-bench-clone-"));
        floors.push(await shellMs(`git clone --quiet --bare --filter=blob:none ${url} x.git`, clone));
        rmSync(clone, { recursive: true, force: true });
        const installation = await openBenchInstallation();
        try {
          figures.push((await importInProcess(installation, url)).readableMs);
        } finally {
          await installation.close();
        }
        say(
          `run ${run + 1}: clone ${Math.round(floors.at(-1) ?? 0)} ms, readable ${Math.round(figures.at(-1) ?? 0)} ms`,
        );
      }
    } finally {
      await server.close();
    }
    const [floor, figure] = [median(floors), median(figures)];
    const met = figure <= GOAL.times * floor + GOAL.plusMs;
    return figureOf({ floor, figure, unit: "ms", goal: `≤ ${GOAL.times} × floor + ${GOAL.plusMs} ms`, met });
  },
};
