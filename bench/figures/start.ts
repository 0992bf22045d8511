// start: from the start of the process to its first answer, with data present.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, chmodSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type Benchmark, figureOf, median } from "../figure.ts";
import { shellMs } from "../floor.ts";

const RUNS = 7;
/** Milliseconds in all. */
const GOAL_MS = 2_000;
const PROGRAM = join(import.meta.dirname, "..", "..", "bin", "tidemark.mjs");
const PORT = 4_689;

/** Starts the server and stops it. @returns ms until `GET /healthz` was answered */
async function startMs(data: string): Promise<number> {
  const start = performance.now();
  const { PATH = "", HOME = "" } = process.env; // no settings: a DATABASE_URL would be another server
  const child = spawn(process.execPath, [PROGRAM, "serve", "--data", data, "--port", String(PORT)], {
    env: { PATH, HOME },
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  try {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${PORT}/healthz`).catch(() => null);
      if (answer?.ok === true) return performance.now() - start;
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
}

/** Goal: at most 2 s in all. */
export const benchmark: Benchmark = {
  name: "start",
  run: async (say) => {
    const data = mkdtempSync(join(tmpdir(), "tidemark-bench-start-"));
    chmodSync(data, 0o711);
    say("floor: node -e 0; figure: tidemark serve until GET /healthz is answered, data present");
    try {
      await startMs(data);
      const floors: number[] = [];
      const figures: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        floors.push(await shellMs(`"${process.execPath}" -e 0`, data));
        figures.push(await startMs(data));
      }
      const [floor, figure] = [median(floors), median(figures)];
      return figureOf({ floor, figure, unit: "ms", goal: `≤ ${GOAL_MS} ms in all`, met: figure <= GOAL_MS });
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  },
};
