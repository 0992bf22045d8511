// The pager: what is written goes through it on a terminal, and is shown without it where it cannot be started.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildHistory, commandIn } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";

const root = temporaryFolder();
const run = commandIn(root);
const history = await buildHistory(join(root, "paged.git"), (builder) => {
  for (const loss of [3, 2, 1]) builder.commit({ files: { "metrics.json": JSON.stringify({ loss }) } });
});
const page = join(root, "page.txt");
const pager = `cat > '${page}'`;
const words = ["log", history];

test("a table on a terminal goes through the pager, whole", async () => {
  const plain = await run(words);
  const paged = await run(words, { pager });
  assert.deepEqual(paged, { code: 0, out: "", err: "" });
  assert.equal(readFileSync(page, "utf8"), plain.out);
});

test("there is no pager with --no-pager, for JSON, beside an error and where no terminal is", async () => {
  const touched = join(root, "touched");
  const noted = { pager: `touch '${touched}'; cat` };
  assert.match((await run([...words, "--no-pager"], noted)).out, /^commit/m);
  assert.match((await run([...words, "--json"], noted)).out, /^\[\n/);
  assert.match((await run([...words, "--columns", "x"], noted)).err, /Cannot find the column/);
  assert.match((await run(words, { ...noted, outIsTerminal: false })).out, /^commit/m);
  assert.ok(!existsSync(touched));
});

test("a pager that is not there shows everything anyway, and one that ends early is no error", async () => {
  const plain = await run(words);
  assert.deepEqual(await run(words, { pager: "no-such-pager" }), plain);
  assert.deepEqual(await run(words, { pager: "true" }), { code: 0, out: "", err: "" });
});
