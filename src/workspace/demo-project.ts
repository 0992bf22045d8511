// The project of the demo: a forecast of water levels, its figures, and the files in which it commits them.

/** Numbers from 0 up to, not including, 1: the same for the same seed. */
export type DemoRandom = () => number;

/** What one commit does to the project. Factors multiply, numbers add. */
export interface DemoEffect {
  /** how much better the forecast gets; below 0 it gets worse */
  readonly quality?: number;
  readonly latency?: number;
  readonly size?: number;
  readonly coverage?: number;
  /** settings by their key in params.yaml: `train.lr` */
  readonly params?: Readonly<Record<string, number | string>>;
  /** a benchmark's factor by its name */
  readonly bench?: Readonly<Record<string, number>>;
  readonly renameBench?: readonly [from: string, to: string];
  readonly addStation?: string;
}

/** The state of the project at a commit. */
export interface DemoProject {
  readonly quality: number;
  readonly latency: number;
  readonly size: number;
  readonly coverage: number;
  readonly params: ReadonlyMap<string, number | string>;
  /** milliseconds of one call by the benchmark's name */
  readonly benches: ReadonlyMap<string, number>;
  readonly stations: readonly string[];
}

const FIRST_BENCHES: ReadonlyMap<string, number> = new Map([
  ["read_gauges", 48],
  ["parse_times", 9.5],
  ["fill_gaps", 21],
  ["forecast", 41],
  ["decode", 17],
  ["write_csv", 6.2],
]);

/** Names of the benchmarks, which are also what commits make faster. */
export const DEMO_BENCHES: readonly string[] = [...FIRST_BENCHES.keys()];

/** The project at its first commit. */
export const FIRST_DEMO_PROJECT: DemoProject = {
  quality: 0,
  latency: 41,
  size: 5_200_000,
  coverage: 0.58,
  params: new Map<string, number | string>([
    ["seed", 20_240_817],
    ["data.window_h", 24],
    ["data.horizon_h", 12],
    ["model.type", "gru"],
    ["model.hidden", 64],
    ["model.layers", 1],
    ["model.dropout", 0.1],
    ["train.optimizer", "sgd"],
    ["train.lr", 0.01],
    ["train.batch", 64],
    ["train.epochs", 20],
    ["train.weight_decay", 0],
  ]),
  benches: FIRST_BENCHES,
  stations: ["harwich", "cuxhaven"],
};

/** @returns the project after a commit */
export function applyEffect(project: DemoProject, effect: DemoEffect): DemoProject {
  const benches = [...project.benches].map(([name, time]): [string, number] => {
    const renamed = effect.renameBench?.[0] === name ? effect.renameBench[1] : name;
    return [renamed, time * (effect.bench?.[name] ?? 1)];
  });
  const station = effect.addStation;
  return {
    quality: project.quality + (effect.quality ?? 0),
    latency: project.latency * (effect.latency ?? 1),
    size: Math.round(project.size * (effect.size ?? 1)),
    coverage: Math.min(0.97, project.coverage + (effect.coverage ?? 0)),
    params: new Map([...project.params, ...Object.entries(effect.params ?? {})]),
    benches: new Map(benches),
    stations:
      station === undefined || project.stations.includes(station) ? project.stations : [...project.stations, station],
  };
}

/** @returns `metrics.json` of an evaluation; `diverged` is a training that ended in NaN */
export function renderMetrics(project: DemoProject, random: DemoRandom, diverged = false): string {
  const left = Math.exp(-project.quality); // what is still wrong, from 1 down
  const noise = (part: number) => 1 + (random() - 0.5) * part;
  const accuracy = diverged ? 0.5 : 0.968 - 0.27 * left * noise(0.02);
  const f1 = diverged ? 0 : accuracy - 0.021 - 0.05 * left * noise(0.2);
  const loss = (0.12 + 0.83 * left) * noise(0.03);
  const stations = project.stations.map((name, i) => {
    const rmse = (4.1 + 11 * left + ((i * 7) % 5) * 0.6) * noise(0.05);
    return `{ "name": "${name}", "rmse_cm": ${diverged ? "NaN" : rmse.toFixed(2)} }`;
  });
  return `{
  "accuracy": ${accuracy.toFixed(4)},
  "f1": ${f1.toFixed(4)},
  "auc": ${(diverged ? 0.5 : Math.min(0.995, accuracy + 0.024 * noise(0.1))).toFixed(4)},
  "loss": ${diverged ? "NaN" : loss.toFixed(4)},
  "train": { "loss": ${diverged ? "NaN" : (loss * 0.82 * noise(0.02)).toFixed(4)}, "time_s": ${(310 * noise(0.08)).toFixed(1)} },
  "latency_ms": ${(project.latency * noise(0.03)).toFixed(2)},
  "model_size_bytes": ${project.size},
  "samples": ${project.stations.length * 26_280},
  "stations": [
    ${stations.join(",\n    ")}
  ]
}
`;
}

/** @returns `params.yaml` */
export function renderParams(project: DemoProject): string {
  let text = "# what the next training uses\n";
  let section = "";
  for (const [key, value] of project.params) {
    const [head = "", name] = key.split(".");
    if (name !== undefined && head !== section) text += `${head}:\n`;
    section = head;
    text += name === undefined ? `${head}: ${value}\n` : `  ${name}: ${value}\n`;
  }
  return text;
}

/** @returns `benchmark.json`: its rows come in the order in which they finished, another one each time */
export function renderBenchmark(project: DemoProject, random: DemoRandom): string {
  const rows = [...project.benches].map(([name, time]) => {
    const mean = time * (1 + (random() - 0.5) * 0.06);
    const text = `  { "name": "${name}", "mean_ms": ${mean.toFixed(3)}, "ops_per_second": ${(1_000 / mean).toFixed(2)} }`;
    return { text, place: random() };
  });
  return `[\n${rows
    .sort((a, b) => a.place - b.place)
    .map((row) => row.text)
    .join(",\n")}\n]\n`;
}

/** @returns `coverage/coverage-summary.json`, as istanbul writes it */
export function renderCoverage(project: DemoProject, random: DemoRandom): string {
  const part = (total: number, share: number) => {
    const covered = Math.round(total * Math.min(1, share));
    return `{ "total": ${total}, "covered": ${covered}, "skipped": 0, "pct": ${((covered / total) * 100).toFixed(2)} }`;
  };
  const line = (name: string, lines: number, share: number) => {
    const [functions, branches] = [part(lines >> 3, share + 0.04), part(lines >> 2, share - 0.07)];
    return `  "${name}": { "lines": ${part(lines, share)}, "functions": ${functions}, "branches": ${branches} }`;
  };
  const files = ["src/gauges.ts", "src/forecast.ts", "src/plots.ts"];
  const rows = files.map((file, i) => line(file, 240 + i * 90, project.coverage + (random() - 0.5) * 0.05));
  return `{\n${[line("total", 990, project.coverage), ...rows].join(",\n")}\n}\n`;
}

/** @returns `eval/results.json`: errors by how far ahead the forecast looks */
export function renderResults(project: DemoProject, random: DemoRandom): string {
  return `{\n  "by_horizon": {\n${horizons(project, random)}\n  }\n}\n`;
}

/** @returns the same with every single forecast in it: more than 4 MiB */
export function renderHugeResults(project: DemoProject, random: DemoRandom): string {
  const week = Array.from(
    { length: 168 },
    () => `[${(random() * 6 - 3).toFixed(3)},${(random() * 6 - 3).toFixed(3)}]`,
  ).join(",");
  const weeks = Array.from({ length: 1_700 }, () => week).join(",\n    ");
  return `{\n  "by_horizon": {\n${horizons(project, random)}\n  },\n  "forecasts": [\n    ${weeks}\n  ]\n}\n`;
}

function horizons(project: DemoProject, random: DemoRandom): string {
  const left = Math.exp(-project.quality);
  const rows = [1, 3, 6, 12].map((hours) => {
    const rmse = (2.2 + hours * 0.35 + 8 * left) * (1 + (random() - 0.5) * 0.04);
    return `    "${hours}h": { "rmse_cm": ${rmse.toFixed(2)}, "hit_rate": ${(0.985 - 0.2 * left - hours * 0.004).toFixed(4)} }`;
  });
  return rows.join(",\n");
}
