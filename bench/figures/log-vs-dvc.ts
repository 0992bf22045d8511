// log-vs-dvc: the whole history of a DVC repository as JSON, by `tidemark log -n 0 --json` and by the real DVC.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Benchmark, figureOf, median } from "../figure.ts";
import { shellMs } from "../floor.ts";
import { dvcHistory } from "../inputs.ts";

const RUNS = 5;
/** Times faster than DVC. */
const GOAL = 20;
const ROOT = join(import.meta.dirname, "..", "..");
const PROGRAM = join(ROOT, "bin", "tidemark.mjs");
/** TIDEMARK_TEST_DVC names another one, as for the tests. */
const DVC = process.env["TIDEMARK_TEST_DVC"] ?? join(ROOT, ".ci", "venv", "bin", "dvc");

/** Goal: at least 20 × faster. Without DVC nothing is measured. */
export const benchmark: Benchmark = {
  name: "log-vs-dvc",
  run: async (say) => {
    if (!existsSync(DVC)) {
      say("skipped, no DVC: .ci/run makes one in .ci/venv, or TIDEMARK_TEST_DVC names it");
      return null;
    }
    const bare = await dvcHistory(1_000);
    const parent = mkdtempSync(join(tmpdir(), "tidemark-bench-dvc-"));
    const folder = join(parent, "clone"); // DVC wants a work tree
    try {
      const cloned = spawnSync("git", ["clone", "--quiet", bare, folder], { stdio: ["ignore", "inherit", "inherit"] });
      if (cloned.status !== 0) throw new Error(`git clone ended with ${cloned.status}`);
      say("floor, in a repository of 1,000 commits with 4 metric files: dvc metrics show --json --all-commits");
      say("figure there: tidemark log -n 0 --json");
      const floors: number[] = [];
      const figures: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        floors.push(await shellMs(`DVC_NO_ANALYTICS=1 "${DVC}" metrics show --json --all-commits > /dev/null`, folder));
        figures.push(await shellMs(`"${process.execPath}" "${PROGRAM}" log -n 0 --json > /dev/null`, folder));
      }
      const [floor, figure] = [median(floors), median(figures)];
      return figureOf({ floor, figure, unit: "ms", goal: `≥ ${GOAL} × faster`, met: figure * GOAL <= floor });
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  },
};
