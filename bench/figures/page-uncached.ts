// page-uncached: the newest 40 commits × 30 columns over HTTP, each page made anew, against the page's own SQL alone by pgbench.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Benchmark, figureOf, median } from "../figure.ts";
import { codeHistory } from "../inputs.ts";
import { type BenchInstallation, importInProcess, openBenchInstallation } from "../installation.ts";
import { requestsPerSecond } from "../load.ts";
import { type Served, servePages, type Value } from "../served-pages.ts";

const RUNS = 5;
const CONNECTIONS = 32;
const MILLISECONDS = 4_000;
const GOAL = 0.5;
/** Commits of the pages that are asked for, 40 in the middle: of two requests for one page the second waits for the first. */
const LIMITS = Array.from({ length: CONNECTIONS }, (_, index) => 41 - CONNECTIONS / 2 + index);

function literal(value: Value): string {
  if (value === null) return "NULL";
  if (Array.isArray(value)) return `'{${value.map(element).join(",")}}'`;
  return `'${String(value).replaceAll("'", "''")}'`;
}

function element(value: Value): string {
  return value === null ? "NULL" : `"${String(value).replaceAll(/["\\]/g, String.raw`\$&`).replaceAll("'", "''")}"`;
}

/** The page's statements as pgbench runs them: one line each, the values in their places. */
function pgbenchScript(asked: Served["asked"]): string {
  return asked
    .map(({ text, values }) => {
      const filled = text
        .replaceAll(/--.*$/gm, "")
        .replaceAll(/\$(\d+)/g, (_, place: string) => literal(values[Number(place) - 1] ?? null));
      return `${filled.replaceAll(/\s+/g, " ").trim()};`;
    })
    .join("\n");
}

/** Transactions a second of the script. */
function pgbenchRate(script: string, { urls }: BenchInstallation): number {
  const args = [
    "-n",
    "-M",
    "prepared",
    "-f",
    script,
    "-c",
    "8",
    "-j",
    "2",
    "-T",
    String(MILLISECONDS / 1_000),
    urls.web,
  ];
  const done = spawnSync("pgbench", args, { encoding: "utf8" });
  const rate = /tps = ([\d.]+)/.exec(done.stdout)?.[1];
  if (rate === undefined) throw new Error(`pgbench gave no rate: ${done.error?.message ?? done.stderr}`);
  return Number(rate);
}

/** Goal: at least half of the requests a second that the SQL alone allows. */
export const benchmark: Benchmark = {
  name: "page-uncached",
  run: async (say) => {
    const installation = await openBenchInstallation();
    const folder = await codeHistory({ commits: 20_000, files: 2_000, versions: 5_000 });
    await importInProcess(installation, folder);
    const { served, stop } = await servePages(installation);
    try {
      const script = join(installation.dataFolder, "page.sql");
      writeFileSync(script, pgbenchScript(served.asked));
      say(`a page of ${served.bytes} bytes asks ${served.asked.length} statement(s)`);
      say(
        `floor: pgbench -n -M prepared -f page.sql -c 8 -j 2 -T ${MILLISECONDS / 1_000}, page.sql being those with their values`,
      );
      const path = LIMITS.map((limit) => `${served.path}?limit=${limit}`);
      const load = { ...served, path, connections: CONNECTIONS, milliseconds: MILLISECONDS };
      const floors: number[] = [];
      const figures: number[] = [];
      await requestsPerSecond({ ...load, milliseconds: 1_000 });
      for (let run = 0; run < RUNS; run++) {
        floors.push(pgbenchRate(script, installation));
        figures.push(await requestsPerSecond(load));
        say(`run ${run + 1}: SQL ${Math.round(floors.at(-1) ?? 0)}/s, pages ${Math.round(figures.at(-1) ?? 0)}/s`);
      }
      const [floor, figure] = [median(floors), median(figures)];
      return figureOf({ floor, figure, unit: "1/s", goal: `≥ ${GOAL} × floor`, met: figure >= GOAL * floor });
    } finally {
      await stop();
      await installation.close();
    }
  },
};
