// `tidemark columns`, `best` and `blame`: what a whole history says of its columns.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { git } from "../../test/helpers/git-history.ts";
import { buildHistory, commandIn } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { widthOf } from "./text-width.ts";

const root = temporaryFolder();
const run = commandIn(root);

const metrics = (parts: Readonly<Record<string, unknown>>): Record<string, string> => ({
  "metrics.json": JSON.stringify(parts).replaceAll('"NaN"', "NaN"),
});
/** Main: a … f, with a broken version at d and the merge of topic at f; epoch has no goal, note is text, old goes at c. */
const history = await buildHistory(join(root, "history.git"), (builder) => {
  builder.commit({ files: metrics({ loss: 5, latency_ms: 20, epoch: 1, note: "x", old: 1 }), message: "a\n" });
  const fork = builder.commit({
    files: metrics({ loss: 3, latency_ms: 20, epoch: 2, note: "y", old: 1 }),
    message: "b\n",
  });
  builder.commit({ files: metrics({ loss: 4, latency_ms: 30, epoch: 3, note: "y" }), message: "c\n" });
  builder.commit({ files: { "metrics.json": "{ broken" }, message: "d\n" });
  const main = builder.commit({ files: metrics({ loss: "NaN", latency_ms: 30, epoch: 3, note: "y" }), message: "e\n" });
  const topic = builder.commit({
    branch: "topic",
    parents: [fork],
    files: metrics({ loss: 1, epoch: 2 }),
    message: "t\n",
  });
  builder.commit({ branch: "main", parents: [main, topic], files: metrics({ loss: 1, epoch: 3 }), message: "f\n" });
  builder.commit({ branch: "main", files: { "params.json": '{"loss": 7}' }, message: "g\n" });
});
const inside = (words: readonly string[], width = 80) =>
  run([words[0] as string, "-C", history, ...words.slice(1)], { width });

async function json<T>(words: readonly string[]): Promise<T> {
  const { out, err, code } = await inside([...words, "--json"]);
  assert.equal(code, 0, err);
  return JSON.parse(out) as T;
}

interface Column {
  readonly id: string;
  readonly kind: string;
  readonly unit: string | null;
  readonly goal: string | null;
  readonly changes: number;
  readonly gone: boolean;
  readonly first: { readonly subject: string };
  readonly lastChanged: { readonly subject: string } | null;
  readonly best: { readonly value: number; readonly commit: { readonly subject: string } } | null;
}

test("tidemark columns tells what the whole history says of each column", async () => {
  const columns = await json<Column[]>(["columns"]);
  const told = columns.map((each) =>
    [
      each.id,
      each.kind,
      each.unit,
      each.goal,
      each.changes,
      each.gone,
      each.first.subject,
      each.lastChanged?.subject,
      each.best?.value,
      each.best?.commit.subject,
    ]
      .map(String)
      .join(" "),
  );
  assert.deepEqual(told, [
    "metrics.json:loss number null lower 4 false a f 1 f",
    "metrics.json:epoch number null null 2 false a c undefined undefined",
    "metrics.json:latency_ms number ms lower 2 true a f 20 a",
    "metrics.json:note text null null 2 true a f undefined undefined",
    "metrics.json:old number null null 1 true a c undefined undefined",
    "params.json:loss number null null 0 false g undefined undefined undefined",
  ]);
});

test("tidemark columns draws a line each below their file, finds words in any case, and counts what it could not read", async () => {
  const { out } = await inside(["columns"]);
  const lines = out.split("\n");
  assert.match(lines[0] ?? "", /^ +holds +goal by +changes +last changed +best$/);
  assert.equal(lines[1], "metrics.json");
  assert.match(lines[2] ?? "", /^ {2}loss ▼ +number +name +4 +2023-11-14 +1$/);
  assert.match(out, /^ {2}latency_ms ▼ +gone +unit +2 +2023-11-14 +20$/m);
  assert.match(out, /^! 1 version of metric files could not be read: tidemark log -n 0 says why$/m);
  assert.equal(lines.at(-2), "6 columns in 7 commits of main");
  const some = await inside(["columns", "LOSS", "json"]);
  assert.match(some.out, /^2 of 6 columns in 7 commits of main$/m);
  assert.match((await inside(["columns", "--branch", "topic"])).out, /^5 columns in 3 commits of topic$/m);
  assert.match(
    (await inside(["columns", "--csv"])).out,
    /^metrics\.json:latency_ms,number,ms,lower,unit,2,2023-11-14T/m,
  );
  assert.match(
    (await inside(["columns", "--md", "epoch"])).out,
    /^\| metrics\.json:epoch \| number \|  \| 2 \| 2023-11-14 \|  \|$/m,
  );
});

test("tidemark columns calls nothing gone that only cannot be read just now", async () => {
  const broken = await buildHistory(join(root, "broken.git"), (builder) => {
    builder.commit({ files: metrics({ loss: 1 }) });
    builder.commit({ files: { "metrics.json": "{ broken", "params.json": "{}" } });
  });
  assert.match((await run(["columns", broken])).out, /^ {2}loss ▼ +number +name +0 +never +1$/m);
});

interface Ranked {
  readonly rank: number;
  readonly value: number;
  readonly subject: string;
  readonly branches: readonly string[];
}

async function best(...words: readonly string[]): Promise<string> {
  const ranked = await json<Ranked[]>(["best", ...words]);
  return ranked.map(({ value, subject, branches }) => `${subject}${value}${branches.join()}`).join(" ");
}

test("tidemark best ranks the commits that brought a value in, of all branches, without NaN and without merges of it", async () => {
  assert.equal(await best("metrics.json:loss"), "t1topic b3main c4main a5main");
  assert.equal(await best("metrics.json:loss", "-n", "2"), "t1topic b3main");
  assert.equal(await best("metrics.json:loss", "--branch", "main"), "f1main b3main c4main a5main");
  assert.equal(await best("metrics.json:loss", "--goal", "higher", "-n", "1"), "a5main");
  assert.equal(await best("epoch", "--goal", "higher"), "c3main b2main a1main");
  assert.equal(await best("latency_ms"), "a20main c30main");
});

test("tidemark best draws a commit a line and says of what they are the best", async () => {
  const { out } = await inside(["best", "metrics.json:loss", "-n", "2"]);
  assert.match(
    out,
    /^ +value +change +commit +date +branch +subject\n1 +1 +−2 +[0-9a-f]{7} +2023-11-14 +topic +t\n2 +3 +−2 /,
  );
  assert.match(out, /^! 1 version of metrics\.json could not be read: tidemark log -n 0 says why$/m);
  assert.match(
    out.replaceAll("\n  ", " "),
    /^metrics\.json:loss, lower is better: the best 2 of 4 values in 8 commits of all branches$/m,
  );
  assert.match(
    (await inside(["best", "latency_ms", "--csv"])).out,
    /^1,20,,,[0-9a-f]{40},2023-11-14T[^,]+,Ada,main,a$/m,
  );
  assert.match(
    (await inside(["best", "latency_ms", "--md"])).out,
    /^\| 1 \| 20 \|  \| [0-9a-f]{7} \| 2023-11-14 \| main \| a \|$/m,
  );
});

test("tidemark best tells integers apart that are one double", async () => {
  const tokens = [9_007_199_254_740_992n, 9_007_199_254_740_993n, 9_007_199_254_740_992n];
  const long = await buildHistory(join(root, "long-integers.git"), (builder) => {
    for (const [at, value] of tokens.entries())
      builder.commit({ files: { "metrics.json": `{"tokens": ${value}}` }, message: `${at}\n` });
  });
  const { out } = await run(["best", "-C", long, "tokens", "--goal", "higher", "--csv"]);
  assert.deepEqual(
    out.split("\n").map((line) => line.split(",").slice(0, 2).join(" ")),
    ["rank value", `1 ${tokens[1]}`, `2 ${tokens[0]}`, `3 ${tokens[0]}`, ""],
  );
  const one = await buildHistory(join(root, "one-value.git"), (builder) => {
    builder.commit({ files: { "metrics.json": '{"loss": 1}' } });
  });
  assert.match((await run(["best", "-C", one, "loss"])).out, /: 1 value in 1 commit of all branches$/m);
});

interface Blamed {
  readonly value: unknown;
  readonly changes: readonly { readonly subject: string; readonly from: unknown; readonly to: unknown }[];
}

async function blame(...words: readonly string[]): Promise<string> {
  const { value, changes } = await json<Blamed>(["blame", ...words]);
  return `${String(value)}: ${changes.map(({ subject, from, to }) => `${subject} ${String(from)}-${String(to)}`).join(", ")}`;
}

test("tidemark blame names the last commit that changed a column, and the one before", async () => {
  assert.equal(await blame("metrics.json:loss"), "1: f NaN-1, e 4-NaN");
  assert.equal(await blame("metrics.json:loss", "-n", "0"), "1: f NaN-1, e 4-NaN, c 3-4, b 5-3, a null-5");
  assert.equal(await blame("metrics.json:loss", "--branch", "topic"), "1: t 3-1, b 5-3");
  assert.equal(await blame("note"), "null: f y-null, b x-y");
  assert.equal(await blame("old", "-n", "1"), "null: c 1-null");
  assert.equal(await blame("params.json:loss"), "7: g null-7");
});

test("tidemark blame says who, when and what in two lines each", async () => {
  const { out } = await inside(["blame", "latency_ms"]);
  assert.match(
    out,
    /^[0-9a-f]{7} {2}2023-11-14 {2}Ada {2}f\n {9}30 → nothing {2}gone\n\n[0-9a-f]{7} {2}2023-11-14 {2}Ada {2}c\n {9}20 → 30 {2}\+10 {2}\+50% {2}worse\n\n/,
  );
  assert.match(out, /^metrics\.json:latency_ms is gone from main$/m);
  assert.match((await inside(["blame", "metrics.json:loss"])).out, /^metrics\.json:loss is 1 on main$/m);
  assert.match((await inside(["blame", "old", "--csv"])).out, /^[0-9a-f]{40},2023-11-14T[^,]+,Ada,1,,,,c$/m);
  assert.match(
    (await inside(["blame", "old", "--md"])).out,
    /^\| [0-9a-f]{7} \| 2023-11-14 \| Ada \| 1 \| nothing \|  \|  \| gone \| c \|$/m,
  );
});

test("a repository may stand before the other words: an address, a folder as such, and one that is a repository", async () => {
  const tree = join(root, "tree");
  git(root, "clone", "--quiet", history, tree);
  mkdirSync(join(tree, "loss"));
  for (const [words, cwd] of [
    [["best", history, "latency_ms"], root],
    [["best", "history.git", "latency_ms"], root],
    [["best", "./tree", "latency_ms"], root],
    [["best", ".", "latency_ms"], tree],
    [["best", "latency_ms", "-C", "tree"], root],
    [["best", "latency_ms"], join(tree, "loss")],
  ] as const) {
    const said = await run([...words, "--csv"], { cwd });
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, /,a$/m);
  }
  const folder = await run(["blame", "loss"], { cwd: tree });
  assert.match(
    folder.err,
    /Cannot find the column "loss": found 2 columns with that name/,
    "a plain folder is no repository",
  );
});

test("no line of columns, best and blame is wider than the terminal", async () => {
  for (const words of [["columns"], ["best", "metrics.json:loss"], ["blame", "metrics.json:loss", "-n", "0"]]) {
    for (const width of [24, 40, 60, 80]) {
      const { out, code } = await inside(words, width);
      assert.equal(code, 0);
      for (const line of out.split("\n")) assert.ok(widthOf(line) <= width, `${width}: ${line}`);
    }
  }
});

const WRONG: readonly (readonly [words: readonly string[], code: number, err: RegExp])[] = [
  [
    ["columns", "speed"],
    1,
    /Cannot find the column "speed": found no such column in .*history\.git, wanted a column such as/,
  ],
  [["columns", "--branch", "mian"], 1, /Cannot find the branch "mian"/],
  [["best"], 2, /Cannot run "tidemark best": found no <column> behind it/],
  [["best", "loss"], 1, /found 2 columns with that name .*, wanted one of metrics\.json:loss, params\.json:loss\./],
  [
    ["best", "epoch"],
    2,
    /Cannot rank commits by the column "metrics\.json:epoch": found nothing that says which way is better, wanted --goal higher or --goal lower/,
  ],
  [["best", "note", "--goal", "lower"], 2, /found values that are no numbers \(text\), wanted a column of numbers/],
  [["best", "epoch", "--goal", "up"], 2, /Cannot use the goal "up": found no such goal, wanted higher or lower/],
  [["best", "epoch", "loss"], 2, /Cannot use the column "loss": found another one before it, wanted one column/],
  [["best", "epoch", "-n", "x"], 2, /Cannot use the number of commits "x"/],
  [["best", ""], 2, /Cannot use the column "": found no name/],
  [["blame", "speed"], 1, /Cannot find the column "speed"/],
  [["blame", "epoch", "-n", "-1"], 2, /Cannot use the number of commits "-1"/],
  [
    ["blame", "epoch", "--files", "x.json"],
    1,
    /Cannot find metric files in .*: found none in main, wanted files that match --files/,
  ],
];

for (const [words, code, err] of WRONG) {
  test(`tidemark ${words.join(" ")} ends with ${code} and one sentence`, async () => {
    const said = await inside(words);
    assert.equal(said.code, code, said.err);
    assert.match(said.err, err);
    assert.equal(said.out, "");
  });
}

test("every command that is asked for a column says that a clone has no contents, instead of no column", async () => {
  const clone = join(root, "blobless.git");
  git(history, "config", "uploadpack.allowFilter", "true");
  git(root, "clone", "--quiet", "--bare", "--filter=blob:none", `file://${history}`, clone);
  const lists = [
    ["log", "--columns", "loss"],
    ["log", "--sort", "-loss"],
    ["log", "--where", "loss < 1"],
    ["plot", "loss"],
    ["blame", "loss"],
    ["best", "loss"],
    ["diff", "HEAD~1", "--columns", "loss"],
  ];
  for (const [name, ...words] of lists) {
    const { code, err } = await run([name as string, "-C", clone, ...words]);
    assert.equal(code, 1, name);
    assert.match(
      err,
      /found no values in .*blobless\.git \([0-9a-f]{7} \S+: no content: .*\), wanted a complete clone\.$/m,
    );
  }
  const byAuthor = await run(["log", "-C", clone, "--where", "author = nobody"]);
  assert.equal(byAuthor.code, 0, byAuthor.err);
  assert.match(byAuthor.out, /no such commit among all \d+ commits\n$/);
});

test("diff and best write the numbers of texts in a column of numbers as numbers, what stands for nothing as null", async () => {
  const texts = await buildHistory(join(root, "texts.git"), (builder) => {
    builder.commit({ files: metrics({ rate: "54500.8", unit: "7" }), message: "a\n" });
    builder.commit({ files: metrics({ rate: "61000", unit: "x" }), message: "b\n" });
  });
  const read = async (words: readonly string[]): Promise<unknown> =>
    JSON.parse((await run([words[0] as string, "-C", texts, ...words.slice(1), "--json"])).out);
  const { columns } = (await read(["diff"])) as { columns: { id: string; from: unknown; to: unknown }[] };
  assert.deepEqual(
    columns.map(({ id, from, to }) => [id, from, to]),
    [
      ["metrics.json:rate", 54500.8, 61000],
      ["metrics.json:unit", "7", "x"],
    ],
  );
  const ranked = (await read(["best", "rate", "--goal", "higher"])) as { value: unknown; baseline: unknown }[];
  assert.deepEqual(
    ranked.map(({ value, baseline }) => [value, baseline]),
    [
      [61000, 54500.8],
      [54500.8, null],
    ],
  );
});
