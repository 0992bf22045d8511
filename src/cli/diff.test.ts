// `tidemark diff` as a person and as a build machine see it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { git } from "../../test/helpers/git-history.ts";
import { startGitServer } from "../../test/helpers/git-server.ts";
import { buildHistory, commandIn, type Said, type Terminal } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { widthOf } from "./text-width.ts";

const root = temporaryFolder();
const run = commandIn(root);

const metrics = (parts: Readonly<Record<string, unknown>>): Record<string, string> => ({
  "metrics.json": JSON.stringify(parts).replace('"NaN"', "NaN"),
});
const first = { loss: 0.5, accuracy: 0.8, epoch: 10, optimizer: "sgd" };
/** Main: begin, fork, better, docs; topic on fork: worse, broken. */
const history = await buildHistory(join(root, "diff.git"), (builder) => {
  builder.commit({ files: metrics(first), message: "begin\n" });
  const fork = builder.commit({ files: metrics({ ...first, loss: 0.4 }), message: "fork\n" });
  builder.commit({
    files: metrics({ loss: 0.3, accuracy: 0.9, epoch: 12, optimizer: "adam", f1: 0.7 }),
    message: "better\n",
  });
  builder.commit({ files: { "README.md": "x" }, message: "docs\n" });
  const worse = { ...first, loss: 0.404, accuracy: "NaN" };
  builder.commit({ branch: "topic", parents: [fork], files: metrics(worse), message: "worse\n" });
  builder.commit({ branch: "broken", parents: [fork], files: { "metrics.json": "{ broken" }, message: "broken\n" });
  builder.commit({ branch: "root", parents: [], files: metrics(first), message: "root\n" });
});
git(history, "tag", "v1", "main~3");

const diff = (words: readonly string[], terminal?: Terminal): Promise<Said> =>
  run(["diff", "-C", history, ...words], terminal);

/** The verdict of each column, and which two commits were compared. */
async function verdicts(...words: readonly string[]): Promise<string> {
  const { out, err, code } = await diff([...words, "--json"]);
  assert.equal(code, 0, err);
  const { from, to, columns } = JSON.parse(out) as {
    from: { subject: string } | null;
    to: { subject: string };
    columns: { id: string; state: string; direction: string }[];
  };
  const told = columns.map(({ id, state, direction }) => `${id.slice(13)}:${state === "changed" ? direction : state}`);
  return `${from?.subject ?? "nothing"}-${to.subject} ${told.join(" ")}`.trim();
}

test("tidemark diff compares HEAD with its parent, one commit with HEAD, two, a range, and from the merge base", async () => {
  const all = "loss:better accuracy:better epoch:other optimizer:other f1:new";
  assert.equal(await verdicts(), "better-docs");
  assert.equal(await verdicts("HEAD~2"), `fork-docs ${all}`);
  assert.equal(await verdicts("main~2", "main"), `fork-docs ${all}`);
  assert.equal(await verdicts("main~2..main"), `fork-docs ${all}`);
  assert.equal(await verdicts("main~2.."), `fork-docs ${all}`);
  assert.equal(await verdicts("main...topic"), "fork-worse loss:worse accuracy:worse");
  assert.equal(await verdicts("...topic"), "fork-worse loss:worse accuracy:worse");
  assert.equal(await verdicts("v1", "topic~1"), "begin-fork loss:better");
  const sha = git(history, "rev-parse", "--short", "main~2");
  assert.equal(await verdicts(sha, "main", "--columns", "f1", "epoch"), "fork-docs f1:new epoch:other");
  const gone = "loss:worse accuracy:worse epoch:other optimizer:other f1:gone";
  assert.equal(await verdicts("main", "v1"), `docs-begin ${gone}`);
  assert.equal(await verdicts("root", "root"), "root-root");
});

test("tidemark diff takes a mark for nothing in a column of numbers for what null is there", async () => {
  const folder = await buildHistory(join(root, "marks.git"), (builder) => {
    const steps = [
      { loss: 0.5, name: "a" },
      { loss: "N/A", name: "-" },
      { loss: null, name: "-" },
      { loss: 0.4, name: "a" },
    ];
    for (const step of steps) builder.commit({ files: metrics(step) });
  });
  const stateOf = async (...range: readonly string[]): Promise<string> => {
    const { out } = await run(["diff", "-C", folder, "--all", "--json", ...range]);
    const { columns } = JSON.parse(out) as { columns: { state: string; direction: string }[] };
    return columns.map(({ state, direction }) => `${state} ${direction}`).join(", ");
  };
  assert.equal(await stateOf("main~3", "main~2"), "gone none, changed other");
  assert.equal(await stateOf("main~3", "main~1"), "gone none, changed other");
  assert.equal(await stateOf("main~2", "main"), "new none, changed other");
  assert.match((await run(["diff", "-C", folder, "main~3", "main~2"])).out, /^ {2}loss ▼ +0\.5 +gone$/m);
});

test("tidemark diff draws both values, the change, and what that means", async () => {
  const { out } = await diff(["main~2", "main"]);
  const lines = out.split("\n");
  assert.match(lines[0] ?? "", /^from [0-9a-f]{7} {2}2023-11-14 {2}fork$/);
  assert.match(lines[1] ?? "", /^to {3}[0-9a-f]{7} {2}2023-11-14 {2}docs$/);
  assert.match(lines[3] ?? "", /^ +[0-9a-f]{7} {2}[0-9a-f]{7} {2}change$/);
  assert.deepEqual(lines.slice(4), [
    "metrics.json",
    "  loss ▼          0.4      0.3    −0.1    −25%  better",
    "  accuracy ▲      0.8      0.9    +0.1  +12.5%  better",
    "  epoch            10       12      +2    +20%  changed",
    "  optimizer       sgd     adam                  changed",
    "  f1 ▲                     0.7                  new",
    "",
    "2 better, 2 changed without a goal, 1 new",
    "",
  ]);
});

test("tidemark diff never writes a line that is wider than the terminal", async () => {
  for (const width of [20, 40, 60, 80]) {
    const { out } = await diff(["main~2", "main", "--all"], { width });
    for (const line of out.split("\n")) assert.ok(widthOf(line) <= width, `${width}: ${line}`);
    assert.match(out, /0\.4/);
  }
});

test("tidemark diff --fail-on worse exits with 3 and names what is worse; a tolerance lets it pass", async () => {
  const worse = await diff(["main...topic", "--fail-on", "worse"]);
  assert.equal(worse.code, 3);
  assert.equal(worse.err, "tidemark: worse beyond tolerance: metrics.json:loss, metrics.json:accuracy\n");
  const only = ["main...topic", "--fail-on", "worse", "--columns", "loss"];
  assert.equal((await diff(only)).code, 3);
  assert.equal((await diff([...only, "--rtol", "0.5%"])).code, 3);
  const within = await diff([...only, "--rtol", "1%"]);
  assert.equal(within.code, 0);
  assert.match(within.out, /^nothing differs by more than the tolerance\n1 within tolerance: --all shows them$/m);
  assert.equal((await diff([...only, "--atol", "0.004"])).code, 0);
  assert.equal((await diff([...only, "--rtol", "0.001", "--atol", "0.003"])).code, 3);
  const nan = await diff(["main...topic", "--fail-on", "worse", "--rtol", "500%"]);
  assert.equal(nan.code, 3, "no tolerance is wide enough for NaN");
  assert.equal((await diff(["main...topic"])).code, 0);
  assert.equal((await diff(["main~2", "main", "--fail-on", "worse"])).code, 0);
});

test("tidemark diff says what it could not read, and does not call that fine", async () => {
  const { out, err, code } = await diff(["main~2", "broken", "--fail-on", "worse"]);
  assert.equal(code, 1);
  assert.match(out, /^! [0-9a-f]{7} metrics\.json: Found /m);
  assert.match(
    err,
    /^tidemark: Cannot tell whether anything is worse in "metrics\.json": found a version at [0-9a-f]{7} that/,
  );
  assert.equal((await diff(["main~2", "broken"])).code, 0);
  const instead = await diff(["broken", "topic", "--columns", "loss"]);
  assert.match(
    instead.out.replaceAll("\n  ", " "),
    /^note: [0-9a-f]{7} metrics\.json: Found .+ Its version at [0-9a-f]{7} is compared instead\.$/m,
  );
  assert.match(instead.out, /loss ▼ +0\.400 +0\.404/);
});

test("tidemark diff says so when the merge base is old", async () => {
  const began = 1_700_000_000;
  const old = await buildHistory(join(root, "old.git"), (builder) => {
    const base = builder.commit({ files: metrics(first), at: began });
    builder.commit({ files: metrics({ ...first, loss: 1 }), at: began + 86_400 });
    builder.commit({ branch: "late", parents: [base], files: metrics({ ...first, loss: 2 }), at: began + 90 * 86_400 });
    builder.commit({ branch: "soon", parents: [base], files: metrics({ ...first, loss: 2 }), at: began + 89 * 86_400 });
  });
  const note = /^note: the merge base is 90 days older than the commit$/m;
  assert.match((await run(["diff", old, "main...late"])).out, note);
  assert.doesNotMatch((await run(["diff", old, "main...soon"])).out, /^note/m);
  assert.doesNotMatch((await run(["diff", old, "late~1", "late"])).out, /^note/m);
});

test("tidemark diff writes CSV and Markdown", async () => {
  const csv = await diff(["main~2", "main", "--csv"]);
  assert.deepEqual(csv.out.split("\n").slice(0, 4), [
    "column,unit,goal,from,to,change,relative,verdict",
    "metrics.json:loss,,lower,0.4,0.3,-0.1,-0.25,better",
    "metrics.json:accuracy,,higher,0.8,0.9,0.1,0.125,better",
    "metrics.json:epoch,,,10,12,2,0.2,changed",
  ]);
  const md = (await diff(["main~2", "main", "--md"])).out.split("\n");
  assert.match(md[0] ?? "", /^\| column \| [0-9a-f]{7} \| [0-9a-f]{7} \| change \| relative \| {2}\|$/);
  assert.equal(md[2], "| metrics.json:loss | 0.4 | 0.3 | −0.1 | −25% | better |");
  assert.match(md.at(-2) ?? "", /^- 2 better/);
});

test("tidemark diff works on an address, by the names of its branches", async () => {
  const server = await startGitServer({ root });
  try {
    const env = { TIDEMARK_ALLOW_HTTP: "1", TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${server.port}` };
    const url = `${server.url}/diff.git`;
    const there = await run(["diff", url, "main...topic", "--csv"], { env });
    assert.equal(there.code, 0, there.err);
    assert.equal(there.out, (await diff(["main...topic", "--csv"])).out);
    assert.equal((await run(["diff", url, "--csv"], { env })).out, (await diff(["--csv"])).out);
    assert.match(
      (await run(["diff", url, "v9"], { env })).err,
      /wanted a branch, a commit's id, or a way from one such as main~3/,
    );
  } finally {
    await server.close();
  }
});

const WRONG: readonly (readonly [words: readonly string[], code: number, err: RegExp])[] = [
  [
    ["nowhere"],
    1,
    /Cannot find the commit "nowhere": found no such commit in .*diff\.git, wanted a branch, a tag, a commit's/,
  ],
  [["HEAD~99"], 1, /Cannot find the commit "HEAD~99"/],
  [["HEAD:metrics.json"], 1, /Cannot find the commit/],
  [
    ["main...root"],
    1,
    /Cannot find the merge base of "main\.\.\.root": found none, wanted two commits that share a history/,
  ],
  [["a", "b", "c"], 2, /Cannot use the commit "c": found two commits before it, wanted at most two/],
  [["", "main"], 2, /Cannot use the commit "": found nothing/],
  [["main", "--", "--output=x"], 2, /Cannot use the commit "--output=x": found a dash at its start/],
  [["main..--output=x"], 2, /Cannot use the range/],
  [[".."], 2, /Cannot use the repository "\.\.": found another one beside -C/],
  [["main....topic"], 2, /Cannot use the range "main\.\.\.\.topic"/],
  [["main..topic", "main"], 2, /Cannot use the commit "main": found a range before it/],
  [["--rtol", "x"], 2, /Cannot use the relative tolerance "x": found no number, wanted a part such as 1% or 0\.01/],
  [["--rtol", "5"], 2, /Cannot use the relative tolerance "5": found a number without %, wanted 5%, or a part below 1/],
  [["--atol", "-1"], 2, /Cannot use the absolute tolerance "-1": found no number from 0/],
  [["--atol", "1%"], 2, /Cannot use the absolute tolerance/],
  [["--fail-on", "better"], 2, /Cannot use the reason to fail "better": found no such reason, wanted worse/],
  [["--columns", "speed"], 1, /Cannot find the column "speed"/],
  [["--json", "--md"], 2, /wanted one of --json, --csv and --md/],
  [
    ["--files", "none.json"],
    1,
    /Cannot find metric files in ".*": found none in either commit, wanted files that match --files/,
  ],
];

for (const [words, code, err] of WRONG) {
  test(`tidemark diff ${words.join(" ")} ends with ${code} and one sentence`, async () => {
    const said = await diff(words);
    assert.equal(said.code, code, said.err);
    assert.match(said.err, err);
    assert.equal(said.out, "");
  });
}
