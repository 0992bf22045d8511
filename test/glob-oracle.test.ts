// What our globs match against git's own `:(glob)`, over a generated tree: the same paths, for every glob.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { MetricPathMatcher } from "../src/domain/metric-paths.ts";
import { gitBytes, HistoryBuilder } from "./helpers/git-history.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 16);
const PATHS = process.env["TIDEMARK_TEST_ROUNDS"] === undefined ? 4_000 : 50_000;
const FOLDERS = [
  "runs",
  "a",
  "A",
  "exp-1",
  "exp-22",
  ".dvc",
  "deep",
  "x y",
  "ünï",
  "node_modules",
  "b[1]",
  "results.d",
];
const FILES = [
  "metrics.json",
  "metrics.JSON",
  "metric.json",
  "a_metrics.json",
  ".metrics.json",
  "scores.yaml",
  "m.csv",
  "params.py",
  "a*b.json",
  "[x].json",
  "日本.json",
  "json",
  "metrics.json.bak",
];
const GLOBS = [
  "metrics.json",
  "*.json",
  "**/metrics.json",
  "runs/**",
  "runs/**/metrics.json",
  "**/*.json",
  "*/metrics.json",
  "*/*/metrics.json",
  "**/runs/*.json",
  "exp-?/**/*.json",
  "exp-??/*.csv",
  "**/[ab]/*",
  "[!a-z]/**",
  "**/a_*.json",
  "**/*_metrics.json",
  "runs/*/deep/**",
  "**/deep/**/scores.yaml",
  "**/*.y?ml",
  "**/.dvc/**",
  "**/.*",
  ".*/**",
  "**/x y/*",
  "**/ünï/**",
  "**/日本.json",
  "a/**/a/**/m.csv",
  "**/*.[jc]s*",
  "results.d/*",
  "**/params.py",
  "*/**/*/metrics.json",
  "**/exp-[0-9]/*",
] as const;

test(`match() takes what git takes, for ${GLOBS.length} globs over ${PATHS} paths, seed ${SEED}`, async () => {
  const random = seededRandom(SEED);
  const files = new Map<string, string>();
  while (files.size < PATHS) {
    const folders = Array.from({ length: random(5) }, () => pick(random, FOLDERS));
    // many folders of few names would be the same paths again
    if (random(3) === 0) folders.push(`n${random(PATHS)}`);
    files.set([...folders, pick(random, FILES)].join("/"), "x");
  }
  const folder = join(temporaryFolder(), "globs.git");
  const builder = new HistoryBuilder(folder);
  builder.commit({ files });
  await builder.finish();
  const differ: string[] = [];
  for (const glob of GLOBS) {
    const args = ["diff-tree", "-r", "-z", "--root", "--name-only", "--no-commit-id", "main", "--", `:(glob)${glob}`];
    const theirs = new Set(gitBytes(folder, args).toString("utf8").split("\0").filter(Boolean));
    assert.ok(theirs.size > 0, `${glob} is tried on paths that it means`);
    const matcher = new MetricPathMatcher([{ pattern: glob, source: "chosen", identity: null, enabled: true }]);
    for (const path of files.keys()) {
      if ((matcher.match(path) !== null) !== theirs.has(path)) differ.push(`${glob} ${path} git: ${theirs.has(path)}`);
    }
  }
  assert.deepEqual(differ.slice(0, 20), []);
});
