// `tidemark log --view`, `--where` and `--sort`: which commits are shown, and in which order.
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

test("--where searches the whole history for commits that a filter holds for", async () => {
  const found: readonly (readonly [readonly string[], string])[] = [
    [["loss < 5"], "d"],
    [["loss >= 1", "-n", "1"], "d"],
    [["loss >= 1"], "da"],
    [["not loss < 5 and not missing(loss)"], "cba"],
    [["missing(loss)"], "e"],
    [["loss = NaN", "--view", "touching"], "b"],
    [["best(loss) = true"], "d"],
    [["loss < 5", "--view", "all", "-n", "0"], "td"],
    [["branch = topic", "--view", "all"], "t"],
    [["branch = main and loss > 0 or message ~ T", "--view", "all"], "tda"],
    [["warnings > 0"], ""],
    [["loss >= 1", "--sort", "-loss"], "ad"],
    [["loss >= 1", "--sort", "-loss", "-n", "1"], "a"],
    [["loss >= 1", "--only-changed"], "d"],
  ];
  for (const [[where = "", ...words], expected] of found)
    assert.equal(await subjects("--where", where, ...words), expected, [where, ...words].join(" "));
  const [newest] = JSON.parse((await log([history, "--json"])).out) as { sha: string }[];
  assert.equal(await subjects("--where", `sha = ${newest?.sha.slice(0, 9)} and author ~ a and date > 2020-01-01`), "e");
});

test("--where compares a commit with its baseline, and knows how many warnings it has", async () => {
  const folder = await buildHistory(join(root, "deltas.git"), (builder) => {
    for (const loss of [5, 4, 4, 6]) builder.commit({ files: figures(loss), message: `${loss}\n` });
    builder.commit({ files: { "params.json": "{" }, message: "broken\n" });
  });
  const found = async (where: string): Promise<unknown> =>
    (JSON.parse((await log([folder, "--json", "--where", where])).out) as Shown[]).map(({ subject }) => subject).join();
  assert.equal(await found("delta(loss) < 0"), "4");
  assert.equal(await found("delta(loss) = 2"), "6");
  assert.equal(await found("delta(loss) = 0"), "broken,4");
  assert.equal(await found("warnings = 1"), "broken");
});

test("--where says what is wrong with a filter before anything is read", async () => {
  assert.match((await log([join(root, "nowhere"), "--where", "loss < 1 or"])).err, /Cannot read the filter/);
});

test("--where finds the same in every form, and says so when it finds nothing", async () => {
  const csv = await log([history, "--csv", "--where", "loss < 5"]);
  assert.match(csv.out, /^commit,date,author,subject,metrics\.json:loss\r?\n[0-9a-f]{40},[^\n]+,d,1\r?\n$/);
  const markdown = await log([history, "--md", "--where", "loss < 5"]);
  assert.match(markdown.out, /\n\| [0-9a-f]{7} \| 2023-11-14 \| d \| 1★? ?[^|]*\|\n/);
  const table = await log([history, "--where", "loss < 5"]);
  assert.match(table.out, /★ best of all 5 commits/);
  const many = await buildHistory(join(root, "many.git"), (builder) => {
    for (let commit = 0; commit < 3; commit++) {
      const values = Array.from({ length: 30 }, (_, column) => [`figure_${column}`, column === 7 ? 1 : commit]);
      builder.commit({ files: { "metrics.json": JSON.stringify(Object.fromEntries(values)) } });
    }
  });
  const first = await log([many, "--md", "--where", "figure_7 = 1"]);
  assert.match(first.out, /:figure\\_7 \|/, "what is searched by is shown, although it never changed");
  assert.doesNotMatch((await log([many, "--md"])).out, /:figure\\_7 \|/);
  assert.match((await log([history, "--where", "loss < 0"])).out, /\nno such commit among all 5 commits\n/);
  assert.equal((await log([history, "--json", "--where", "loss < 0"])).out, "[]\n");
});

test("--view, --where and --sort refuse what they do not know", async () => {
  const wrong = [
    [["--view", "every"], 2, /Cannot use the view "every": found no such view, wanted one of line, touching, all\./],
    [["--view", "all", "--branch", "topic"], 2, /Cannot use the branch "topic": found --view all too/],
    [["--sort", "-"], 2, /Cannot use the column to sort by "-": found no name/],
    [["--where", "loss <"], 2, /Cannot read the filter "loss <": found its end at character 7, wanted a number/],
    [["--where", ""], 2, /Cannot read the filter "": found nothing at character 1/],
    [["--where", "los < 1"], 2, /found no column of the name "los" at character 1, wanted a column such as metrics/],
    [["-n", "2", "--columns", "speed"], 1, /no such column in the newest 2 commits of .* \(-n 0 reads all\), wanted/],
    [["-n", "0", "--columns", "speed"], 1, /no such column in (?!the newest)/],
    [["--sort", "speed"], 1, /Cannot find the column "speed": found no such column/],
  ] as const;
  for (const [words, code, err] of wrong) {
    const said = await log([history, ...words]);
    assert.equal(said.code, code, said.err);
    assert.match(said.err, err);
  }
});
