// `tidemark files`: what is read of a repository where it stands, and how a server's choices are changed.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { buildHistory, commandIn, type Said } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { openTestDatabase, type TestDatabase, urlsOf } from "../../test/helpers/test-database.ts";

const root = temporaryFolder();
const run = commandIn(root);
const rows = (n: number): string =>
  JSON.stringify([
    { name: "a", size: 1, ops: n },
    { name: "b", size: 1, ops: n + 1 },
  ]);
const folder = await buildHistory(join(root, "history.git"), (builder) => {
  for (let n = 0; n < 4; n++)
    builder.commit({
      files: {
        "metrics.json": JSON.stringify({ loss: n, note: "x" }),
        "old/scores.json": JSON.stringify({ n }),
        "data/list.json": rows(n),
        "eval.yaml": `a: ${n}\n`,
        "dvc.yaml": "metrics:\n  - eval.yaml\n",
      },
    });
  const pointer = "outs:\n- md5: 1b2c\n  path: scores.json\n";
  builder.commit({
    files: { "old/scores.json": null, "params.json": "{ broken", "kept/scores.json.dvc": pointer },
  });
  builder.commit({ branch: "gh-pages", files: { "dev/bench/data.js": "window.BENCHMARK_DATA = {}" } });
});

test("tidemark files lists files with versions, numbers, adapter and rule, and the candidates", async () => {
  const { out, code } = await run(["files", folder]);
  assert.equal(code, 0);
  const lines = out.split("\n");
  assert.match(lines[0] ?? "", /^file +versions +numbers +read as +rule$/);
  assert.match(out, /^eval\.yaml +4 +1 +yaml +eval\.yaml \(dvc\.yaml\)$/m);
  assert.match(out, /^metrics\.json +4 +1 +json +\*\*\/metrics\.json$/m);
  assert.match(out, /^kept\/scores\.json +1 +kept by DVC +\*\*\/scores\.json$/m);
  assert.match(out, /^old\/scores\.json +4 +gone +\*\*\/scores\.json$/m);
  assert.match(
    out,
    /^not read +versions +numbers +some keys\ndata\/list\.json +4 +4 +\[name=a\]\.size {2}\[name=a\]\.ops/m,
  );
  assert.match(out, /^! params\.json: Found "b"/m);
  assert.match(out, /^! dev\/bench\/data\.js is known, but not read yet$/m);
  assert.equal(lines.at(-2), "5 files in 5 commits of main");
});

test("tidemark files tells the same as JSON, CSV and Markdown, with rules of its own, and from inside", async () => {
  const told = JSON.parse((await run(["files", "--json"], { cwd: folder })).out) as {
    files: { path: string; rule: { source: string }; now: { adapter: string } | null }[];
    candidates: { pattern: string; keys: string[] }[];
    recognised: string[];
  };
  assert.deepEqual(
    told.files.map(({ path, rule, now }) => [path, rule.source, now?.adapter ?? null]),
    [
      ["eval.yaml", "dvc.yaml", "yaml"],
      ["kept/scores.json", "built-in", null],
      ["metrics.json", "built-in", "json"],
      ["old/scores.json", "built-in", null],
      ["params.json", "built-in", "json"],
    ],
  );
  assert.deepEqual(
    [told.candidates.map(({ pattern }) => pattern), told.recognised],
    [["data/list.json"], ["dev/bench/data.js"]],
  );
  assert.match((await run(["files", folder, "--csv"])).out, /^candidate,data\/list\.json,4,4,json,,$/m);
  assert.match((await run(["files", folder, "--md"])).out, /^\| metrics\.json \| 4 \| 1 \| json \|/m);
  const own = await run(["files", folder, "--files", "*.yaml"]);
  assert.match(own.out, /^2 files in 5 commits of main$/m);
});

let database: TestDatabase;
before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());

/** Runs a command on the test's installation. */
function served(...words: readonly string[]): Promise<Said> {
  const env = {
    ...urlsOf(database),
    TIDEMARK_DATA: join(root, "data"),
  };
  return run(words, { env });
}

test("tidemark files says how many more patterns may hold numbers than it lists", async () => {
  const many = await buildHistory(join(root, "many.git"), (builder) => {
    const names = Array.from({ length: 25 }, (_, index) => `${"deeper/".repeat(index)}x.json`);
    builder.commit({ files: Object.fromEntries(names.map((name) => [name, '{"rate":1,"time":2}'])) });
  });
  const { candidates, others } = JSON.parse((await run(["files", many, "--json"])).out) as {
    candidates: readonly unknown[];
    others: number;
  };
  assert.deepEqual([candidates.length, others], [10, 15]);
  assert.match((await run(["files", many])).out, /^15 more patterns of files that may hold numbers$/m);
});

test("tidemark files add, off, on, remove and identity change what a server reads, and wait for it", async () => {
  assert.match((await served("repository", "add", folder)).out, /^history: 6 commits.*, 5 metric files$/m);
  const of = ["--repository", "history"];
  const added = await served("files", "add", "data/*.json", ...of);
  assert.match(added.out, /^history: .*, 6 metric files$/m, added.err);
  assert.match((await served("files", "off", "**/metrics.json", ...of)).out, /, 5 metric files$/m);
  assert.match((await served("files", "on", "**/metrics.json", ...of)).out, /, 6 metric files$/m);
  assert.match((await served("files", "on", "**/metrics.json", ...of)).out, /^It is so already/);
  const named = await served("files", "identity", "data/list.json", ".", "size", "name", ...of);
  assert.match(named.out, /, 6 metric files$/m, named.err);
  const [column] = await database.database.owner.query<{ key: string }>(
    "SELECT key FROM metric_column WHERE path = 'data/list.json' ORDER BY key LIMIT 1",
  );
  assert.equal(column?.key, "[size=1,name=a].ops");
  assert.match((await served("files", "identity", "data/list.json", ".", "--as-found", ...of)).out, /metric files$/m);
  assert.match((await served("files", "remove", "data/*.json", ...of)).out, /, 6 metric files$/m, "its own rule stays");
  assert.match((await served("files", "remove", "data/list.json", ...of)).out, /, 5 metric files$/m);
  assert.equal(added.err.includes("note:"), false, added.err);
  const waiting = await served("files", "add", "*.nothing", ...of);
  assert.match(waiting.err, /^note: "\*\.nothing" names no file now: it waits for those to come$/m);
  assert.match(waiting.out, /, 5 metric files$/m);
});

test("tidemark files says what is wrong with a choice", async () => {
  const of = ["--repository", "history"];
  for (const { words, code, says } of [
    { words: ["add", "../x", ...of], code: 2, says: /found a path with \.\./ },
    { words: ["add", "x.json", "--repository", "absent"], code: 1, says: /found none of this name or id/ },
    { words: ["remove", "**/metrics.json", ...of], code: 2, says: /comes from Tidemark itself/ },
    {
      words: ["identity", "metrics.json", "rows", "name", ...of],
      code: 2,
      says: /no such list of objects in metrics\.json/,
    },
    { words: ["identity", "data/list.json", ".", "nme", ...of], code: 2, says: /wanted one of name, size, ops/ },
    { words: ["identity", "data/list.json", ".", ...of], code: 2, says: /or --as-found/ },
    { words: ["identity", "data/list.json", ".", "a", "--as-found", ...of], code: 2, says: /fields beside --as-found/ },
    { words: ["add", "x.json"], code: 2, says: /--repository/ },
  ]) {
    const said = await served("files", ...words);
    assert.equal(said.code, code, `${words.join(" ")}: ${said.err}`);
    assert.match(said.err, says);
  }
});
