// log: `tidemark log -n 40` in a large repository, against `git log -40` there.
import { join } from "node:path";
import { type Benchmark, figureOf, median } from "../figure.ts";
import { shellMs } from "../floor.ts";
import { codeHistory } from "../inputs.ts";

const RUNS = 11;
const GOAL = { times: 1.5, plusMs: 150 } as const;
const PROGRAM = join(import.meta.dirname, "..", "..", "bin", "tidemark.mjs");

/** Goal: at most 1.5 × `git log -40` + 150 ms. */
export const benchmark: Benchmark = {
  name: "log",
  run: async (say) => {
    const folder = await codeHistory({ commits: 80_000, files: 12_000, versions: 1_500 });
    say("floor, in a bare repository of 80,000 commits: git log -40; figure there: tidemark log -n 40");
    const floors: number[] = [];
    const figures: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      floors.push(await shellMs("git log -40 > /dev/null", folder));
      figures.push(await shellMs(`"${process.execPath}" "${PROGRAM}" log -n 40 > /dev/null`, folder));
    }
    const [floor, figure] = [median(floors), median(figures)];
    const met = figure <= GOAL.times * floor + GOAL.plusMs;
    return figureOf({ floor, figure, unit: "ms", goal: `≤ ${GOAL.times} × floor + ${GOAL.plusMs} ms`, met });
  },
};
