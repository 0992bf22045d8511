// Candidates on small histories that look like real ones (F16): the true file comes first, wherever it lies.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type FileEdit, HistoryBuilder } from "../../test/helpers/git-history.ts";
import { seededRandom } from "../../test/helpers/seeded-random.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { BUILT_IN_PATHS } from "../domain/metric-paths.ts";
import type { MetricPath } from "../domain/model.ts";
import { openLocal } from "../git/local.ts";
import { type FoundCandidates, findCandidates } from "./candidates.ts";
import { recentFiles, recentTips } from "./recent-files.ts";

const folder = temporaryFolder();
const random = seededRandom(20_261_124);
const text = (value: unknown): string => JSON.stringify(value, null, 1);

/** Files that every project changes all the time, which would rank first. */
function projectFiles(n: number): Record<string, FileEdit> {
  return {
    "package.json": text({ name: "p", version: `1.0.${n}`, dependencies: { a: `^${n}.0.0` } }),
    "package-lock.json": text({ lockfileVersion: 3, packages: { a: { version: `${n}.0.0` } } }),
    "tsconfig.json": text({ compilerOptions: { target: n } }),
    "locales/en.json": text({ greeting: `hello ${n}`, bye: "bye" }),
    "docs/openapi.json": text({ openapi: "3.1.0", info: { title: "t", version: `${n}` }, limit: 100 + n, paths: {} }),
    ".github/workflows/ci.yml": `on: push\ntimeout: ${n}\n`,
  };
}

/** Builds a history and looks for candidates in it. */
async function candidatesOf(
  name: string,
  build: (history: HistoryBuilder) => void,
  rules: readonly MetricPath[] = [],
): Promise<FoundCandidates> {
  const history = new HistoryBuilder(join(folder, name));
  build(history);
  await history.finish();
  const git = await openLocal(history.folder);
  return findCandidates(git, { tips: await recentTips(git), rules });
}

const patterns = ({ candidates }: FoundCandidates): string[] => candidates.map(({ pattern }) => pattern);

test("a list of frameworks that is turned at every version is first, its rows named (fastify, web-frameworks)", async () => {
  const found = await candidatesOf("frameworks", (history) => {
    for (let n = 0; n < 30; n++) {
      const rows = Array.from({ length: 12 }, (_, row) => ({
        name: `f${row}`,
        version: `${n}.0`,
        requests: random(9_000),
      }));
      history.commit({ files: { ...projectFiles(n), ...(n % 3 === 0 ? { "data.json": text(rows) } : {}) } });
    }
  });
  assert.equal(patterns(found)[0], "data.json");
  const [first] = found.candidates;
  assert.deepEqual([first?.versions, first?.numbers, first?.adapter], [10, 12, "json"]);
  assert.match(first?.keys[0] ?? "", /^\[name=f\d+\]\.requests$/);
  assert.deepEqual(patterns(found), ["data.json", "docs/openapi.json"], "project files, texts and workflows are none");
});

test("figures on gh-pages are found beside a busy default branch (TSinjex, denoland)", async () => {
  const found = await candidatesOf("pages", (history) => {
    for (let n = 0; n < 20; n++) history.commit({ files: projectFiles(n) });
    for (let n = 0; n < 25; n++)
      history.commit({ branch: "gh-pages", files: { "recent.json": text({ a: n, b: n * 2 }), "index.html": `${n}` } });
    history.commit({ branch: "feature", files: { "other/figures.json": text({ a: 1 }) } });
  });
  assert.equal(patterns(found)[0], "recent.json");
  assert.ok(!patterns(found).includes("other/figures.json"), "a branch of code is not looked at");
});

test("one file a run is one candidate (ClickBench, PlasmaPy)", async () => {
  const found = await candidatesOf("runs", (history) => {
    for (let n = 0; n < 12; n++) history.commit({ files: projectFiles(n) });
    for (let n = 0; n < 60; n++) {
      const run = {
        machine: `m${n % 12}`,
        load_time: random(90),
        result: [
          [0.1, 0.2],
          [0.3, n],
        ],
      };
      history.commit({ files: { [`engine${n % 10}/results/m${n % 12}.json`]: text(run) } });
    }
  });
  assert.equal(patterns(found)[0], "*/results/*.json");
  const [first] = found.candidates;
  assert.deepEqual([first?.versions, first?.paths], [60, 60]);
});

/** Histories that look like those whose figures were looked for by hand: which file is the true one, and who changes it. */
const TRUE_FILES: readonly {
  readonly like: string;
  readonly file: string;
  readonly branch?: string;
  /** how many of the default branch's commits change it, one of so many */
  readonly every: number;
  readonly content: (n: number) => unknown;
  readonly beside?: (n: number) => Record<string, FileEdit>;
}[] = [
  {
    like: "nova",
    file: "tests/metrics.json",
    every: 2,
    content: (n) => ({
      results: { crash: 9 - n, fail: 40 - n, pass: 900 + n, skip: 3, timeout: 1, unresolved: 0 },
      total: 953,
    }),
    beside: (n) => ({ "Cargo.lock": `version = ${n}\n`, "tests/expectations.json": text({ [`test ${n}`]: "FAIL" }) }),
  },
  {
    like: "fastify",
    file: "benchmark-results.json",
    every: 2,
    content: (n) =>
      ["fastify", "koa", "express"].map((name, i) => ({ name, version: `${n}.0`, requests: `${n * 7 + i}.5` })),
  },
  {
    like: "react-beautiful-dnd",
    file: ".size-snapshot.json",
    every: 4,
    content: (n) => ({ "dist/x.js": { bundled: 360_000 + n, minified: 130_000 + n, gzipped: 40_000 + n } }),
    beside: (n) => ({ "yarn.lock": `a@^${n}:\n`, ".eslintrc.json": text({ rules: { complexity: 10 + (n >> 4) } }) }),
  },
  {
    like: "quality of life",
    file: "dvclive/fold_0/metrics.json",
    every: 3,
    content: (n) => ({ train: { loss: 1 / (n + 1), acc: n / 30 }, step: n }),
    beside: (n) => ({
      "dvc.lock": `schema: '2.0'\nstages:\n  a:\n    cmd: x${n}\n`,
      "notebooks/plot.json": text({ text: `plot ${n}` }),
    }),
  },
  {
    like: "TSinjex",
    file: "coverage/coverage-summary.json",
    branch: "gh-pages",
    every: 1,
    content: (n) => ({ total: { lines: { total: 9, covered: n % 9, skipped: 0, pct: n % 9 } } }),
    beside: (n) => ({ "docs/assets/search.json": text({ text: `page ${n}` }), "index.html": `${n}` }),
  },
  {
    like: "cf-explorer-api",
    file: "badges/coverage-summary.json",
    branch: "gh-pages",
    every: 1,
    content: (n) => ({ branches: 20 + n / 7, coverage: 40 + n / 3 }),
    beside: (n) => ({ "badges/jacoco.svg": `<svg>${n}</svg>`, "reports/openapi.json": text({ version: `${n}` }) }),
  },
  {
    like: "denoland",
    file: "recent.json",
    branch: "gh-pages",
    every: 1,
    content: (n) => [
      { sha1: `${n}`.padStart(40, "0"), benchmark: { hello: { mean: n, max: n + 1 } }, binary_size: 9e7 + n },
    ],
  },
  {
    like: "web-frameworks",
    file: "data.json",
    every: 8,
    content: (n) => ({
      frameworks: Array.from({ length: 400 }, (_, i) => {
        return {
          id: ((i + n) % 400) + 1,
          label: `framework ${i % 350}`,
          language: `language ${i % 30}`,
          version: `${n}.0`,
        };
      }),
      metrics: Array.from({ length: 17_000 }, (_, i) => {
        return {
          framework_id: (i % 400) + 1,
          level: 64,
          label: `percentile${i % 40}`,
          value: i % 9 === 0 ? -1 : i / 7,
        };
      }),
    }),
  },
];

for (const { like, file, branch = "main", every, content, beside } of TRUE_FILES) {
  test(`the true file is first in a history like that of ${like}, on ${branch} (F16)`, async () => {
    const found = await candidatesOf(`like-${like.replaceAll(" ", "-")}`, (history) => {
      for (let n = 0; n < 24; n++) {
        const own = n % every === 0 ? { [file]: text(content(n)) } : {};
        if (branch === "main") history.commit({ files: { ...projectFiles(n), ...own, ...beside?.(n) } });
        else {
          history.commit({ files: projectFiles(n) });
          history.commit({ branch, ...(n === 0 ? { parents: [] } : {}), files: { ...own, ...beside?.(n) } });
        }
      }
    });
    assert.equal(patterns(found)[0], file);
  });
}

test("one file a commit on a branch of results is one candidate and the first (PlasmaPy, F16)", async () => {
  const found = await candidatesOf("results", (history) => {
    for (let n = 0; n < 12; n++) history.commit({ files: projectFiles(n) });
    for (let n = 0; n < 10; n++) {
      const runs = Array.from({ length: 20 }, (_, run) => {
        const sha = (n * 20 + run).toString(16).padStart(8, "a");
        const results = { "bench.time_a": { result: [random(90) / 7], params: [] } };
        return [
          `results/machine/${sha}-env.json`,
          text({ commit_hash: sha, date: 1_700_000_000_000, results }),
        ] as const;
      });
      const index = {
        "results/benchmarks.json": text({ "bench.time_a": { unit: "seconds", timeout: 60 }, version: 2 }),
      };
      history.commit({
        branch: "results",
        ...(n === 0 ? { parents: [] } : {}),
        files: { ...index, ...Object.fromEntries(runs) },
      });
    }
  });
  assert.equal(patterns(found)[0], "results/machine/*.json");
});

test("what is known but not read yet is recognised, and is no candidate (hyper, air-quality)", async () => {
  const found = await candidatesOf("known", (history) => {
    history.commit({ files: { ...projectFiles(1), "web/data.js": "export const data = [1]" } });
    for (let n = 0; n < 5; n++)
      history.commit({
        branch: "gh-pages",
        files: { "dev/bench/data.js": `window.BENCHMARK_DATA = {"lastUpdate":${n},"entries":{}};` },
      });
    history.commit({
      files: {
        "ml/mlruns/0/meta.yaml": "name: Default\nexperiment_id: 0\n",
        "ml/mlruns/0/ab/meta.yaml": "run_name: x\nstart_time: 17\n",
        "ml/mlruns/0/ab/metrics/loss": "1700000000000 0.5 1\n",
      },
    });
  });
  assert.deepEqual(found.recognised, ["dev/bench/data.js", "ml/mlruns"]);
  assert.ok(!patterns(found).some((pattern) => pattern.includes("mlruns") || pattern.includes("data.js")));
});

test("what a rule names is no candidate, also one that is off; nor is what is gone, or no file", async () => {
  const rules: MetricPath[] = [
    ...BUILT_IN_PATHS,
    { pattern: "hidden/*.json", source: "chosen", identity: null, enabled: false },
  ];
  const found = await candidatesOf(
    "named",
    (history) => {
      for (let n = 0; n < 4; n++)
        history.commit({
          files: {
            "metrics.json": text({ n }),
            "hidden/a.json": text({ n }),
            "gone.json": text({ n }),
            "left.json": text({ n }),
          },
        });
      history.commit({ files: { "gone.json": null, "link.json": { mode: "120000", content: "left.json" } } });
    },
    rules,
  );
  assert.deepEqual(patterns(found), ["left.json"]);
});

test("only the newest 200 commits of a branch count, and a file as it is on the default branch", async () => {
  const history = new HistoryBuilder(join(folder, "long"));
  for (let n = 0; n < 230; n++)
    history.commit({ files: { "new.json": text({ n }), ...(n < 20 ? { "old.json": text({ n }) } : {}) } });
  history.commit({ branch: "results", files: { "new.json": text({ n: -1 }) } });
  await history.finish();
  const git = await openLocal(history.folder);
  const tips = await recentTips(git);
  const wants = (path: string): boolean => path.endsWith(".json");
  assert.deepEqual(
    (await recentFiles(git, { tips, wants })).map(({ path, versions }) => [path, versions]),
    [["new.json", 201]],
  );
  const all = await recentFiles(git, { tips, wants, all: true });
  assert.deepEqual(
    all.map(({ path, versions }) => [path, versions]),
    [
      ["new.json", 201],
      ["old.json", 1],
    ],
  );
});

test("a branch whose changes take too long gives what was seen until then; a stopped search gives nothing", async () => {
  const git = await openLocal(join(folder, "long"));
  const tips = await recentTips(git);
  const wants = (path: string): boolean => path.endsWith(".json");
  assert.deepEqual(await recentFiles(git, { tips, wants, branchMs: 0 }), []);
  const signal = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(recentFiles(git, { tips, wants, signal }));
});
