// Tests of reading histories made by hand: what cannot be read, who names rows, what DVC's files declare, division.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type FileEdit, git, HistoryBuilder, TEST_GIT_ENVIRONMENT } from "../../test/helpers/git-history.ts";
import { BUILT_IN_PATHS } from "../domain/metric-paths.ts";
import type { RowIdentities, Value } from "../domain/model.ts";
import { openLocal } from "../git/local.ts";
import { type BatchOptions, batches } from "./batches.ts";
import { type FileVersion, type HistoryBatch, type HistoryCommit, versionKey } from "./history-batch.ts";
import { type History, type HistorySource, openHistory } from "./open-history.ts";
import { planHistory } from "./plan.ts";

const root = mkdtempSync(join(tmpdir(), "tidemark-batches-"));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

type Files = Readonly<Record<string, FileEdit>>;

/** A line of commits on `main`, the oldest first. */
async function line(...steps: readonly Files[]): Promise<string> {
  const builder = new HistoryBuilder(join(root, `${folders++}.git`));
  steps.forEach((files, index) => builder.commit({ files, message: `step ${index}\n` }));
  await builder.finish();
  return builder.folder;
}

async function open(folder: string, options: Partial<HistorySource> = {}): Promise<History> {
  const repository = await openLocal(folder);
  const { graph, lines } = await planHistory(repository, { now: Date.now() });
  return openHistory(repository, { graph, lines, paths: BUILT_IN_PATHS, ...options });
}

/** Everything that a history gives, oldest commit first. */
class All {
  readonly history: History;
  readonly commits: HistoryCommit[] = [];
  readonly batches: HistoryBatch[] = [];
  readonly versions = new Map<string, FileVersion>();
  readonly identities = new Map<string, RowIdentities>();

  constructor(history: History) {
    this.history = history;
  }

  static async of(folder: string, source: Partial<HistorySource> = {}, options: BatchOptions = {}): Promise<All> {
    const all = new All(await open(folder, source));
    for await (const batch of batches(all.history, options)) {
      all.batches.push(batch);
      all.commits.unshift(...batch.commits.toReversed());
      for (const version of batch.versions) {
        assert.ok(!all.versions.has(versionKey(version)), "a version is given once");
        all.versions.set(versionKey(version), version);
      }
      for (const [path, identity] of batch.identities) all.identities.set(path, identity);
      for (const { files, baselines, removed } of batch.commits) {
        const compared = [...baselines, ...removed.map(({ baseline }) => baseline)];
        const used = [...files, ...compared.flatMap((found) => found?.version ?? [])];
        for (const ref of used) assert.ok(all.versions.has(versionKey(ref)), "a version comes before its commits");
      }
    }
    return all;
  }

  /** Per commit, oldest first: of a file its values, or the reason why there are none; null where it is not there. */
  of(path: string): (Record<string, Value> | string | null)[] {
    return this.commits.map(({ files }) => {
      const file = files.find((each) => each.path === path);
      if (file === undefined) return null;
      const reading = this.versions.get(versionKey(file))?.reading;
      if (reading?.document === null) return reading.problem?.reason ?? "no reason";
      return Object.fromEntries(
        reading?.document.keys.map((key, index) => [key, reading.document?.values[index] ?? null]) ?? [],
      );
    });
  }

  /** Per commit, oldest first: the position of its baseline for a file; null where it has none. */
  baselinesOf(path: string): (number | null)[] {
    return this.commits.map(
      ({ files, baselines }) => baselines[files.findIndex((file) => file.path === path)]?.position ?? null,
    );
  }
}

test("batches() gives what cannot be read as a version with its reason, and passes it over for baselines", async () => {
  const folder = await line(
    { "metrics.json": '{"a":1}' },
    { "metrics.json": "{ broken" },
    { "metrics.json": Buffer.alloc(4 * 1024 * 1024 + 1, " ") },
    { "metrics.json": { mode: "120000", content: "elsewhere.json" } },
    { "metrics.json": { mode: "160000", oid: "1".repeat(40) } },
    {
      "metrics.json":
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
    },
    { "metrics.json": '{"a":2}' },
    { "other.txt": "x" },
    { "metrics.json": null },
    { "metrics.json": '{"a":3}' },
  );
  const all = await All.of(folder);
  assert.deepEqual(all.of("metrics.json"), [
    { a: 1 },
    "not-readable",
    "too-large",
    "symlink",
    "submodule",
    "lfs-pointer",
    { a: 2 },
    { a: 2 },
    null,
    { a: 3 },
  ]);
  assert.deepEqual(all.baselinesOf("metrics.json"), [null, 0, 0, 0, 0, 0, 0, 6, null, 7]);
  assert.deepEqual(
    all.commits.map(({ changed }) => changed.length),
    [1, 1, 1, 1, 1, 1, 1, 0, 1, 1],
  );
  const tooLarge = [...all.versions.values()].find(({ reading }) => reading.problem?.reason === "too-large");
  assert.equal(tooLarge?.size, 4 * 1024 * 1024 + 1);
  assert.deepEqual(
    { message: tooLarge?.reading.problem?.message, limit: tooLarge?.reading.problem?.limit },
    { message: "Found a file of 4194305 bytes, wanted at most 4194304 bytes.", limit: 4 * 1024 * 1024 },
  );
});

test("batches() says what a commit removed, and which version that had: the nearest that could be read", async () => {
  const folder = await line(
    { "metrics.json": '{"a":1}', "old/metrics.json": '{"b":1}', "README.md": "x" },
    { "metrics.json": "{ broken", "README.md": null },
    { "metrics.json": null, "old/metrics.json": null, "scores.json": "{ broken" },
    { "scores.json": null },
    { "other.txt": "x" },
  );
  for (const size of [500, 1]) {
    const all = await All.of(folder, {}, { size });
    const removed = all.commits.map((commit) =>
      commit.removed.map(({ path, baseline }) => {
        const reading = baseline && all.versions.get(versionKey(baseline.version))?.reading;
        return [path, baseline?.position ?? null, reading?.document?.keys ?? null];
      }),
    );
    assert.deepEqual(removed, [
      [],
      [],
      [
        ["metrics.json", 0, ["a"]],
        ["old/metrics.json", 1, ["b"]],
      ],
      [["scores.json", null, null]],
      [],
    ]);
  }
});

test("batches() finds the readable version below hundreds of unreadable ones, whatever the division", async () => {
  const broken = Array.from({ length: 300 }, (_, index) => ({ "metrics.json": `{ broken ${index}` }));
  const folder = await line({ "metrics.json": '{"a":1}' }, ...broken, { "metrics.json": '{"a":2}' });
  const whole = await All.of(folder);
  assert.deepEqual(new Set(whole.baselinesOf("metrics.json").slice(1)), new Set([0]));
  const divided = await All.of(folder, {}, { size: 7 });
  assert.equal(divided.batches.length, Math.ceil(302 / 7));
  assert.deepEqual(divided.commits, whole.commits);
  assert.equal(divided.versions.size, 302);
});

test("batches() goes on below a position as if it had not stopped", async () => {
  const folder = await line(...Array.from({ length: 30 }, (_, index) => ({ "metrics.json": `{"a":${index >> 1}}` })));
  const whole = await All.of(folder);
  const rest = await All.of(folder, {}, { fromPosition: 11, size: 4 });
  assert.deepEqual(rest.commits, whole.commits.slice(0, 11));
});

test("batches() names rows by what the newest versions of the whole history agree on", async () => {
  const names = ["ada", "bob", "cyd", "dan"];
  const rows = (seed: number): string => {
    const order = names.map((name, index) => ({ name, score: seed + index }));
    return JSON.stringify([...order.slice(seed % 4), ...order.slice(0, seed % 4)]);
  };
  const folder = await line(...Array.from({ length: 25 }, (_, index) => ({ "metrics.json": rows(index) })));
  const all = await All.of(folder);
  assert.deepEqual(all.identities.get("metrics.json"), { "": ["name"] });
  all.of("metrics.json").forEach((values, index) => {
    assert.deepEqual(
      values,
      Object.fromEntries(names.map((name, place) => [`[name=${name}].score`, index + place])),
      `commit ${index}: the rows' order does not matter`,
    );
  });
  const stored = await All.of(folder, { identities: new Map([["metrics.json", {}]]) });
  assert.deepEqual(
    Object.keys(stored.of("metrics.json")[0] ?? {})[0],
    "[0].name",
    "a stored identity is never inferred again",
  );
  assert.equal(stored.identities.size, 0);
});

test("batches() lets versions with the same keys share one list of them", async () => {
  const folder = await line(
    { "metrics.json": '{"a":1,"b":2}' },
    { "metrics.json": '{"a":3,"b":4}' },
    { "metrics.json": '{"b":4}' },
  );
  const documents = [...(await All.of(folder)).versions.values()].map(({ reading }) => reading.document);
  const byFirst = new Map(documents.map((document) => [document?.values.join(), document]));
  assert.equal(byFirst.get("1,2")?.keys, byFirst.get("3,4")?.keys);
  assert.notEqual(byFirst.get("4")?.keys, byFirst.get("3,4")?.keys);
});

test("openHistory() follows what any version of any dvc.yaml declares, in commits before and after it", async () => {
  const folder = await line(
    { "out/figures.json": '{"a":1}', "sub/own.yaml": "b: 1\n" },
    { "dvc.yaml": "metrics:\n  - out/figures.json\n", "sub/dvc.yaml": "params:\n  - own.yaml\n" },
    { "dvc.yaml": "metrics: []\n", "out/figures.json": '{"a":2}' },
  );
  const all = await All.of(folder);
  assert.deepEqual(all.of("out/figures.json"), [{ a: 1 }, { a: 1 }, { a: 2 }]);
  assert.deepEqual(all.of("sub/own.yaml"), [{ b: 1 }, { b: 1 }, { b: 1 }]);
  const declared = all.history.paths.filter(({ source }) => source === "dvc.yaml").map(({ pattern }) => pattern);
  assert.deepEqual(declared.sort(), ["out/figures.json", "sub/own.yaml"]);
  assert.deepEqual(all.commits[1]?.changed, []);
});

test("batches() says at its commit that a dvc.yaml cannot be read: which, where, what to do", async () => {
  const folder = await line(
    { "sub/dvc.yaml": "metrics:\n  - a.json\n", "sub/a.json": '{"a":1}' },
    { "sub/dvc.yaml": "metrics:\n  - a.json\nstages: [\n", "sub/a.json": '{"a":2}' },
    { "sub/a.json": '{"a":3}' },
    { "sub/dvc.yaml": "metrics:\n  - a.json\n" },
    { "sub/dvc.yaml": `# ${"long ".repeat(300_000)}\n` },
  );
  const all = await All.of(folder);
  assert.deepEqual(all.of("sub/a.json"), [{ a: 1 }, { a: 2 }, { a: 3 }, { a: 3 }, { a: 3 }]);
  const told = all.commits.map(({ warnings }) => warnings.map(({ reason, message }) => `${reason}: ${message}`));
  const remedy =
    'What only this version declares is not read: mend it, or name these files by --files or on the page "Files".';
  assert.deepEqual(told, [
    [],
    [`not-readable: sub/dvc.yaml: Found deficient indentation in line 4, column 1, wanted YAML. ${remedy}`],
    [],
    [],
    [`too-large: sub/dvc.yaml: Found a file of 1500003 bytes, wanted at most 1048576. ${remedy}`],
  ]);
  const narrow = await All.of(folder, { paths: BUILT_IN_PATHS, onlyPaths: true });
  assert.deepEqual(
    narrow.commits.flatMap(({ warnings }) => warnings),
    [],
  );
});

test("openHistory() with onlyPaths reads what it was told and nothing that dvc.yaml declares", async () => {
  const folder = await line({
    "x.json": '{"a":1}',
    "metrics.json": '{"a":1}',
    "dvc.yaml": "metrics:\n  - y.json\n",
    "y.json": "{}",
  });
  const paths = [{ pattern: "x.json", source: "chosen", identity: null, enabled: true }] as const;
  const all = await All.of(folder, { paths, onlyPaths: true });
  assert.deepEqual(
    all.commits[0]?.files.map(({ path }) => path),
    ["x.json"],
  );
});

test("batches() says where DVC keeps a metric file outside Git: dvc.lock, a .dvc file, a folder's", async () => {
  const lock = (hash: string): string =>
    `schema: '2.0'\nstages:\n  train:\n    cmd: t\n    outs:\n    - path: metrics.json\n      md5: ${hash}\n`;
  const folder = await line(
    { "metrics.json": '{"a":1}', "dvc.yaml": "metrics:\n  - metrics.json\n  - live/scores.json\n" },
    { "metrics.json": null, "dvc.lock": lock("a".repeat(32)) },
    { "dvc.lock": lock("b".repeat(32)) },
    { "metrics.json": '{"a":2}' },
    { "eval/metrics.json.dvc": `outs:\n- md5: ${"c".repeat(32)}\n  path: metrics.json\n` },
    { "live.dvc": `outs:\n- md5: ${"d".repeat(32)}.dir\n  path: live\n` },
  );
  const all = await All.of(folder);
  assert.deepEqual(all.of("metrics.json"), [{ a: 1 }, "dvc-tracked", "dvc-tracked", { a: 2 }, { a: 2 }, { a: 2 }]);
  assert.deepEqual(all.of("eval/metrics.json"), [null, null, null, null, "dvc-tracked", "dvc-tracked"]);
  assert.deepEqual(all.of("live/scores.json"), [null, null, null, null, null, "dvc-tracked"]);
  assert.deepEqual(
    all.commits.map(({ changed }) => changed),
    [
      ["metrics.json"],
      ["metrics.json"],
      ["metrics.json"],
      ["metrics.json"],
      ["eval/metrics.json"],
      ["live/scores.json"],
    ],
  );
});

test("openHistory() reads a dvc.lock only for parameters that stand in no other file", async () => {
  const lock = (file: string): string =>
    `schema: '2.0'\nstages:\n  train:\n    cmd: t\n    params:\n      ${file}:\n        lr: 0.5\n`;
  const own = await All.of(await line({ "dvc.lock": lock("params.conf") }));
  assert.deepEqual(own.of("dvc.lock"), [{ 'stages.train.params["params.conf"].lr': 0.5 }]);
  for (const [file, text] of [
    ["params.yaml", "lr: 0.5\n"],
    ["params.py", "lr = 0.5\n"],
  ] as const) {
    const twice = await All.of(await line({ "dvc.lock": lock(file), [file]: text }));
    assert.deepEqual(twice.of("dvc.lock"), [null]);
    assert.deepEqual(twice.of(file), [{ lr: 0.5 }]);
  }
});

test("batches() reads the first files by path of a commit that has too many, and says so where that changes", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [`${index}/metrics.json`, `{"a":${index}}`]),
  );
  const folder = await line(
    files,
    { "x.txt": "1" },
    { "0/metrics.json": '{"a":9}' },
    { "4/metrics.json": null, "3/metrics.json": null },
  );
  const all = await All.of(folder, { maxFiles: 3 });
  assert.deepEqual(
    all.commits.map((commit) => commit.files.length),
    [3, 3, 3, 3],
  );
  assert.deepEqual(
    all.commits.map((commit) => commit.warnings.map(({ reason, size, limit }) => `${reason} ${size} ${limit}`)),
    [["too-many-files 5 3"], [], ["too-many-files 5 3"], []],
  );
  const way = "Rules that name fewer files bring them back (the page Files, tidemark files, or --files).";
  const messages = async (maxFiles: number): Promise<readonly string[]> =>
    (await All.of(folder, { maxFiles })).commits.flatMap((commit) => commit.warnings.map(({ message }) => message));
  assert.deepEqual(await messages(4), [
    `5 metric files are there, at most 4 are read: "4/metrics.json", the last by path, is not. ${way}`,
    `5 metric files are there, at most 4 are read: "4/metrics.json", the last by path, is not. ${way}`,
  ]);
  assert.equal(
    (await messages(3))[0],
    `5 metric files are there, at most 3 are read: "3/metrics.json" and the 1 behind it by path are not. ${way}`,
  );
});

test("batches() marks what a blobless clone does not hold as missing, and reads the rest", async () => {
  const folder = await line({ "metrics.json": '{"a":1}' }, { "metrics.json": '{"a":2}' });
  git(folder, "config", "uploadpack.allowFilter", "true");
  const clone = join(root, `${folders++}.git`);
  execFileSync("git", ["clone", "--quiet", "--bare", "--filter=blob:none", `file://${folder}`, clone], {
    env: TEST_GIT_ENVIRONMENT,
  });
  execFileSync("git", ["-C", clone, "cat-file", "-p", "main:metrics.json"], { env: TEST_GIT_ENVIRONMENT });
  const all = await All.of(clone);
  assert.deepEqual(all.of("metrics.json"), ["missing-object", { a: 2 }]);
});

test("batches() leaves no process behind when it is left early", async () => {
  const folder = await line(...Array.from({ length: 40 }, (_, index) => ({ "metrics.json": `{"a":${index}}` })));
  const history = await open(folder);
  for await (const batch of batches(history, { size: 5 })) {
    assert.equal(batch.commits.length, 5);
    break;
  }
});
