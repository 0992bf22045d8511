// Candidates by their names: which paths are looked at, which are told together, which come first.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  groupPaths,
  holdsBenchmarkData,
  isBenchmarkScript,
  mayHoldFigures,
  mlflowStoreOf,
  rankCandidates,
} from "./candidate-paths.ts";
import {
  BUILT_IN_PATHS,
  MetricPathMatcher,
  namesPath,
  pathOfPattern,
  patternOfPath,
  withBuiltIn,
} from "./metric-paths.ts";

test("mayHoldFigures() takes data files, not project files, foreign code or the inside of an MLflow store", () => {
  for (const path of ["data.json", "a/b/recent.NDJSON", "eval.yml", "x/y.tsv", "bench/out.toml"])
    assert.ok(mayHoldFigures(path), path);
  for (const path of [
    "package.json",
    "web/package-lock.json",
    "tsconfig.build.json",
    "Cargo.toml",
    ".github/workflows/ci.yml",
    "node_modules/a/data.json",
    "sub/dvc.yaml",
    "mlruns/0/1/meta.yaml",
    "ml/mlruns/0/1/tags/x.json",
    "src/main.ts",
    `${"d/".repeat(3_000)}x.json`,
  ])
    assert.ok(!mayHoldFigures(path), path);
});

test("mlflowStoreOf() and isBenchmarkScript() know what is not read yet", () => {
  assert.equal(mlflowStoreOf("mlruns/0/ab/meta.yaml"), "mlruns");
  assert.equal(mlflowStoreOf("exp/mlruns/0/meta.yaml"), "exp/mlruns");
  assert.equal(mlflowStoreOf("mlruns/0/ab/metrics/loss"), null);
  assert.equal(mlflowStoreOf("meta.yaml"), null);
  assert.ok(
    isBenchmarkScript("dev/bench/data.js") && isBenchmarkScript("data.js") && !isBenchmarkScript("metadata.js"),
  );
  assert.ok(holdsBenchmarkData("\uFEFFwindow.BENCHMARK_DATA = {"));
  assert.ok(!holdsBenchmarkData("export const data = window.BENCHMARK_DATA = 1"));
});

test("groupPaths() tells many alike as one glob and what changes more than its neighbours by itself", () => {
  const runs = Array.from({ length: 20 }, (_, n) => ({ path: `clickhouse/results/machine.${n}.json`, versions: 1 }));
  const engines = Array.from({ length: 9 }, (_, e) =>
    Array.from({ length: 8 }, (_row, n) => ({ path: `engine${e}/out/[${n}].json`, versions: 1 })),
  ).flat();
  const alone = [
    { path: "data.json", versions: 12 },
    { path: "config/a.json", versions: 1 },
    { path: "clickhouse/results/all.json", versions: 15 },
  ];
  const groups = groupPaths([...runs, ...engines, ...alone]).map(({ pattern, versions, paths }) => [
    pattern,
    versions,
    paths.length,
  ]);
  assert.deepEqual(groups, [
    ["*/out/*.json", 72, 72],
    ["clickhouse/results/*.json", 20, 20],
    ["clickhouse/results/all.json", 15, 1],
    ["data.json", 12, 1],
    ["config/a.json", 1, 1],
  ]);
  const matcher = new MetricPathMatcher(
    groups.map(([pattern]) => ({ pattern: String(pattern), source: "chosen", identity: null, enabled: true })),
  );
  for (const { path } of [...runs, ...engines, ...alone]) assert.ok(matcher.match(path) !== null, path);
});

test("groupPaths() keeps a path with the characters of a glob a path, and files at the top apart", () => {
  assert.deepEqual(
    groupPaths([{ path: "a/[x]*.json", versions: 1 }]).map(({ pattern }) => pattern),
    ["a/[[]x][*].json"],
  );
  const top = Array.from({ length: 10 }, (_, n) => ({ path: `t${n}.json`, versions: 1 }));
  assert.equal(groupPaths(top).length, 10);
  assert.equal(pathOfPattern(patternOfPath("a/[x]*?.json")), "a/[x]*?.json");
  assert.equal(pathOfPattern("a/*.json"), null);
});

test("groupPaths() tells 40,000 paths together in no time to speak of", () => {
  const many = Array.from({ length: 40_000 }, (_, n) => ({ path: `e${n % 90}/results/${n}.json`, versions: 1 }));
  assert.deepEqual(
    groupPaths(many).map(({ pattern, versions }) => [pattern, versions]),
    [["*/results/*.json", 40_000]],
  );
});

test("rankCandidates() puts what is mostly numbers first, then versions, then numbers; no numbers is no candidate", () => {
  const candidates = [
    { pattern: "locale.json", versions: 150, numbers: 0, values: 900 },
    { pattern: "openapi.json", versions: 90, numbers: 40, values: 4_000 },
    { pattern: "few.json", versions: 2, numbers: 5, values: 5 },
    { pattern: "true.json", versions: 30, numbers: 50, values: 60 },
    { pattern: "wide.json", versions: 30, numbers: 500, values: 600 },
  ];
  assert.deepEqual(
    rankCandidates(candidates).map(({ pattern }) => pattern),
    ["wide.json", "true.json", "few.json", "openapi.json"],
  );
});

test("namesPath() knows rules that are off, and more globs than may be on", () => {
  const off = Array.from({ length: 120 }, (_, n) => ({
    pattern: `own/${n}/*.json`,
    source: "chosen" as const,
    identity: null,
    enabled: false,
  }));
  const isNamed = namesPath([...BUILT_IN_PATHS, ...off]);
  assert.ok(isNamed("own/119/x.json") && isNamed("a/metrics.json") && !isNamed("own/120/x.json"));
});

test("withBuiltIn() adds what is missing, and nothing that would be one glob too many", () => {
  const all = withBuiltIn([]);
  assert.deepEqual(all, BUILT_IN_PATHS);
  const off = { ...BUILT_IN_PATHS[0], enabled: false } as (typeof BUILT_IN_PATHS)[0];
  assert.equal(withBuiltIn([off]).length, BUILT_IN_PATHS.length);
  const own = Array.from({ length: 49 }, (_, n) => ({ ...off, pattern: `own/${n}/*.json`, enabled: true }));
  assert.equal(withBuiltIn(own).length, 50);
});
