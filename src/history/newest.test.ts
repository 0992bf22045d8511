// Tests of reading the newest commits: what names the rows of arrays does not hang on how many commits are read.
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { join } from "node:path";
import { test } from "node:test";
import { type FileEdit, git, HistoryBuilder } from "../../test/helpers/git-history.ts";
import { seededRandom } from "../../test/helpers/seeded-random.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { BUILT_IN_PATHS } from "../domain/metric-paths.ts";
import type { Sha } from "../domain/model.ts";
import { openLocal } from "../git/local.ts";
import { versionKey } from "./history-batch.ts";
import { readNewest } from "./newest.ts";

const root = temporaryFolder();
const COMMITS = 30;

type Files = Readonly<Record<string, FileEdit>> | ReadonlyMap<string | Buffer, FileEdit>;

async function line(name: string, steps: readonly Files[]): Promise<string> {
  const builder = new HistoryBuilder(join(root, name));
  steps.forEach((files, index) => builder.commit({ files, message: `step ${index}\n` }));
  await builder.finish();
  return builder.folder;
}

/** @returns the values of each commit's files, newest first, and how many processes were started */
async function read(
  folder: string,
  count: number,
  likeWholeLine = true,
): Promise<{ values: unknown; started: number }> {
  const repository = await openLocal(folder);
  const tip = git(folder, "rev-parse", "main") as Sha;
  let started = 0;
  const note = (): void => void started++;
  subscribe("child_process", note);
  const olderBaselines = likeWholeLine ? "all" : "none";
  const { batch } = await readNewest(repository, { tip, count, likeWholeLine, olderBaselines, paths: BUILT_IN_PATHS });
  unsubscribe("child_process", note);
  const documents = new Map(batch.versions.map((version) => [versionKey(version), version.reading.document]));
  const values = batch.commits.map(({ files }) => files.map((file) => [file.path, documents.get(versionKey(file))]));
  return { values, started };
}

/** Rows in another order each time, of which the newest version has two of the same name. */
function shuffled(random: (below: number) => number, step: number): string {
  const names = ["koa", "gin", "flask", "actix", "agoo", "express"];
  const rows = names.map((name) => ({ name, latency_ms: 100 * (1 + random(6)) }));
  rows.sort(() => random(3) - 1);
  if (step === COMMITS - 1) rows.push({ name: "koa", latency_ms: 100 });
  return JSON.stringify(rows);
}

const random = seededRandom(7);
const arrays = await line(
  "arrays.git",
  Array.from({ length: COMMITS }, (_, step) => ({
    "metrics.json": shuffled(random, step),
    ...(step % 4 === 0 ? { "rare/metrics.json": shuffled(random, step) } : {}),
    ...(step === 2 ? { "old/metrics.json": '[{"id":"a","v":1},{"id":"b","v":2}]' } : {}),
    ...(step === 1 ? { "old/metrics.json": '[{"id":"x","n":"a"},{"id":"y","n":"b"}]' } : {}),
  })),
);

test("readNewest() names rows as the whole line does, however few commits are read", async () => {
  const { values: whole } = await read(arrays, COMMITS);
  assert.match(JSON.stringify(whole), /\[name=gin\]\.latency_ms/);
  for (const count of [1, 2, 3, 5, 8, 19, 20, 21, COMMITS - 1]) {
    const { values } = await read(arrays, count);
    assert.deepEqual(values, (whole as unknown[]).slice(0, count), `the newest ${count}`);
  }
});

const FOLDERS = ["", ":(top)x*/", Buffer.from("odd \xff/", "latin1")];
for (const [name, folders] of [
  ["odd names", FOLDERS],
  ["a line break in a name", [...FOLDERS, "two\nlines/"]],
] as const) {
  test(`readNewest() finds what names rows far below the commits that are read: ${name}`, async () => {
    const steps = Array.from({ length: 700 }, (_, step): Files => {
      const edited = folders[step % 30]; // each in commits of its own
      if (edited === undefined) return { "x.txt": `${step}` };
      const path = Buffer.concat([Buffer.from(edited), Buffer.from("metrics.json")]);
      // the newest version alone names no rows: two have the same name
      return new Map([[path, shuffled(random, step >= 690 ? COMMITS - 1 : 0)]]);
    });
    const folder = await line(`${name}.git`, steps);
    const whole = (await read(folder, 700)).values as unknown[];
    for (const count of [1, 20]) {
      const { values } = await read(folder, count);
      assert.deepEqual(values, whole.slice(0, count), `the newest ${count}`);
      assert.notDeepEqual((await read(folder, count, false)).values, values);
    }
  });
}

test("readNewest() reads further versions where rows need names only: elsewhere it starts no further process", async () => {
  const plain = await line(
    "plain.git",
    Array.from({ length: COMMITS }, (_, step) => ({ "metrics.json": `{"a":${step},"list":[1,${step}]}` })),
  );
  assert.equal((await read(plain, 2)).started, (await read(plain, 2, false)).started);
  assert.ok((await read(arrays, 2)).started > (await read(arrays, 2, false)).started);
  assert.equal((await read(arrays, COMMITS)).started, (await read(arrays, COMMITS, false)).started);
});

const OLD = '{"loss":1}';
const BROKEN = Array.from({ length: 9 }, (_, step): Files => ({ "metrics.json": `{"loss":${step}` }));
const OTHERS = Array.from({ length: 600 }, (_, step): Files => ({ "x.txt": `${step}` }));

for (const [name, steps, expected] of [
  ["one that cannot be read", [{ "metrics.json": OLD }, ...BROKEN.slice(0, 1)], 0],
  ["many that cannot be read", [{ "metrics.json": OLD }, { "x.txt": "y" }, ...BROKEN], 1],
  ["a deleted file", [{ "metrics.json": OLD }, { "x.txt": "y" }, { "metrics.json": null }], 1],
  ["far below", [{ "metrics.json": OLD }, { "metrics.json": null }, ...OTHERS], 0],
  ["none: the file is new", [{ "x.txt": "y" }], null],
] as const) {
  test(`readNewest() goes down for what commits are compared with: ${name}`, async () => {
    const all = [...steps, { "y.txt": "below" }, { "metrics.json": '{"loss":2}' }, { "y.txt": "top" }];
    const folder = await line(`baselines ${name}.git`, all);
    const shas = git(folder, "rev-list", "--reverse", "main").split("\n");
    const repository = await openLocal(folder);
    const source = { tip: shas.at(-1) as Sha, count: 2, olderBaselines: "all", paths: BUILT_IN_PATHS } as const;
    const { batch, shaAt } = await readNewest(repository, source);
    const baselines = (batch.commits[1] ?? assert.fail("two commits")).baselines;
    const found = baselines.map((each) => each && shaAt(each.position));
    assert.deepEqual(found, [expected === null ? null : shas[expected]]);
    const version = baselines[0]?.version;
    const held = batch.versions.find((each) => version !== undefined && versionKey(each) === versionKey(version));
    assert.deepEqual(held?.reading.document?.values, expected === null ? undefined : [1]);
    const none = await readNewest(repository, { ...source, olderBaselines: "none" });
    assert.deepEqual(none.batch.commits[1]?.baselines, [null]);
    // the file can be read: what it is compared with is not what was asked for
    const unread = await readNewest(repository, { ...source, olderBaselines: "of-unread" });
    assert.deepEqual(unread.batch.commits[1]?.baselines, [null]);
  });
}

test("readNewest() goes down for what stands in for a file that cannot be read", async () => {
  const folder = await line("unread.git", [{ "metrics.json": OLD }, { "x.txt": "y" }, ...BROKEN, { "x.txt": "z" }]);
  const repository = await openLocal(folder);
  const source = { tip: git(folder, "rev-parse", "main") as Sha, count: 2, paths: BUILT_IN_PATHS };
  const { batch, shaAt } = await readNewest(repository, { ...source, olderBaselines: "of-unread" });
  const second = git(folder, "rev-parse", `main~${BROKEN.length + 1}`);
  const found = batch.commits.map(({ baselines }) => baselines.map((each) => each && shaAt(each.position)));
  assert.deepEqual(found, [[second], [second]]);
});
