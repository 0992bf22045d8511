// import: a large code history from a local bare repository to Postgres, against git alone reading the same.
import { type Benchmark, figureOf, median } from "../figure.ts";
import { HISTORY_FLOOR, historyFloorMs, listForFloor } from "../floor.ts";
import { codeHistory, METRIC_PATHS } from "../inputs.ts";
import { importInProcess, openBenchInstallation } from "../installation.ts";

const RUNS = 5;

/** Goal: at most the floor. */
export const benchmark: Benchmark = {
  name: "import",
  run: async (say) => {
    const folder = await codeHistory({ commits: 80_000, files: 12_000, versions: 1_500 });
    listForFloor(folder, METRIC_PATHS);
    say(`floor, in a bare repository of 80,000 commits: ${HISTORY_FLOOR.join("; ")}`);
    const floors: number[] = [];
    const figures: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      floors.push(await historyFloorMs(folder));
      const installation = await openBenchInstallation();
      try {
        const result = await importInProcess(installation, folder);
        if (result.commits !== 80_000) throw new Error(`${result.commits} commits were stored, wanted 80000`);
        figures.push(result.doneMs);
      } finally {
        await installation.close();
      }
      say(`run ${run + 1}: floor ${Math.round(floors.at(-1) ?? 0)} ms, import ${Math.round(figures.at(-1) ?? 0)} ms`);
    }
    const [floor, figure] = [median(floors), median(figures)];
    return figureOf({ floor, figure, unit: "ms", goal: "≤ 1.0 × floor", met: figure <= floor });
  },
};
