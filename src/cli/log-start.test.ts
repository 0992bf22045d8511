// Where `tidemark log` begins: revisions and ranges as git reads them, `-3`, and what cannot be meant.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { git } from "../../test/helpers/git-history.ts";
import { buildHistory, commandIn } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";

const root = temporaryFolder();
const run = commandIn(root);
const loss = (value: number): Record<string, string> => ({ "metrics.json": `{"loss":${value}}` });

/** Main: m1 m2 m3 m4 merge; dev on m3: d7 d8, of which the merge brings d7. */
const history = await buildHistory(join(root, "history.git"), (builder) => {
  builder.commit({ files: loss(1), message: "m1\n" });
  builder.commit({ files: loss(2), message: "m2\n" });
  const m3 = builder.commit({ files: loss(3), message: "m3\n" });
  const m4 = builder.commit({ files: { "README.md": "x" }, message: "m4\n" });
  const d7 = builder.commit({ branch: "dev", parents: [m3], files: loss(7), message: "d7\n" });
  builder.commit({ branch: "dev", files: loss(8), message: "d8\n" });
  builder.commit({ branch: "main", parents: [m4, d7], files: loss(7), message: "merge\n" });
});
git(history, "update-ref", "refs/remotes/origin/side", "dev~1");
git(history, "tag", "v1", "main~3");
mkdirSync(join(history, "within"), { recursive: true });

async function subjects(words: readonly string[], cwd = history): Promise<string> {
  const { out, err, code } = await run(["log", ...words, "--json"], { cwd });
  assert.equal(code, 0, err);
  return (JSON.parse(out) as { subject: string }[]).map(({ subject }) => subject).join(" ");
}

const BEGINNINGS: readonly (readonly [words: readonly string[], subjects: string])[] = [
  [["-2"], "merge m4"],
  [["-2", "dev"], "d8 d7"],
  [["HEAD~2"], "m3 m2 m1"],
  [["dev"], "d8 d7 m3 m2 m1"],
  [["v1"], "m2 m1"],
  [[".", "dev~1"], "d7 m3 m2 m1"],
  [["-C", ".", "dev~1"], "d7 m3 m2 m1"],
  [["main..dev"], "d8"],
  [["..dev"], "d8"],
  [["v1..dev"], "d8 d7 m3"],
  [["dev..main"], "merge m4"],
  [["dev..", "-1"], "merge"],
  [["dev..main", "--view", "touching"], "merge"],
  [["v1..main", "-n", "0"], "merge m4 m3"],
  [["v1..dev", "--sort", "loss"], "m3 d7 d8"],
  [["v1..dev", "--where", "loss > 3"], "d8 d7"],
  [["main..main"], ""],
  [["--branch", "origin/side"], "d7 m3 m2 m1"],
  [["--branch", "HEAD~2"], "m3 m2 m1"],
  [["--branch", ":/m2"], "m2 m1"],
  [["within"], "merge m4 m3 m2 m1"],
];
for (const [words, wanted] of BEGINNINGS) {
  test(`tidemark log ${words.join(" ")} lists what git log --first-parent would`, async () => {
    assert.equal(await subjects(words), wanted);
  });
}

test("tidemark log takes a word for a beginning only where a repository is to look for it", async () => {
  const outside = await run(["log", "dev"], { cwd: root });
  assert.match(outside.err, /Cannot open the repository ".*dev": found no such folder/);
  const WRONG: readonly (readonly [words: readonly string[], code: number, err: RegExp])[] = [
    [
      ["nosuch"],
      1,
      /Cannot begin at "nosuch": found no such branch or commit in .*, and no such folder, wanted a folder/,
    ],
    [["main...dev"], 2, /Cannot use the range "main\.\.\.dev": found "\.\.\.", wanted A\.\.B/],
    [["nosuch..dev"], 1, /Cannot find the commit "nosuch"/],
    [["dev", "--branch", "main"], 2, /Cannot use the beginning "dev": found --branch main too, wanted one of the two/],
    [["dev", "--view", "all"], 2, /Cannot use the beginning "dev": found --view all too/],
    [["-C", ".", "dev", "main"], 2, /Cannot use the repository "dev": found another one beside -C/],
    [["-n", "-1"], 2, /Cannot use the number of commits "-1"/],
  ];
  for (const [words, code, err] of WRONG) {
    const said = await run(["log", ...words], { cwd: history });
    assert.equal(said.code, code, said.err);
    assert.match(said.err, err);
  }
  assert.match((await run(["log", "main..main"], { cwd: history })).err, /^note: no commit in main\.\.main\n$/);
});

test("a name of a folder and of a commit is refused as git refuses it, with both ways out", async () => {
  const folder = await buildHistory(join(root, "both.git"), (builder) => {
    for (const value of [1, 2, 3]) builder.commit({ files: loss(value), message: `m${value}\n` });
  });
  for (const name of ["data", "results", "HEAD~1", "plain"]) mkdirSync(join(folder, name));
  git(folder, "branch", "data", "main~2");
  git(folder, "tag", "results", "main~1");
  const said = (...words: readonly string[]) => run(words, { cwd: folder });
  for (const [words, wanted] of [
    [
      ["log", "data"],
      /"data": found a branch and a folder of that name, wanted --branch data for the branch, or \.\/data /,
    ],
    [["log", "results"], /"results": found a tag and a folder of that name, wanted --branch results for the tag/],
    [["log", "HEAD~1"], /"HEAD~1": found a commit and a folder of that name/],
    [["diff", "data"], /"data": found a branch and a folder of that name, wanted refs\/heads\/data for the branch, or/],
    [["diff", "results", "main"], /wanted refs\/tags\/results for the tag, or \.\/results for the folder/],
    [["diff", "HEAD~1"], /wanted HEAD~1\^0 for the commit/],
  ] as const) {
    const { code, err } = await said(...words);
    assert.match(err, wanted);
    assert.equal(code, 2);
  }
  assert.equal(await subjects(["--branch", "data"], folder), "m1");
  assert.equal(await subjects(["./data"], folder), "m3 m2 m1");
  assert.equal(await subjects(["plain"], folder), "m3 m2 m1");
  assert.equal(await subjects(["-C", ".", "data"], folder), "m1");
  assert.equal(await subjects(["data..main"], folder), "m3 m2");
  for (const words of [["refs/heads/data"], ["-C", ".", "data"], ["data..main"]])
    assert.match((await said("diff", ...words, "--json")).out, /"change":2\b/);
  assert.match((await said("diff", "./data", "--json")).out, /"change":1\b/);
});

test("a branch comes before a tag of its name in every word that names a commit, and both are told", async () => {
  const folder = await buildHistory(join(root, "tagged.git"), (builder) => {
    for (const value of [1, 2, 3]) builder.commit({ files: loss(value), message: `m${value}\n` });
  });
  git(folder, "tag", "main", "main~2");
  git(folder, "branch", "old", "refs/heads/main~1");
  for (const [words, wanted] of [
    [["main"], "m3 m2 m1"],
    [["main~1"], "m2 m1"],
    [["main~1..old"], ""],
    [["old..main"], "m3"],
    [["--branch", "main~1"], "m2 m1"],
    [["refs/tags/main"], "m1"],
  ] as const) {
    const { out, err } = await run(["log", ...words, "--json"], { cwd: folder });
    assert.equal((JSON.parse(out) as { subject: string }[]).map(({ subject }) => subject).join(" "), wanted);
    const note =
      words[0] === "refs/tags/main"
        ? /^$/
        : /^note: "main" is a branch and a tag: the branch is meant; refs\/tags\/main is the tag$/m;
    assert.match(err, note);
  }
  const { out, err } = await run(["diff", "old", "main", "--json"], { cwd: folder });
  assert.match(out, /"change":1\b/);
  assert.match(err, /^note: "main" is a branch and a tag/);
  assert.match(
    (await run(["columns", "--branch", "main"], { cwd: folder })).err,
    /^note: "main" is a branch and a tag/,
  );
  assert.equal((await run(["columns", "--branch", "old"], { cwd: folder })).err, "");
});

test("blame, best and plot take -1 for -n 1, unless it is another option's", async () => {
  const blame = JSON.parse((await run(["blame", "-1", "loss", "--json"], { cwd: history })).out) as {
    changes: readonly unknown[];
  };
  assert.equal(blame.changes.length, 1);
  assert.match((await run(["best", "loss", "-2"], { cwd: history })).out, /the best 2 of/);
  assert.match((await run(["blame", "--", "-1"], { cwd: history })).err, /Cannot find the column "-1"/);
  assert.match((await run(["log", "--sort", "-1"], { cwd: history })).err, /Cannot find the column "1"/);
});

test("tidemark diff finds a commit by the words of its message, as git does", async () => {
  const { out, err } = await run(["diff", ":/m2", "--json"], { cwd: history });
  assert.match(out, /"subject":"m2"/, err);
});
