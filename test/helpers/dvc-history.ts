// Generated DVC repositories: pipelines that declare metrics and parameters, and files of every format that DVC reads.
import { execFileSync } from "node:child_process";
import { HistoryBuilder, type Mark, TEST_GIT_ENVIRONMENT } from "./git-history.ts";
import { pick, type Random, seededRandom } from "./seeded-random.ts";

/** What the pipelines declare as metrics. */
export const METRICS = ["metrics.json", "eval/scores.yaml", "eval/rates.toml", "out/final.json"] as const;
/** What they declare as parameters. */
export const PARAMS = [
  "params.yaml",
  "conf/model.json",
  "conf/data.toml",
  "src/settings.py",
  "conf/other.yaml",
] as const;
/** Of this file a stage names one key only. */
export const PARTLY_NAMED = { path: "conf/other.yaml", key: "train.lr" } as const;

/** Of its default parameters DVC wants that they can be read, or it says nothing of the whole commit. */
export const BROKEN_YAML = "a: [1,\n";

const TOP = `metrics:
  - metrics.json
  - eval/scores.yaml
params:
  - params.yaml
  - conf/model.json
  - conf/data.toml
  - src/settings.py
stages:
  train:
    cmd: python train.py
    params:
      - lr
      - conf/other.yaml:
          - train.lr
`;
const OUTS = `    metrics:
      - eval/rates.toml:
          cache: false
  final:
    cmd: python final.py
    wdir: out
    metrics:
      - final.json:
          cache: false
`;

/** Builds a history with merges and clones it, since DVC wants a work tree. @returns the clone's folder */
export async function buildDvcHistory(folder: string, seed: number, commits: number): Promise<string> {
  const random = seededRandom(seed);
  const builder = new HistoryBuilder(`${folder}.git`);
  const everything = [...METRICS, ...PARAMS];
  const edit = (paths: readonly string[]): Record<string, string> =>
    Object.fromEntries(paths.map((path) => [path, write(path, random)]));
  const config = { ".dvc/config": "[core]\n    analytics = false\n", ".dvc/.gitignore": "/tmp\n/cache\n" };
  let head: Mark = builder.commit({ files: { ...config, "dvc.yaml": TOP, ...edit(everything) } });
  for (let number = 1; number < commits; number += 1) {
    const some = everything.filter(() => random(3) === 0);
    // the stages that write metrics come later: before that nobody has declared those files
    const files: Record<string, string> = { ...edit(some), ...(number === 2 ? { "dvc.yaml": TOP + OUTS } : {}) };
    if (number === 5) files["params.yaml"] = BROKEN_YAML;
    if (number === commits - 1) files["out/final.json"] = "0.93";
    if (number === 6) files["params.yaml"] = yaml("params.yaml", random);
    if (number % 4 === 3) {
      const side = builder.commit({ branch: "side", parents: [head], files: edit(["metrics.json", "params.yaml"]) });
      head = builder.commit({ parents: [head, side], files });
    } else head = builder.commit({ parents: [head], files });
  }
  builder.branch("side", head);
  await builder.finish();
  execFileSync("git", ["clone", "--quiet", `${folder}.git`, folder], { env: TEST_GIT_ENVIRONMENT });
  return folder;
}

function write(path: string, random: Random): string {
  const odd = random(12);
  if (path.endsWith(".json")) return odd < JSON_ODD.length ? (JSON_ODD[odd] as string) : json(random);
  if (path.endsWith(".yaml")) return odd === 0 && path !== "params.yaml" ? BROKEN_YAML : yaml(path, random);
  return path.endsWith(".toml") ? toml(path, random) : python(random);
}

/** What neither can read. */
export const BROKEN_JSON = '{"acc": 0.9, "n';
/** Cut off; a mark before it; one number; a list; a name that comes again. */
const JSON_ODD = [BROKEN_JSON, '\uFEFF{"acc": 0.5}', "0.93", "[1, 2]", '{"acc": 1, "acc": 2}'];

function json(random: Random): string {
  const number = (): string =>
    pick(random, [
      String(random(1_000_000) / 1_000_000),
      String(random(100)),
      "1e-7",
      "-0.0",
      "1E5",
      "123456789012345678901",
      "NaN",
      "-Infinity",
      "1e400",
    ]);
  const entries = ["acc", "loss", "top 1", "a.b", "näme", "n"].filter(() => random(4) > 0);
  const values = entries.map((name) => `${JSON.stringify(name)}: ${random(5) === 0 ? oddValue(random) : number()}`);
  const rows = random(3) === 0 ? `, "rows": [{"name": "a", "v": ${random(9)}}, {"name": "b", "v": 2}]` : "";
  return `{"deep": {"er": {"x/y": ${number()}}, "none": {}}${values.map((each) => `, ${each}`).join("")}${rows}}\n`;
}

function oddValue(random: Random): string {
  return pick(random, ["null", "true", '"text"', '"12.5"', "[1, 2.5, 4]", "[]", `"${"long ".repeat(80)}"`]);
}

/** Scalars in every way in which people write them; all of it is the same in YAML 1.2 but what is on purpose. */
function yaml(path: string, random: Random): string {
  const scalars = [
    "0.5",
    "1e-3",
    ".5",
    "1.",
    "+1",
    "010",
    "0o17",
    "0x1F",
    "1_000",
    "0b11",
    "yes",
    "~",
    "True",
    ".inf",
    ".NaN",
  ];
  const texts = ['"1"', "12:30:45", "a text", "'it''s'", "[1, 2]", "{k: 1, l: [a]}", "|\n  two\n  lines"];
  const names = ["a", "b", "c d", "1", "e.f"].filter(() => random(4) > 0);
  const lines = names.map((name) => `${name}: ${pick(random, random(3) === 0 ? texts : scalars)}\n`);
  const date = path === "eval/scores.yaml" && random(6) === 0 ? "day: 2026-01-02\n" : "";
  const repeated = path === "eval/scores.yaml" && random(8) === 0 ? "a: 1\na: 2\n" : "";
  return `lr: ${random(100) / 1_000}\ntrain:\n  lr: ${random(9) / 10}\n  epochs: ${random(90)}\n${lines.join("")}${date}${repeated}`;
}

/** A time among parameters ends DVC itself. */
function toml(path: string, random: Random): string {
  const time = path.startsWith("eval/") ? "time = 07:32:00\n" : "";
  const value = (): string =>
    pick(random, ["1", "2.5", "0x1F", "1_000", "inf", "nan", "-0.0", "true", '"text"', "9007199254740993"]);
  return `rate = ${value()}\n"a b" = ${value()}\n\n[deep.er]\nx = ${value()}\nlist = [1, 2]\n${time}`;
}

function python(random: Random): string {
  const value = (): string =>
    pick(random, ["1", "0.5", "True", "None", "'text'", "1e-3", "[1, 2]", "{'k': 1}", "(1, 2)"]);
  return `A = ${value()}\nB: float = ${random(99)}\n\n\nclass Train:\n    lr = ${value()}\n\n    def __init__(self):\n        self.depth = ${random(9)}\n`;
}
