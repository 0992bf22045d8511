// `tidemark log --view` and `--sort`: which commits are shown, and in which order.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { buildHistory, logIn } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";

const root = temporaryFolder();
const log = logIn(root);

const figures = (loss: number | string | null): Record<string, string> => ({
  "metrics.json": JSON.stringify({ loss }),
});
/** Main: a, b, c (no metric file), d, e; topic: t on b. */
const history = await buildHistory(join(root, "views.git"), (builder) => {
  builder.commit({ files: figures(5), message: "a\n" });
  const fork = builder.commit({ files: figures("NaN"), message: "b\n" });
  builder.commit({ files: { "README.md": "x" }, message: "c\n" });
  builder.commit({ files: figures(1), message: "d\n" });
  builder.commit({ files: figures(null), message: "e\n" });
  builder.commit({ branch: "topic", parents: [fork], files: figures(3), message: "t\n" });
});

interface Shown {
  readonly subject: string;
  readonly branches: readonly string[];
}

async function subjects(...words: readonly string[]): Promise<string> {
  const { out, err } = await log([history, "--json", ...words]);
  assert.equal(err, "");
  return (JSON.parse(out) as Shown[]).map(({ subject }) => subject).join("");
}

test("--view touching leaves out commits that changed no metric file, and counts only those it shows", async () => {
  assert.equal(await subjects("--view", "line"), "edcba");
  assert.equal(await subjects("--view", "touching"), "edba");
  assert.equal(await subjects("--view", "touching", "-n", "3"), "edb");
  assert.equal(await subjects("--view", "touching", "-n", "0"), "edba");
});

test("--view all shows the commits of every branch, each with the branch whose line holds it", async () => {
  for (const words of [
    ["-n", "0"],
    ["-n", "0", "--columns", "loss"],
    ["-n", "40"],
  ]) {
    const { out } = await log([history, "--json", "--view", "all", ...words]);
    const commits = (JSON.parse(out) as Shown[]).map(({ subject, branches }) => `${subject}:${branches.join()}`);
    assert.deepEqual(commits.toSorted(), ["a:main", "b:main", "c:main", "d:main", "e:main", "t:topic"]);
  }
  assert.equal((await subjects("--view", "all", "-n", "2")).length, 2);
});

test("--sort orders the whole history; special numbers follow finite ones and missing values come last", async () => {
  assert.equal(await subjects("--sort", "loss"), "dacbe");
  assert.equal(await subjects("--sort", "-loss"), "adcbe");
  assert.equal(await subjects("--sort", "loss", "-n", "1"), "d");
  assert.equal(await subjects("--sort", "loss", "--view", "touching"), "dabe");
  const { out } = await log([history, "--sort", "loss", "-n", "2"]);
  assert.match(out, /^[0-9a-f]{7} +2023-11-14 +d .*\n[0-9a-f]{7} +2023-11-14 +a /m);
  assert.match(out, /★ best of all 5 commits/);
});

test("--view and --sort refuse what they do not know", async () => {
  const wrong = [
    [["--view", "every"], 2, /Cannot use the view "every": found no such view, wanted one of line, touching, all\./],
    [["--view", "all", "--branch", "topic"], 2, /Cannot use the branch "topic": found --view all too/],
    [["--sort", "-"], 2, /Cannot use the column to sort by "-": found no name/],
    [["--sort", "speed"], 1, /Cannot find the column "speed": found no such column/],
  ] as const;
  for (const [words, code, err] of wrong) {
    const said = await log([history, ...words]);
    assert.equal(said.code, code, said.err);
    assert.match(said.err, err);
  }
});
