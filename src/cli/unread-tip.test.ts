// A column whose file at the newest commit is not read: what it was before is not passed off as what it is.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { buildHistory, commandIn } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";

const root = temporaryFolder();
const run = commandIn(root);
const files = (from: number, loss: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: 201 - from }, (_, i) => [
      `d${String(from + i).padStart(3, "0")}/metrics.json`,
      JSON.stringify({ loss }),
    ]),
  );

/** 200 files, all read; then one more before them, which leaves the last one unread; then a commit beside them. */
const many = await buildHistory(join(root, "many.git"), (builder) => {
  builder.commit({ files: files(1, 1) });
  builder.commit({ files: { ...files(200, 99), "d000/metrics.json": '{"loss":1}' } });
  builder.commit({ files: { "README.md": "x" } });
});
const broken = await buildHistory(join(root, "broken.git"), (builder) => {
  builder.commit({ files: { "metrics.json": '{"loss":2}' } });
  builder.commit({ files: { "metrics.json": "{ broken" } });
});

const TOO_MANY =
  /^! [0-9a-f]{7} More than 200 metric files are there: whether there is one from "d200\/metrics\.json" on/m;

test("tidemark blame says that the value is an older one where the newest commit's file is one of too many", async () => {
  const { out } = await run(["blame", "-C", many, "d200/metrics.json:loss"], { width: 1_000 });
  assert.match(out, TOO_MANY);
  assert.match(out, /^d200\/metrics\.json:loss was 1 when it was last read; its file at the end of main is not read$/m);
  const csv = await run(["blame", "-C", many, "d200/metrics.json:loss", "--csv"]);
  assert.match(csv.err, TOO_MANY);
  const read = await run(["blame", "-C", many, "d199/metrics.json:loss"], { width: 1_000 });
  assert.match(read.out, /^d199\/metrics\.json:loss is 1 on main$/m);
  assert.doesNotMatch(read.out, TOO_MANY);
});

test("tidemark blame says the same of a file that is broken at the newest commit", async () => {
  const { out } = await run(["blame", "-C", broken, "loss"], { width: 1_000 });
  assert.match(out, /^! 1 version of metrics\.json could not be read/m);
  assert.match(out, /^metrics\.json:loss was 2 when it was last read; its file at the end of main is not read$/m);
});

test("tidemark columns warns of files of the newest commit that were too many", async () => {
  assert.match((await run(["columns", "-C", many, "d200"], { width: 1_000 })).out, TOO_MANY);
  assert.match((await run(["columns", "-C", many, "d200", "--csv"])).err, TOO_MANY);
  assert.doesNotMatch((await run(["columns", "-C", broken])).out, TOO_MANY);
});

test("tidemark blame and columns tell programs whether the file was read", async () => {
  const isRead = async (words: readonly string[]): Promise<unknown> => {
    const told = JSON.parse((await run([...words, "--json"])).out) as { read: unknown } | [{ read: unknown }];
    return Array.isArray(told) ? told[0].read : told.read;
  };
  for (const [file, wanted] of [
    ["d200", false],
    ["d199", true],
  ] as const) {
    assert.equal(await isRead(["blame", "-C", many, `${file}/metrics.json:loss`]), wanted);
    assert.equal(await isRead(["columns", "-C", many, file]), wanted);
  }
  assert.equal(await isRead(["blame", "-C", broken, "loss"]), false);
  assert.equal(await isRead(["columns", "-C", broken]), false);
});
