// Runs the benchmarks, all or those named, and writes their figures to metrics/bench.json.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark, Figure } from "./figure.ts";

const FILE = join(import.meta.dirname, "..", "metrics", "bench.json");

const available = readdirSync(join(import.meta.dirname, "figures"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.replace(/\.ts$/, ""))
  .sort();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !available.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark ${JSON.stringify(unknown[0])}: found ${available.join(", ")}.`);
  process.exit(2);
}

const figures = JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Figure>;
for (const name of asked.length > 0 ? asked : available) {
  const module = (await import(`./figures/${name}.ts`)) as { benchmark: Benchmark };
  console.log(`\n${name}`);
  const figure = await module.benchmark.run((line) => console.log(`  ${line}`));
  if (figure === null) continue;
  figures[name] = figure;
  const against = figure.floor === null ? "" : `, floor ${figure.floor} ${figure.unit}, ratio ${figure.ratio}`;
  console.log(`  → ${figure.figure} ${figure.unit}${against}; goal ${figure.goal}: ${figure.met ? "met" : "missed"}`);
  const sorted = Object.fromEntries(Object.entries(figures).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(sorted, null, 2)}\n`);
}
