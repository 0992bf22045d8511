// The newest commits of a line against the same commits of its whole history, for every number of them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { BUILT_IN_PATHS } from "../src/domain/metric-paths.ts";
import type { Sha } from "../src/domain/model.ts";
import { openLocal } from "../src/git/local.ts";
import type { GitRepository } from "../src/git/repository.ts";
import { type HistoryCommit, versionKey } from "../src/history/history-batch.ts";
import { type Newest, readNewest } from "../src/history/newest.ts";
import { type FileEdit, git, HistoryBuilder } from "./helpers/git-history.ts";
import { logIn } from "./helpers/log-command.ts";
import { pick, type Random, seededRandom } from "./helpers/seeded-random.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 2);
const FIRST_SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 1);
const COMMITS = 9;

const root = temporaryFolder();

/** Files of which DVC may keep some outside Git, by the files that may say so. */
const METRICS = ["m.json", "metrics.json", "live/scores.json", "sub/metrics.json", "sub/own.json"];
const hash = (random: Random): string => pick(random, ["a", "b", "c"]).repeat(32); // digits alone would be a number

function lockOf(random: Random, files: readonly string[]): string {
  const outs = files.filter(() => random(2) === 0).map((path) => `    - path: ${path}\n      md5: ${hash(random)}\n`);
  // parameters of a file that cannot be read stand here only
  const params = random(3) > 0 ? "" : `    params:\n      params.conf:\n        lr: ${random(3)}\n`;
  const all = outs.length === 0 ? params : `${params}    outs:\n${outs.join("")}`;
  return `schema: '2.0'\nstages:\n  train:\n    cmd: t\n${all}`;
}

const pointerTo = (random: Random, path: string): string => `outs:\n- md5: ${hash(random)}\n  path: ${path}\n`;

/** Rows in any order: what names them is inferred from several versions. */
function rowsOf(random: Random): string {
  const rows = ["koa", "gin", "flask"].map((name, index) => ({ name, size: index, ms: random(9) }));
  return JSON.stringify(rows.sort(() => random(3) - 1).slice(random(2)));
}

/** What each file may become; null: it is gone. */
const EDITS: Readonly<Record<string, (random: Random) => FileEdit>> = {
  ...Object.fromEntries(
    METRICS.map((path) => [path, (random: Random) => pick(random, [null, null, "{", `{"a":${random(5)}}`])]),
  ),
  "rows/metrics.json": (random) => pick(random, [null, "[", "{", rowsOf(random), rowsOf(random), rowsOf(random)]),
  "dvc.yaml": (random) => pick(random, [null, "metrics: []\n", "metrics: [m.json, live/scores.json]\n", "stages: ["]),
  "sub/dvc.yaml": (random) => pick(random, [null, "metrics: [own.json]\n"]),
  "dvc.lock": (random) => pick(random, [null, lockOf(random, METRICS), lockOf(random, METRICS), "stages: ["]),
  "sub/dvc.lock": (random) => pick(random, [null, lockOf(random, ["metrics.json"])]),
  "metrics.json.dvc": (random) => pick(random, [null, pointerTo(random, "metrics.json")]),
  "live.dvc": (random) => pick(random, [null, pointerTo(random, "live")]),
  "params.yaml": (random) => `lr: ${random(4)}\n`,
};

/** What is compared of a commit that `log --json` writes: all of it. */
interface LoggedCommit {
  readonly changed: readonly string[];
}

/** A line of commits, each with a few edits; DVC's own settings stay in it. */
async function randomLine(seed: number, commits = COMMITS): Promise<string> {
  const random = seededRandom(seed);
  const builder = new HistoryBuilder(join(root, `${seed}.git`));
  const there = new Set<string>();
  for (let step = 0; step < commits; step++) {
    const files: Record<string, FileEdit> = step > 0 ? {} : { ".dvc/config": "" };
    for (const [path, edit] of Object.entries(EDITS)) {
      if (random(3) > 0) continue;
      const next = edit(random);
      if (next !== null) there.add(path);
      else if (!there.delete(path)) continue;
      files[path] = next;
    }
    builder.commit({ files, message: `step ${step}\n` });
  }
  await builder.finish();
  return builder.folder;
}

/** All that is said of a commit, with what its files are compared with. */
function told({ batch, shaAt }: Newest, commit: HistoryCommit): unknown {
  const readings = new Map(batch.versions.map((version) => [versionKey(version), version.reading]));
  const readingOf = (ref: HistoryCommit["files"][number]): unknown => {
    const { document, problem, warnings } = readings.get(versionKey(ref)) ?? assert.fail(`${ref.path} was not read`);
    return { document, problem, warnings };
  };
  const baselineOf = (baseline: HistoryCommit["baselines"][number]): unknown =>
    baseline && { ...baseline, position: shaAt(baseline.position), reading: readingOf(baseline.version) };
  const { files, changed, warnings, removed } = commit;
  return {
    files: files.map((ref, index) => ({
      ...ref,
      reading: readingOf(ref),
      baseline: baselineOf(commit.baselines[index] ?? null),
    })),
    changed,
    warnings,
    removed: removed.map(({ path, baseline }) => ({ path, baseline: baselineOf(baseline) })),
  };
}

function newest(repository: GitRepository, tip: Sha, count: number): Promise<Newest> {
  const whole = { likeWholeLine: true, olderBaselines: "all" } as const;
  return readNewest(repository, { tip, count, paths: BUILT_IN_PATHS, ...whole });
}

for (let seed = FIRST_SEED; seed < FIRST_SEED + ROUNDS; seed++) {
  test(`readNewest() says of a commit what the whole history says, DVC's files included, seed ${seed}`, async () => {
    const folder = await randomLine(seed);
    const tip = git(folder, "rev-parse", "main") as Sha;
    const repository = await openLocal(folder);
    const whole = await newest(repository, tip, COMMITS + 1);
    assert.equal(whole.batch.commits.length, COMMITS);
    for (let count = 1; count < COMMITS; count++) {
      const part = await newest(repository, tip, count);
      part.batch.commits.forEach((commit, index) => {
        const expected = told(whole, whole.batch.commits[index] as HistoryCommit);
        assert.deepEqual(told(part, commit), expected, `commit ${index} of the newest ${count}`);
      });
    }
  });

  test(`log -n K says of its commits what log -n 0 says, changes included, seed ${seed}`, async () => {
    const folder = await randomLine(seed + 1_000, 60);
    const log = logIn(root);
    const read = async (...words: readonly string[]): Promise<readonly LoggedCommit[]> => {
      const { out, err, code } = await log(["-C", folder, "--json", ...words]);
      assert.equal(code, 0, err);
      return JSON.parse(out) as LoggedCommit[];
    };
    const whole = await read("-n", "0");
    assert.equal(whole.length, 60);
    assert.ok(whole.filter(({ changed }) => changed.length > 0).length > 20);
    for (const count of [1, 2, 7, 40]) {
      const wanted = whole.slice(0, count);
      assert.deepEqual(await read("-n", `${count}`), wanted, `the newest ${count}`);
      const changing = wanted.filter(({ changed }) => changed.length > 0);
      assert.deepEqual(await read("-n", `${count}`, "--only-changed"), changing, `those of ${count} that changed`);
    }
  });
}
