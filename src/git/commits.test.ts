// Tests of commits: which there are, in which order, and what hostile ones say of themselves.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { git, HistoryBuilder, makeBare, writeObject } from "../../test/helpers/git-history.ts";
import { buildRandomHistory } from "../../test/helpers/random-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { CommitFacts, Sha } from "../domain/model.ts";
import { listCommits, readFacts } from "./commits.ts";
import { openLocal } from "./local.ts";
import { listRefs } from "./refs.ts";

const SEED = 20_261_124;
const folder = temporaryFolder();
const model = await buildRandomHistory(join(folder, "random.git"), { seed: SEED, commits: 600 });
const repository = await openLocal(model.folder);
const tips = [...model.heads.values()];

async function factsOf(...shas: readonly Sha[]): Promise<CommitFacts[]> {
  const facts: CommitFacts[] = [];
  for await (const fact of readFacts(hostile, shas)) facts.push(fact);
  return facts;
}

makeBare(join(folder, "hostile.git"));
const hostile = await openLocal(join(folder, "hostile.git"));
const tree = writeObject(hostile.gitDir, "tree", "");

/** Writes a commit of these header lines and this message, byte for byte. */
function hostileCommit(headers: readonly string[], message: string): Sha {
  const bytes = Buffer.from([`tree ${tree}`, ...headers, "", message].join("\n"), "latin1");
  return writeObject(hostile.gitDir, "commit", bytes);
}

test(`listCommits() lists each commit once, parents first (seed ${SEED})`, async () => {
  const graph = await listCommits(repository, { tips });
  assert.equal(graph.size, Number(git(model.folder, "rev-list", "--count", "--all")));
  assert.equal(graph.size, model.commits.length);
  for (const { sha, parents } of model.commits) {
    const index = graph.indexOf(sha);
    for (const parent of parents) assert.ok(graph.indexOf(parent) < index && graph.indexOf(parent) >= 0);
    assert.equal(graph.firstParent[index], parents[0] ? graph.indexOf(parents[0]) : -1);
  }
  assert.equal(graph.outside.size, 0);
});

test("listCommits() follows first parents, and takes the newest so many", async () => {
  const main = model.heads.get("main") as Sha;
  const line = git(model.folder, "rev-list", "--first-parent", main).split("\n").toReversed();
  const graph = await listCommits(repository, { tips: [main], firstParent: true });
  assert.deepEqual([...graph.shas()], line);
  const newest = await listCommits(repository, { tips: [main], firstParent: true, limit: 7 });
  assert.deepEqual([...newest.shas()], line.slice(-7));
  assert.equal(newest.outside.get(0), line.at(-8));
});

test("listCommits() leaves out what is known, also when some of that is gone", async () => {
  const [first = "", ...rest] = [...model.heads.values()];
  const gone = "1234567890123456789012345678901234567890" as Sha;
  const graph = await listCommits(repository, { tips: rest, exclude: [first as Sha, gone] });
  const expected = git(model.folder, "rev-list", ...rest, `^${first}`)
    .split("\n")
    .filter(Boolean);
  assert.deepEqual([...graph.shas()].sort(), expected.sort());
});

test("listCommits() says when a tip is not there, whatever is excluded", async () => {
  const gone = "1234567890123456789012345678901234567890" as Sha;
  await assert.rejects(listCommits(repository, { tips: [gone] }), { code: "repository-corrupt" });
  await assert.rejects(listCommits(repository, { tips: [gone], exclude: tips }), { code: "repository-corrupt" });
  assert.equal((await listCommits(repository, { tips: [] })).size, 0);
});

test(`readFacts() says what the model knows, in the order asked (seed ${SEED})`, async () => {
  const asked = model.commits.toReversed();
  let index = 0;
  for await (const facts of readFacts(
    repository,
    asked.map(({ sha }) => sha),
  )) {
    const commit = asked[index] as (typeof asked)[number];
    assert.deepEqual([facts.sha, facts.parents, facts.subject], [commit.sha, commit.parents, commit.subject]);
    assert.equal(facts.author.written, `${commit.at} +0000`);
    assert.equal(facts.committer.at, commit.at * 1_000);
    index += 1;
  }
  assert.equal(index, asked.length);
});

test("readFacts() says when a commit is not there", async () => {
  await assert.rejects(factsOf("1234567890123456789012345678901234567890" as Sha), { code: "repository-corrupt" });
});

test("readFacts() keeps absurd dates as written and clamps them", async () => {
  const written = ["99999999999 +2500", "9223372036854775807 -0000", "18446744073709551615 +0100", "0 +0000"];
  const shas = written.map((date) => hostileCommit([`author A <a@b> ${date}`, `committer A <a@b> ${date}`], "x\n"));
  const facts = await factsOf(...shas);
  const tomorrow = Date.now() + 2 * 86_400_000;
  assert.deepEqual(
    facts.map(({ author }) => author.written.split(" ")[0]),
    written.map((date) => date.split(" ")[0]),
  );
  for (const { author } of facts) assert.ok(author.at >= 0 && author.at < tomorrow);
  assert.equal(facts[3]?.author.at, 0);
});

for (const { name, headers, message, expected } of [
  {
    name: "takes markup and control characters as they are",
    headers: ["author \x01<script> <a@b> 1700000000 +0000", "committer C\x1b[31m <c@d> 1700000000 +0000"],
    message: "subject \x1b[31m \r <img>\n",
    expected: { author: "\x01", committer: "C\x1b[31m", subject: "subject \x1b[31m \r <img>" },
  },
  {
    name: "replaces what is not UTF-8",
    headers: ["author caf\xe9 <a@b> 1700000000 +0000", "committer \xff\xfe <c@d> 1700000000 +0000"],
    message: "r\xe9sum\xe9\n",
    expected: { author: "caf\ufffd", committer: "\ufffd\ufffd", subject: "r\ufffdsum\ufffd" },
  },
  {
    name: "reads a declared encoding",
    headers: ["author Jos\xe9 <a@b> 1700000000 +0000", "committer C <c@d> 1700000000 +0000", "encoding ISO-8859-1"],
    message: "r\xe9sum\xe9\n",
    expected: { author: "José", committer: "C", subject: "résumé" },
  },
  {
    name: "survives an encoding that nobody knows",
    headers: ["author A <a@b> 1700000000 +0000", "committer C <c@d> 1700000000 +0000", "encoding no-such"],
    message: "x\xe9y\n",
    expected: { author: "A", committer: "C", subject: "x\ufffdy" },
  },
  {
    name: "ends a text at NUL",
    headers: ["author A <a@b> 1700000000 +0000", "committer C <c@d> 1700000000 +0000"],
    message: "before\0after\n",
    expected: { author: "A", committer: "C", subject: "before" },
  },
  {
    name: "survives a commit without people",
    headers: [],
    message: "x\n",
    expected: { author: "", committer: "", subject: "x" },
  },
  {
    name: "survives people without names, addresses and dates",
    headers: ["author <>", "committer nobody"],
    message: "",
    expected: { author: "", committer: "", subject: "" },
  },
]) {
  test(`readFacts() ${name}`, async () => {
    const plain = hostileCommit(["author P <p@q> 1 +0000", "committer P <p@q> 1 +0000"], "plain\n");
    const odd = hostileCommit(headers, message);
    const [before, facts, after] = await factsOf(plain, odd, hostileCommit([`parent ${plain}`], "after\n"));
    assert.equal(before?.subject, "plain", "the commit before is whole");
    assert.deepEqual(
      { author: facts?.author.name, committer: facts?.committer.name, subject: facts?.subject },
      expected,
    );
    assert.deepEqual([after?.subject, after?.parents], ["after", [plain]], "the commit after is whole");
  });
}

test("readFacts() cuts a subject of a megabyte, without halving a character", async () => {
  const headers = ["author A <a@b> 1 +0000", "committer A <a@b> 1 +0000"];
  const long = Buffer.from(`x${"🌊".repeat(300_000)}`).toString("latin1");
  const [facts] = await factsOf(hostileCommit(headers, long));
  assert.equal(facts?.subject.length, 1_023);
  assert.ok(facts?.subject.isWellFormed());
});

test("readFacts() gives all of 2,000 parents, which git cannot write at once", async () => {
  const parents = Array.from({ length: 2_000 }, (_, index) => index.toString(16).padStart(40, "0"));
  const headers = [
    ...parents.map((parent) => `parent ${parent}`),
    "author A <a@b> 1 +0000",
    "committer A <a@b> 1 +0000",
  ];
  const [facts, after] = await factsOf(hostileCommit(headers, "many\n"), hostileCommit(headers.slice(2_000), "none\n"));
  assert.deepEqual([facts?.parents, facts?.subject, after?.subject], [parents, "many", "none"]);
});

test("readFacts() holds on to no long message by the texts that it gives", async () => {
  const headers = ["author A long enough for a slice <a@b> 1 +0000", "committer A <a@b> 1 +0000"];
  const shas = Array.from({ length: 40 }, (_, index) => hostileCommit(headers, `${index} ${"x".repeat(200_000)}`));
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  gc();
  const before = process.memoryUsage().heapUsed;
  const facts = await factsOf(...shas);
  gc();
  const grown = process.memoryUsage().heapUsed - before;
  assert.equal(facts.length, 40);
  assert.ok(grown < 500_000, `${grown} bytes for 40 commits whose messages have 200 kB each`);
});

test("readFacts() is not taken in by a mailmap", async () => {
  const history = new HistoryBuilder(join(folder, "mailmap.git"));
  const files = { ".mailmap": "Someone Else <else@example.org> <ada@example.org>\n" };
  const mark = history.commit({ files });
  const sha = (await history.finish())(mark);
  for await (const { author } of readFacts(await openLocal(join(folder, "mailmap.git")), [sha])) {
    assert.deepEqual([author.name, author.email], ["Ada", "ada@example.org"]);
  }
});

test("listCommits() and readFacts() read a repository with SHA-256 ids", async () => {
  const history = new HistoryBuilder(join(folder, "sha256.git"), { objectFormat: "sha256" });
  for (let n = 0; n < 20; n += 1) history.commit({ files: { "metrics.json": String(n) } });
  await history.finish();
  const local = await openLocal(join(folder, "sha256.git"));
  assert.equal(local.objectFormat, "sha256");
  const { refs } = await listRefs(local);
  const graph = await listCommits(local, { tips: refs.map(({ sha }) => sha) });
  assert.equal(graph.size, 20);
  let index = 0;
  for await (const facts of readFacts(local, graph.shas())) {
    assert.deepEqual(facts.parents, index === 0 ? [] : [graph.shaAt(index - 1)]);
    assert.equal(facts.sha.length, 64);
    index += 1;
  }
});
