// `tidemark log` as a person sees it: tables, JSON, CSV, Markdown, addresses, and what it says when something is wrong.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { git, type HistoryBuilder, makeBare } from "../../test/helpers/git-history.ts";
import { startGitServer } from "../../test/helpers/git-server.ts";
import { buildHistory, logIn } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { widthOf } from "./text-width.ts";

const root = temporaryFolder();

const log = logIn(root);
const build = (name: string, make: (builder: HistoryBuilder) => void): Promise<string> =>
  buildHistory(join(root, name), make);

const metrics = (loss: number, accuracy: number | string): string => JSON.stringify({ loss, accuracy, epoch: 3 });

const small = await build("small.git", (builder) => {
  builder.commit({ files: { "metrics.json": metrics(0.5, 0.8) }, message: "Begin\n", zone: "+0530" });
  builder.commit({ files: { "metrics.json": metrics(0.25, 0.8) }, message: "Halve the loss\n" });
  builder.commit({ files: { "README.md": "x" }, message: "Say =what| it \u001b[31mis\u202e\n", author: "=Ada| <a@b>" });
  const main = builder.commit({ files: { "metrics.json": metrics(0.3, "NaN") }, message: "Try something\n" });
  builder.commit({ branch: "topic", parents: [main], files: { "metrics.json": "{ broken" }, message: "Break it\n" });
  builder.commit({ branch: "topic", files: { "metrics.json": metrics(0.2, 0.9) }, message: "Mend it\n" });
});

test("tidemark log draws the newest commits with what they changed, and says the largest change last", async () => {
  const { code, out, err } = await log([small]);
  assert.equal(code, 0);
  assert.equal(err, "");
  const lines = out.split("\n");
  assert.match(lines[0] ?? "", /^ +metrics\.json$/);
  assert.match(lines[1] ?? "", /^commit +date +subject +loss ▼ +accuracy ▲/);
  assert.match(lines[2] ?? "", /^[0-9a-f]{7} +2023-11-14 +Try something +0\.30 +\+0\.05 +NaN +was 0\.8/);
  assert.match(lines[3] ?? "", /Say =what\| it U\+001B/, "what would command the terminal is written out");
  assert.match(lines[4] ?? "", /Halve the loss +0\.25★ +−0\.25 +0\.8 +3$/);
  assert.match(lines[5] ?? "", /2023-11-15 +Begin/, "dates are those of the author's zone");
  assert.match(
    lines.at(-2) ?? "",
    /^largest relative change shown: loss −50% \(−0\.25\) at [0-9a-f]{7} Halve the loss$/,
  );
});

test("tidemark log rounds no change to the digits of the rows that are shown", async () => {
  const folder = await build("rounded.git", (builder) => {
    builder.commit({ files: { "metrics.json": '{"w":0.3}' } });
    builder.commit({ files: { "metrics.json": '{"w":1}' } });
  });
  const { out } = await log([folder, "-n", "1"]);
  assert.match(out, /1\.0 \+0\.7$/m);
  assert.match((await log([folder, "-n", "1", "--md"])).out, /\| 1\.0 \+0\.7 \|/);
});

test("tidemark log never writes a line that is wider than the terminal", async () => {
  const wide = await build("wide.git", (builder) => {
    for (let commit = 0; commit < 12; commit++) {
      const rows = Array.from({ length: 14 }, (_, row) => ({
        name: `a long name of row ${row}`,
        日本語: commit * 1_234_567.89 + row,
      }));
      builder.commit({
        files: {
          "a/very/deep/folder/of/figures/results.json": JSON.stringify({ rows, text: `value ${commit}`.repeat(9) }),
        },
      });
    }
  });
  for (const width of [40, 60, 80, 120, 200]) {
    for (const more of [
      [],
      ["--columns", "text"],
      ["--columns", 'rows[name="a long name of row 3"].日本語', '[name="a long name of row 4"].日本語', "text"],
    ]) {
      const { code, out } = await log([wide, ...more], { width });
      assert.equal(code, 0);
      for (const text of out.split("\n")) assert.ok(widthOf(text) <= width, `${widthOf(text)} > ${width}: ${text}`);
    }
  }
});

test("tidemark log turns the table around when the columns asked for do not fit", async () => {
  const { out } = await log([small, "--columns", "loss", "accuracy", "epoch"], { width: 48 });
  assert.match(
    out,
    /^commit +[0-9a-f]{7} +[0-9a-f]{7}\ndate +2023-11-14 +2023-11-14\nsubject +Try somethi… +Say =what\|…\nmetrics\.json\n {2}loss ▼ /,
  );
  assert.equal(out.match(/^ {2}epoch/gm)?.length, 2, "two blocks of two commits");
});

test("tidemark log --json writes an array of commit objects", async () => {
  const { out } = await log([small, "--json"]);
  const commits = JSON.parse(out) as Record<string, unknown>[];
  const [newest, , , oldest] = commits;
  assert.equal(commits.length, 4);
  assert.deepEqual(Object.keys(newest ?? {}), [
    "sha",
    "parents",
    "author",
    "authoredAt",
    "committedAt",
    "subject",
    "branches",
    "values",
    "changed",
    "warnings",
  ]);
  assert.deepEqual(newest?.["values"], {
    "metrics.json:loss": 0.3,
    "metrics.json:accuracy": "NaN",
    "metrics.json:epoch": 3,
  });
  assert.deepEqual(newest?.["changed"], ["metrics.json:loss", "metrics.json:accuracy"]);
  assert.deepEqual(newest?.["branches"], ["main"]);
  assert.equal(oldest?.["authoredAt"], "2023-11-15T03:44:20+05:30");
  assert.deepEqual(oldest?.["changed"], [], "nothing to compare with");
  assert.equal(commits[1]?.["subject"], "Say =what| it \u001b[31mis\u202e", "JSON is exact");
});

test("tidemark log -n 0 --json streams the same objects, and --columns and --only-changed choose among them", async () => {
  const all = await log([small, "--json", "-n", "0"]);
  assert.equal(all.out, (await log([small, "--json", "-n", "40"])).out);
  const some = JSON.parse(
    (await log([small, "--json", "-n", "0", "--columns", "accuracy", "--only-changed"])).out,
  ) as Record<string, unknown>[];
  assert.deepEqual(
    some.map(({ subject, values }) => [subject, values]),
    [["Try something", { "metrics.json:accuracy": "NaN" }]],
  );
});

test("tidemark log tells what a commit took away, with its file or out of it", async () => {
  const folder = await build("removed.git", (builder) => {
    builder.commit({ files: { "metrics.json": metrics(0.5, 0.8) }, message: "Begin\n" });
    builder.commit({ files: { "metrics.json": '{"loss":0.4}' }, message: "Measure less\n" });
    builder.commit({ files: { "metrics.json": null, "params.json": '{"lr":1}' }, message: "Measure nothing\n" });
    builder.commit({ files: { "README.md": "x" }, message: "Write\n" });
  });
  const objects = JSON.parse((await log([folder, "--json"])).out) as { changed: string[]; values: object }[];
  assert.deepEqual(
    objects.map(({ changed }) => changed),
    [[], ["metrics.json:loss"], ["metrics.json:loss", "metrics.json:accuracy", "metrics.json:epoch"], []],
  );
  assert.deepEqual(Object.keys(objects[1]?.values ?? {}), ["params.json:lr"]);
  const { out } = await log([folder, "--only-changed", "--columns", "loss", "accuracy"]);
  const rows = out.split("\n").filter((row) => /^[0-9a-f]{7} /.test(row));
  assert.match(rows[0] ?? "", /Measure nothing +gone$/);
  assert.match(rows[1] ?? "", /Measure less +0\.4★ +−0\.1 +gone$/);
  assert.equal(rows.length, 2);
});

test("tidemark log --branch shows another line, its problems, and which branch holds each commit", async () => {
  const { out } = await log([small, "--branch", "topic"]);
  assert.match(out, /^[0-9a-f]{7}! +2023-11-14 +Break it/m);
  assert.match(out, /^! [0-9a-f]{7} metrics\.json: Found /m);
  assert.match(out, /Mend it +0\.20★ +−0\.10/, "compared with the nearest version that can be read");
  const commits = JSON.parse((await log([small, "--branch", "topic", "--json"])).out) as {
    branches: string[];
    warnings: { path: string; reason: string }[];
  }[];
  assert.deepEqual(
    commits.map(({ branches }) => branches.join()),
    ["topic", "topic", "main", "main", "main", "main"],
  );
  assert.deepEqual(
    commits[1]?.warnings.map(({ path, reason }) => `${path} ${reason}`),
    ["metrics.json not-readable"],
  );
});

test("tidemark log --csv writes numbers as they are and no formula", async () => {
  const { out } = await log([small, "--csv"]);
  const [head, newest, second] = out.split("\n");
  assert.equal(head, "commit,date,author,subject,metrics.json:loss,metrics.json:accuracy,metrics.json:epoch");
  assert.match(newest ?? "", /^[0-9a-f]{40},2023-11-14T22:17:20Z,Ada,Try something,0\.3,NaN,3$/);
  assert.match(second ?? "", /,'=Ada\|,Say =what\| it U\+001B\[31misU\+202E,0\.25,0\.8,3$/);
});

test("tidemark log --md writes a table in which nothing is markup", async () => {
  const { out } = await log([small, "--md", "-n", "2"]);
  const [head, rule, newest, second] = out.split("\n");
  assert.equal(head, "| commit | date | subject | metrics.json:loss | metrics.json:accuracy | metrics.json:epoch |");
  assert.equal(rule, "| --- | --- | --- | ---: | ---: | ---: |");
  assert.match(newest ?? "", /\| Try something \| 0\.30 \+0\.05 \| NaN was 0\.8 \| 3 \|$/);
  assert.match(second ?? "", /Say =what\\\| it U\+001B\\\[31misU\+202E/);
});

test("tidemark log reads the folder it stands in, a folder inside a work tree and a detached HEAD", async () => {
  const tree = join(root, "tree");
  git(root, "clone", "--quiet", small, tree);
  mkdirSync(join(tree, "inside"));
  assert.match((await log(["--csv", "-n", "1"], { cwd: join(tree, "inside") })).out, /Try something/);
  assert.match((await log(["-C", "tree", "--csv", "-n", "1"])).out, /Try something/);
  git(tree, "checkout", "--quiet", "--detach", "HEAD~2");
  assert.match((await log(["tree", "--csv", "-n", "1"])).out, /Halve the loss/);
});

test("tidemark log of an address keeps a mirror for the next time, and shows progress on a terminal", async () => {
  const server = await startGitServer({ root });
  try {
    const env = { TIDEMARK_ALLOW_HTTP: "1", TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${server.port}` };
    const url = `${server.url}/small.git`;
    const first = await log([url, "--csv"], { env, errIsTerminal: true });
    assert.equal(first.code, 0, first.err);
    assert.equal(first.out, (await log([small, "--csv"])).out);
    assert.match(first.err, /objects/);
    assert.ok(first.err.endsWith("\r\u001b[K"), "nothing of it is left");
    const mirrors = readdirSync(join(root, "cache", "mirrors"));
    assert.equal(mirrors.length, 1, "one mirror and no lock");
    assert.match(mirrors[0] ?? "", /^[0-9a-f]{32}\.git$/);
    mkdirSync(join(root, "cache", "mirrors", mirrors[0]?.replace(".git", ".lock") ?? ""));
    assert.equal((await log([url, "--csv"], { env })).out, first.out, "another command has the mirror: one of its own");
    assert.equal(readdirSync(join(root, "cache", "mirrors")).length, 2, "which is gone again");
  } finally {
    await server.close();
  }
});

interface Wrong {
  readonly words: readonly string[];
  readonly code: number;
  readonly err: RegExp;
}

const empty = join(root, "empty.git");
makeBare(empty);
const plain = await build("plain.git", (builder) => builder.commit({ files: { "README.md": "x" } }));
const noValues = await build("no-values.git", (builder) => builder.commit({ files: { "metrics.json": "{}" } }));

const WRONG: readonly Wrong[] = [
  { words: ["nowhere"], code: 1, err: /^tidemark: Cannot open the repository ".*nowhere": found no such folder/ },
  { words: [root], code: 1, err: /found no Git repository/ },
  {
    words: [empty],
    code: 1,
    err: /Cannot read the history of ".*empty\.git": found no commit, wanted a repository with/,
  },
  {
    words: [plain],
    code: 1,
    err: /Cannot find metric files in ".*plain\.git": found none in main, wanted files such as metrics\.json/,
  },
  { words: [plain, "-n", "1"], code: 1, err: /found none in the newest commit of main, wanted/ },
  { words: [plain, "-n", "0", "--json"], code: 1, err: /Cannot find metric files/ },
  {
    words: [small, "--branch", "mian"],
    code: 1,
    err: /Cannot find the branch "mian": found no such branch in .*, wanted one of topic, main\.$/m,
  },
  { words: [small, "--columns", "losss"], code: 1, err: /Cannot find the column "losss"/ },
  { words: [small, "--files", "x.json"], code: 1, err: /wanted files that match --files/ },
  { words: [small, "--files", "../x.json"], code: 2, err: /Cannot use the path pattern "\.\.\/x\.json"/ },
  { words: [small, "-n", "-1"], code: 2, err: /Cannot use the number of commits "-1": found no whole number/ },
  { words: [small, "-n", "100001"], code: 2, err: /found more than 100000, wanted a whole number up to 100000, or 0/ },
  { words: [small, "--json", "--csv"], code: 2, err: /found --json too, wanted one of --json, --csv and --md/ },
  { words: [small, "-C", plain], code: 2, err: /Cannot use the repository/ },
  { words: ["http://127.0.0.1:1/x.git"], code: 2, err: /Cannot use the address/ },
  { words: ["https://user:pw@example.org/x.git"], code: 2, err: /Cannot use the address/ },
  { words: [small, "--what"], code: 2, err: /Cannot use the option "--what": found no such option of tidemark log/ },
];

for (const { words, code, err } of WRONG) {
  const shown = words.map((word) => word.replace(root, "…")).join(" ");
  test(`tidemark log ${shown} ends with ${code} and one sentence`, async () => {
    const said = await log(words);
    assert.equal(said.code, code, said.err);
    assert.match(said.err, err);
    assert.doesNotMatch(said.err, /\n\s+at |pw@/, "no stack, no password");
    assert.equal(said.out, "");
  });
}

const declared = await build("declared.git", (builder) => {
  const lock = "schema: '2.0'\nstages: {}\n";
  const out = (q: number): string => `{"q":${q}}`;
  builder.commit({ files: { "dvc.yaml": "metrics: [out/q.json]\n", "dvc.lock": lock, "out/q.json": out(1) } });
  builder.commit({ files: { "dvc.yaml": "stages: [\n", "out/q.json": out(2) }, message: "Break it\n" });
  builder.commit({ files: { "dvc.yaml": null, "out/q.json": out(4) } });
  builder.commit({ files: { "metrics.json": '{"a":1}' } });
});
// nothing of DVC is left, and no file that a rule names: only then is the whole line looked through
const undeclared = await build("undeclared.git", (builder) => {
  builder.commit({ files: { "dvc.yaml": "metrics: [q.json]\n", "q.json": '{"q":1}' } });
  builder.commit({ files: { "dvc.yaml": null } });
  builder.commit({ files: { "q.json": '{"q":2}' } });
});

test("tidemark log -n knows the files that an older dvc.yaml declares, and tells of one that cannot be read", async () => {
  const objects = async (...words: string[]): Promise<unknown[]> =>
    JSON.parse((await log([...words, "--json"])).out) as unknown[];
  const whole = await objects(declared, "-n", "0");
  for (const count of [1, 2, 3]) assert.deepEqual(await objects(declared, "-n", `${count}`), whole.slice(0, count));
  assert.match((await log([declared, "-n", "1"])).out, /out\/q\.json/);
  const { code, out } = await log([declared]);
  assert.equal(code, 0);
  assert.equal(out.split("dvc.yaml: Found").length, 2, out);
  assert.match(out, /^! [0-9a-f]{7} dvc\.yaml: Found deficient indentation in line 2, column 1, wanted\s+YAML\./m);
  assert.match((await log([undeclared, "-n", "1"])).out, /q\.json/);
});

test("tidemark log says so when the metric files hold nothing", async () => {
  const { code, out } = await log([noValues]);
  assert.equal(code, 0);
  assert.match(out, /^no values in metrics\.json$/m);
  assert.ok(!existsSync(join(root, "nowhere")));
});
