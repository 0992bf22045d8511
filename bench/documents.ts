// The documents that readers are measured with: shapes and sizes of real files, their figures made with a fixed seed.
import { randomFrom } from "./inputs.ts";

const SEED = 13;

/** A document and the fields that name its rows. */
export interface BenchDocument {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly identity: Readonly<Record<string, readonly string[]>> | null;
}

/** @returns the JSON documents: a wide tree of few leaves each, rows, one flat object, one array, and a small file */
export function jsonDocuments(): BenchDocument[] {
  const random = randomFrom(SEED);
  return [
    { name: "coverage", path: "a.json", text: coverageSummary(random, 900), identity: null },
    { name: "benchmarks", path: "a.json", text: benchmarks(random, 720), identity: { benchmarks: ["name"] } },
    { name: "flat", path: "a.json", text: flat(random, 10_000), identity: null },
    { name: "array", path: "a.json", text: floats(random, 60_000), identity: null },
    { name: "small", path: "a.json", text: smallMetrics(random), identity: null },
  ];
}

/** One key for each figure in two levels, about 0.4 kB. */
export function smallMetrics(random: () => number): string {
  const part = (): Record<string, number> => ({ loss: random() * 3, accuracy: random(), f1: random(), auc: random() });
  return JSON.stringify({ train: part(), val: part(), test: part(), step: Math.floor(random() * 500), lr: random() });
}

/** Settings as people write them, about `sections` × 250 bytes. */
export function yamlSettings(sections: number): string {
  const random = randomFrom(SEED);
  const section = (i: number): string =>
    `stage_${i}: # number ${i}\n  model:\n    name: resnet${Math.floor(random() * 200)}\n    layers: [64, 32, ${i}]\n` +
    `    dropout: ${random().toFixed(3)}\n    pretrained: ${random() > 0.5}\n  optimizer: {type: "adam", lr: ${random().toExponential(2)}}\n` +
    `  data:\n    path: data/part_${i}.csv\n    seed: ${Math.floor(random() * 1e6)}\n`;
  return Array.from({ length: sections }, (_, i) => section(i)).join("");
}

function coverageSummary(random: () => number, files: number): string {
  const counts = (): Record<string, number> => {
    const total = Math.floor(random() * 900) + 1;
    const covered = Math.floor(random() * total);
    return { total, covered, skipped: 0, pct: Math.round((covered / total) * 10_000) / 100 };
  };
  const all = Array.from({ length: files }, (_, i) => [
    i === 0 ? "total" : `/builds/a-group/a-project/src/module_${i % 40}/part_${i}.ts`,
    { lines: counts(), functions: counts(), statements: counts(), branches: counts() },
  ]);
  return JSON.stringify(Object.fromEntries(all));
}

function benchmarks(random: () => number, rows: number): string {
  const all = Array.from({ length: rows }, (_, i) => ({
    name: `BM_Container/${i % 30}/size:${2 ** (i % 20)}/${i}`,
    run_name: `BM_Container/${i % 30}`,
    run_type: "iteration",
    repetitions: 1,
    threads: 1,
    iterations: Math.floor(random() * 1e6),
    real_time: random() * 1e4,
    cpu_time: random() * 1e4,
    time_unit: "ns",
    items_per_second: random() * 1e9,
  }));
  return JSON.stringify({ suite: "containers", benchmarks: all }, null, 2);
}

function flat(random: () => number, keys: number): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, i) => [`metric_${i}`, random() * 100])));
}

function floats(random: () => number, length: number): string {
  return JSON.stringify({ losses: Array.from({ length }, () => random()) });
}
