// What `tidemark log` says beside the figures in each of its forms: what is left out, what was odd, what moved most.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { git, writeObject } from "../../test/helpers/git-history.ts";
import { buildHistory, logIn } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";

const root = temporaryFolder();
const log = logIn(root);

/** Nine columns; a column without a goal moves most; one version cannot be read, two hold a number that is too large. */
const odd = await buildHistory(join(root, "odd.git"), (builder) => {
  const rest = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 };
  builder.commit({ files: { "metrics.json": JSON.stringify({ loss: 0.5, size: 10, ...rest }) }, message: "Begin\n" });
  builder.commit({ files: { "metrics.json": JSON.stringify({ loss: 0.25, size: 10, ...rest, a: 2 }) } });
  builder.commit({ files: { "metrics.json": '{"loss": 0.25, "size": 90, "x": 1e400}' }, message: "Grow\n" });
  builder.commit({ files: { "metrics.json": '{"loss": 0.25, "size": 91, "x": 1e401}' } });
  builder.commit({ files: { "metrics.json": "{ broken" }, message: "Break\n" });
});
const PROBLEM = /[0-9a-f]{7} metrics\.json: Found .+/;
const NOTE =
  /[0-9a-f]{7} metrics\.json: The number "\S+" in line 1 is too large for a double: it counts as Infinity\. \(1 more commit\)/;

const whole = (text: string): string => text.replaceAll(/\n {2}(?=\S)/g, " ");
const matches = (text: string, pattern: RegExp): void => assert.match(whole(text), pattern);

test("the table says the largest relative change of all, whether or not its column has a goal", async () => {
  const { out } = await log([odd], { width: 200 });
  assert.match(out, /^largest relative change shown: size \+800% \(\+80\) at [0-9a-f]{7} Grow$/m);
  const { out: chosen } = await log([odd, "--columns", "loss", "a"], { width: 200 });
  assert.match(chosen, /^largest relative change shown: a \+100% \(\+1\) at [0-9a-f]{7} commit 2$/m);
});

test("the largest change is one of a column that is shown", async () => {
  const { out } = await log([odd, "--only-changed"], { width: 60 });
  const [, key = ""] = /^largest relative change shown: (\S+)/m.exec(out) ?? [];
  assert.notEqual(key, "");
  assert.match(out.split("\n\n")[0] ?? "", new RegExp(`(?:^|\\s)${key}\\b`, "m"), out);
});

test("the table tells what could not be read, and once what was odd about files that could", async () => {
  const { out } = await log([odd]);
  matches(out, new RegExp(`^! ${PROBLEM.source}$`, "m"));
  matches(out, new RegExp(`^note: ${NOTE.source}$`, "m"));
  assert.equal(out.match(/too large for a double/g)?.length, 1);
});

test("names are cut before many commits become columns: two of them fit on a usual terminal", async () => {
  const names = ["forecast", "parse_times"].map((name) => `a_very_long_name_of_a_step_called_${name}`);
  const long = await buildHistory(join(root, "long.git"), (builder) => {
    for (let at = 1; at < 5; at++) {
      const rows = names.map((name, row) => ({ name, mean_ms: at * 7.125 + row }));
      builder.commit({ files: { "bench.json": JSON.stringify(rows) } });
    }
  });
  const { out } = await log([long]);
  assert.match(out.split("\n")[1] ?? "", /^commit +date +subject +…cast].mean_ms ▼ +…imes].mean_ms ▼$/);
  assert.equal(out.match(/^[0-9a-f]{7} +2023/gm)?.length, 4);
});

test("the table says of which commits a star is the best", async () => {
  assert.match((await log([odd])).out, /^★ best of all 5 commits$/m);
  assert.match((await log([odd, "-n", "0"])).out, /^★ best of all 5 commits$/m);
  const { out } = await log([odd, "--only-changed", "--columns", "loss", "-n", "4"]);
  assert.match(out, /^★ best of the newest 4 commits$/m);
  assert.equal(out.match(/^[0-9a-f]{7}\b/gm)?.length, 1, "of which one is shown");
});

test("--md says how many columns it leaves out, and what could not be read", async () => {
  const { out, err } = await log([odd, "--md"]);
  assert.equal(err, "");
  const [table = "", foot = "", ...more] = out.split("\n\n");
  assert.equal(more.length, 0);
  assert.equal(table.split("\n")[0]?.split(" | ").length, 3 + 6);
  const lines = foot.trimEnd().split("\n");
  assert.equal(lines[0], "- 3 more columns: name some by --columns, or see all by --json");
  assert.match(lines[1] ?? "", new RegExp(`^- \\\\! ${PROBLEM.source}$`));
  assert.match(lines[2] ?? "", new RegExp(`^- note: ${NOTE.source}$`));
  const { out: chosen } = await log([odd, "--md", "--columns", "loss", "-n", "1"]);
  assert.doesNotMatch(chosen, /more column/);
});

test("--csv holds every column that holds anything, and tells beside it what it cannot hold", async () => {
  const { out, err } = await log([odd, "--csv"], { width: 40 });
  assert.equal(out.split("\n")[0]?.split(",").length, 4 + 9);
  assert.doesNotMatch(out, /double/);
  assert.match(err, new RegExp(`^! ${PROBLEM.source}\nnote: ${NOTE.source}\n$`));
});

test("--json holds every column and every warning", async () => {
  const { out, err } = await log([odd, "--json"]);
  assert.equal(err, "");
  const commits = JSON.parse(out) as { values: object; warnings: { reason: string }[] }[];
  assert.deepEqual(
    commits.map(({ warnings }) => warnings.map(({ reason }) => reason).join()),
    ["not-readable", "number-too-large", "number-too-large", "", ""],
  );
  assert.equal(new Set(commits.flatMap(({ values }) => Object.keys(values))).size, 9);
});

test("--help gives the number of commits as a number", async () => {
  const { out, code } = await log(["--help"]);
  assert.equal(code, 0);
  assert.match(out, /\(default:\s+40\)/);
});

test("a date beyond the clamp is shown as it is written, the same at each read", async () => {
  const far = await buildHistory(join(root, "far.git"), (builder) => {
    builder.commit({ files: { "metrics.json": '{"v":1}' }, message: "Now\n" });
    builder.commit({ files: { "metrics.json": '{"v":2}' }, message: "Far\n", at: 99_999_999_999 });
  });
  const head = ["tree", "parent"].map(
    (what) => `${what} ${git(far, "rev-parse", what === "tree" ? "main^{tree}" : "main")}`,
  );
  const people = ["author", "committer"].map((who) => `${who} A <a@b> 18446744073709551615 +0000`);
  git(
    far,
    "update-ref",
    "refs/heads/main",
    writeObject(far, "commit", `${[...head, ...people].join("\n")}\n\nFarther\n`),
  );
  const { out } = await log([far]);
  assert.match(
    out,
    /^[0-9a-f]{7}   184467440…  Farther .*\n[0-9a-f]{7}   5138-11-16  Far .*\n[0-9a-f]{7}   2023-11-14  Now /m,
  );
  assert.match((await log(["--help"])).out, /date is when it was committed;[^.]*1970[^.]*tomorrow/);
  assert.doesNotMatch((await log([far, "--where", "date > 2200-01-01"])).out, /Far/, "as the help says");
  const commits = JSON.parse((await log([far, "--json"])).out) as { authoredAt: string; committedAt: string }[];
  const times = commits.flatMap(({ authoredAt, committedAt }) => [authoredAt, committedAt]);
  const [farther, at, now] = ["9999-12-31T23:59:59Z", "5138-11-16T09:46:39Z", "2023-11-14T22:14:20Z"];
  assert.deepEqual(times, [farther, farther, at, at, now, now]);
});

test("a path that is not UTF-8 and a path that spells its escape are two files", async () => {
  const twins = await buildHistory(join(root, "twins.git"), (builder) => {
    const latin = Buffer.from("m\xff_metrics.json", "latin1");
    builder.commit({
      files: new Map<string | Buffer, string>([
        [latin, '{"v":1}'],
        ["m\\xff_metrics.json", '{"v":100}'],
      ]),
    });
  });
  const [commit] = JSON.parse((await log([twins, "--json"])).out) as { values: Record<string, number> }[];
  assert.deepEqual(commit?.values, { "m\\x5cxff_metrics.json:v": 100, "m\\xff_metrics.json:v": 1 });
  for (const [id, value] of Object.entries(commit?.values ?? {})) {
    const { out } = await log([twins, "--columns", id, "--csv"]);
    assert.match(out, new RegExp(`,${value}\n$`), id);
  }
});
