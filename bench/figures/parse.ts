// parse: our JSON reader against JSON.parse and a walk; YAML; and many small files.
import { Flattener } from "../../src/domain/flatten.ts";
import { readJson } from "../../src/domain/formats/json.ts";
import { readMetricFile } from "../../src/domain/formats/read-file.ts";
import { KeySteps } from "../../src/domain/key-step.ts";
import { type BenchDocument, jsonDocuments, smallMetrics, yamlSettings } from "../documents.ts";
import { type Benchmark, figureOf, median, timed } from "../figure.ts";
import { randomFrom } from "../inputs.ts";

const ROUNDS = 15;
/** Characters that are read in one measurement, so that small documents are measured too. */
const ROUND_CHARACTERS = 3_000_000;
const SMALL_FILES = 100_000;
const GOAL = { times: 0.8, megabytes: 40, yamlMegabytes: 10, smallFilesS: 5 } as const;

/** Goal: at least 0.8 × `JSON.parse` and a walk, and 40 MB/s; YAML 10 MB/s; 100,000 files of 0.4 kB in 5 s. */
export const benchmark: Benchmark = {
  name: "parse",
  run: async (say) => {
    say("floor: JSON.parse and an iterative walk to keys and values; figure: readJson() to a flat document");
    const all: Speeds[] = [];
    for (const document of jsonDocuments()) {
      const speeds = await speedsOf(document);
      const { floor, figure } = speeds;
      all.push(speeds);
      say(
        `${document.name}, ${document.text.length} characters: floor ${floor.toFixed(0)} MB/s, ` +
          `figure ${figure.toFixed(0)} MB/s, ratio ${(figure / floor).toFixed(2)}`,
      );
    }
    const yaml = await yamlSpeed();
    const smallS = await smallFilesS();
    say(`YAML ${yaml.toFixed(1)} MB/s; ${SMALL_FILES} files of 0.4 kB in ${smallS.toFixed(2)} s`);
    const worst = all.reduce((a, b) => (b.figure / b.floor < a.figure / a.floor ? b : a));
    const met =
      worst.figure >= GOAL.times * worst.floor &&
      all.every(({ figure }) => figure >= GOAL.megabytes) &&
      yaml >= GOAL.yamlMegabytes &&
      smallS <= GOAL.smallFilesS;
    const goal =
      `≥ ${GOAL.times} × floor for the worst document, ≥ ${GOAL.megabytes} MB/s; ` +
      `YAML ≥ ${GOAL.yamlMegabytes} MB/s (here ${yaml.toFixed(1)}); ` +
      `${SMALL_FILES} files of 0.4 kB ≤ ${GOAL.smallFilesS} s (here ${smallS.toFixed(1)})`;
    return figureOf({ ...worst, unit: "MB/s", goal, met });
  },
};

/** MB/s. */
interface Speeds {
  readonly floor: number;
  readonly figure: number;
}

/** MB/s of both, in turns in one process. */
async function speedsOf({ text, identity }: BenchDocument): Promise<Speeds> {
  const times = Math.max(1, Math.round(ROUND_CHARACTERS / text.length));
  const steps = new KeySteps(); // an import keeps the names of a file from one version to the next
  const read = (): unknown => {
    const target = new Flattener({ identity, lineAt: null, steps });
    readJson(text, 0, text.length, target);
    return target.finish();
  };
  const floors: number[] = [];
  const figures: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    floors.push(await timed(() => repeat(times, () => flatten(JSON.parse(text)))));
    figures.push(await timed(() => repeat(times, read)));
  }
  const megabytes = (text.length * times) / 1e6;
  return { floor: (megabytes / median(floors)) * 1000, figure: (megabytes / median(figures)) * 1000 };
}

async function yamlSpeed(): Promise<number> {
  const bytes = Buffer.from(yamlSettings(640));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push(await timed(() => readMetricFile(bytes, { path: "params.yaml", identity: null })));
  }
  return (bytes.length / 1e6 / median(times)) * 1000;
}

/** Seconds for many small files, each another one, all of the same keys as the versions of a file are. */
async function smallFilesS(): Promise<number> {
  const random = randomFrom(17);
  const files = Array.from({ length: SMALL_FILES }, () => Buffer.from(smallMetrics(random)));
  const steps = new KeySteps();
  const read = (): void => {
    for (const bytes of files) readMetricFile(bytes, { path: "metrics.json", identity: null, steps });
  };
  return (await timed(read)) / 1000;
}

function repeat(times: number, work: () => unknown): void {
  for (let i = 0; i < times; i++) work();
}

/** The plain way: every leaf with its keys, joined by dots. */
function flatten(root: unknown): { keys: string[]; values: unknown[] } {
  const keys: string[] = [];
  const values: unknown[] = [];
  const open: { key: string; node: object; names: string[]; next: number }[] = [];
  const take = (key: string, node: unknown): void => {
    if (typeof node === "object" && node !== null) open.push({ key, node, names: Object.keys(node), next: 0 });
    else {
      keys.push(key);
      values.push(node);
    }
  };
  take("", root);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    if (top.next === top.names.length) open.pop();
    else {
      const name = top.names[top.next++] as string;
      take(top.key === "" ? name : `${top.key}.${name}`, (top.node as Record<string, unknown>)[name]);
    }
  }
  return { keys, values };
}
