// Repositories of odd shapes from end to end: what Git allows is imported, shown and counted, or refused in words.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { RepositoryId, Sha } from "../src/domain/model.ts";
import { readBranchList } from "../src/reads/branches.ts";
import { readCommitPage } from "../src/reads/commit-page.ts";
import { readCommit } from "../src/reads/commit-detail.ts";
import { createReads } from "../src/reads/reads.ts";
import { type FileEdit, git, gitBytes, HistoryBuilder, writeObject } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { serve } from "./helpers/served-history.ts";
import { readStoredHistory, type StoredHistory } from "./helpers/stored-history.ts";

/** Some shapes take minutes at their full size. */
const LONG = process.env["TIDEMARK_TEST_ROUNDS"] !== undefined;
const BRANCHES = LONG ? 1_000 : 300;
const REFS = LONG ? 100_000 : 0;
const MANY_PATHS = LONG ? 40_000 : 8_000;

const bench = await openIngestBench();
after(() => bench.close());
const server = await serve(bench.folder);
const reads = createReads(bench.database.database);

async function stored(repository: RepositoryId): Promise<StoredHistory> {
  const history = await readStoredHistory(bench.store, repository);
  assert.equal(history.repository["state"], "ready", String(history.repository["problem"]));
  return history;
}

async function page(repository: RepositoryId, branch: string): Promise<string[]> {
  const { text } = await readCommitPage(reads, bench.organization, repository, { branch, columns: [], limit: 40 });
  return (JSON.parse(text) as { commits: { subject: string }[] }).commits.map(({ subject }) => subject);
}

/** Writes one commit exactly as given. */
function rawCommit(folder: string, parent: string, headers: readonly string[], message: string): Sha {
  const tree = git(folder, "rev-parse", `${parent}^{tree}`);
  const head = [`tree ${tree}`, `parent ${parent}`, ...headers].join("\n");
  return writeObject(folder, "commit", Buffer.from(`${head}\n\n${message}`, "latin1"));
}

test("importHistory() takes commits with absurd dates, encodings, no names and long messages", async () => {
  const folder = join(bench.folder, "odd.git");
  const builder = new HistoryBuilder(folder);
  builder.commit({ files: { "metrics.json": '{"n":1}' } });
  await builder.finish();
  let head = git(folder, "rev-parse", "main");
  const person = "A <a@b> 1700000000 +0000";
  const commits: readonly (readonly [string[], string])[] = [
    [["author A <a@b> 18446744073709551615 +2500", "committer A <a@b> 9223372036854775807 -0000"], "far away\n"],
    [["author A <a@b> 0 +0000", "committer A <a@b> 99999999999 -0000"], "at the beginning\n"],
    [["author Jos\xe9 <a@b> 1700000000 +0000", `committer ${person}`, "encoding ISO-8859-1"], "r\xe9sum\xe9\n"],
    [["author \xff\xfe <a@b> 1700000000 +0000", `committer ${person}`, "encoding no-such"], "not UTF-8: \xe9\n"],
    [["author  <> 1700000000 +0000", "committer  <> 1700000000 +0000"], "nobody\n"],
    [[], "no people\n"],
    [["author \x01<script> <a@b> 1700000000 +0000", `committer ${person}`], "esc \x1b[31m \r <img>\n"],
    [[`author ${person}`, `committer ${person}`], `${"long ".repeat(220_000)}\n`],
    [[`author ${person}`, `committer ${person}`], ""],
    [[`author ${person}`, `committer ${person}`], "before\0after\n"],
  ];
  for (const [headers, message] of commits) {
    head = rawCommit(folder, head, headers, message);
    git(folder, "update-ref", "refs/heads/main", head);
  }
  const id = await bench.add({ folder });
  const history = await stored(id);
  const { text } = await readCommitPage(reads, bench.organization, id, { branch: "main", columns: [], limit: 40 });
  const rows = (JSON.parse(text) as { commits: Record<string, string>[] }).commits;
  for (const [at, times] of [
    [1, ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"]],
    [2, ["1970-01-01T00:00:00Z", "5138-11-16T09:46:39Z"]],
  ] as const) {
    const sha = history.commits[at]?.sha ?? "";
    const row = rows.find((each) => each["sha"] === sha);
    assert.deepEqual([row?.["authoredAt"], row?.["committedAt"]], times);
    const { answer } = await readCommit(reads, bench.organization, id, sha);
    assert.deepEqual([answer.authoredAt, answer.committedAt], times);
  }
  const subjects = history.commits.map(({ subject }) => subject);
  assert.deepEqual(
    subjects.map((subject) => subject.slice(0, 20)),
    [
      "commit 1",
      "far away",
      "at the beginning",
      "résumé",
      "not UTF-8: \ufffd",
      "nobody",
      "no people",
      "esc \x1b[31m \r <img>",
      "long long long long ",
      "",
      "before",
    ],
  );
  assert.equal(history.commits[1]?.authored.split(" ")[0], "18446744073709551615");
  assert.equal(history.commits[3]?.author, "José");
  assert.deepEqual(history.commits[5]?.author, "");
  assert.equal(subjects[8]?.length, 1_024);
  for (const commit of history.commits) assert.equal(commit.files.get("metrics.json")?.values?.get("n"), 1);
});

test("importHistory() takes paths of any bytes, twins by case, links and submodules", async () => {
  const folder = join(bench.folder, "paths.git");
  const builder = new HistoryBuilder(folder);
  const files = new Map<string | Buffer, FileEdit>([
    ["metrics.json", '{"n":1}'],
    ["a/metrics.json", '{"n":2}'],
    ["A/metrics.json", '{"n":3}'],
    [Buffer.from("caf\xe9/metrics.json", "latin1"), '{"n":4}'],
    ["caf\\xe9/metrics.json", '{"n":9}'],
    ['with\nnewline "and" \ttab/metrics.json', '{"n":5}'],
    ["日本/🌊/metrics.json", '{"n":6}'],
    [`${"deep/".repeat(400)}metrics.json`, '{"n":7}'],
    ["link/metrics.json", { mode: "120000", content: "../metrics.json" }],
    ["module/metrics.json", { mode: "160000", oid: "1".repeat(40) }],
    ["run/metrics.json", { mode: "100755", content: '{"n":8}' }],
  ]);
  builder.commit({ files });
  await builder.finish();
  for (const address of [{ folder }, { url: `${server.url}/paths.git` }]) {
    const history = await stored(await bench.add(address));
    const read = [...(history.commits[0]?.files ?? [])];
    const found = read.map(([path, file]) => [path, file.values?.get("n") ?? file.reason] as const);
    assert.deepEqual(Object.fromEntries(found), {
      "metrics.json": 1,
      "a/metrics.json": 2,
      "A/metrics.json": 3,
      "caf\\xe9/metrics.json": 4,
      "caf\\x5cxe9/metrics.json": 9,
      'with\nnewline "and" \ttab/metrics.json': 5,
      "日本/🌊/metrics.json": 6,
      [`${"deep/".repeat(400)}metrics.json`]: 7,
      "link/metrics.json": "symlink",
      "module/metrics.json": "submodule",
      "run/metrics.json": 8,
    });
  }
});

test("importHistory() reads a repository with SHA-256 ids", async () => {
  const folder = join(bench.folder, "sha256.git");
  const builder = new HistoryBuilder(folder, { objectFormat: "sha256" });
  for (let n = 0; n < 3; n += 1) builder.commit({ files: { "metrics.json": `{"n":${n}}` } });
  await builder.finish();
  for (const address of [{ folder }, { url: `${server.url}/sha256.git` }]) {
    const id = await bench.add(address);
    const history = await stored(id);
    assert.deepEqual(
      history.commits.map(({ sha }) => sha),
      git(folder, "rev-list", "--reverse", "main").split("\n"),
    );
    assert.deepEqual(
      history.commits.map(({ files }) => files.get("metrics.json")?.values?.get("n")),
      [0, 1, 2],
    );
    git(folder, "commit-tree", "-m", "next", "-p", "main", "main^{tree}");
    await bench.sync(id);
    await stored(id);
  }
});

test("importHistory() sees the true history beside replace refs, grafts, notes and pull requests", async () => {
  const folder = join(bench.folder, "forged.git");
  const builder = new HistoryBuilder(folder);
  for (let n = 0; n < 4; n += 1) builder.commit({ files: { "metrics.json": `{"n":${n}}` } });
  await builder.finish();
  const truth = git(folder, "rev-list", "--reverse", "main").split("\n");
  const [, second = "", , tip = ""] = truth;
  git(folder, "replace", tip, git(folder, "commit-tree", `${second}^{tree}`, "-m", "forged"));
  git(folder, "notes", "add", "-m", "a note", tip);
  mkdirSync(join(folder, "info"), { recursive: true });
  git(folder, "update-ref", "refs/pull/1/head", git(folder, "commit-tree", `${second}^{tree}`, "-m", "pull"));
  for (const address of [{ url: `${server.url}/forged.git` }, { folder }]) {
    // a server takes its own grafts for the truth, and leaves out what is below
    if ("folder" in address) writeFileSync(join(folder, "info/grafts"), `${second}\n`);
    const history = await stored(await bench.add(address));
    assert.deepEqual(
      history.commits.map(({ sha, subject }) => [sha, subject]),
      truth.map((sha, index) => [sha, `commit ${index + 1}`]),
    );
    assert.deepEqual([...history.branches.keys()], ["main"]);
  }
});

test("branches of any legal name are stored, listed and shown", async () => {
  const folder = join(bench.folder, "names.git");
  const names = ["-evil", "--upload-pack=x", "a;b$(id)", '"quoted"', "it's", "<img/src=x>", "HEAD", "refs/heads/x"];
  names.push("A", "a", "deep/er/est", "🌊", "x".repeat(240), "%2e%2e", "with#hash&and=more+plus");
  const builder = new HistoryBuilder(folder);
  const mark = builder.commit({});
  for (const name of names) builder.commit({ branch: `refs/heads/${name}`, parents: [mark], message: `on ${name}\n` });
  await builder.finish();
  const latin = Buffer.concat([
    Buffer.from("create refs/heads/caf\xe9 ", "latin1"),
    Buffer.from(git(folder, "rev-parse", "main")),
  ]);
  gitBytes(folder, ["update-ref", "--stdin"], Buffer.concat([latin, Buffer.from("\n")]));
  for (const address of [{ folder }, { url: `${server.url}/names.git` }]) {
    const id = await bench.add(address);
    await stored(id);
    const { answer } = await readBranchList(reads, bench.organization, id);
    assert.deepEqual(answer.branches.map(({ name }) => name).sort(), [...names, "main", "caf\\xe9"].sort());
    for (const name of names) assert.deepEqual(await page(id, name), [`on ${name}`, "commit 1"]);
    assert.deepEqual(await page(id, "caf\\xe9"), ["commit 1"]);
  }
});

test(`importHistory() of ${MANY_PATHS} metric files in one commit reads the first 200 of them and says so`, async () => {
  const folder = join(bench.folder, "many.git");
  const builder = new HistoryBuilder(folder);
  const few = (count: number, from = 0): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`runs/${String(n + from).padStart(5, "0")}/metrics.json`, `{"n":${n}}`]),
    );
  builder.commit({ files: few(200) });
  builder.commit({ files: few(1, 200) });
  builder.commit({ files: { [`runs/00200/metrics.json`]: null } });
  builder.commit({ files: few(MANY_PATHS) });
  await builder.finish();
  const history = await stored(await bench.add({ url: `${server.url}/many.git` }));
  assert.deepEqual(
    history.commits.map(({ files }) => files.size),
    [200, 200, 200, 200],
  );
  const warnings = history.commits.map((commit) => commit.warnings as { reason: string; size: number }[] | null);
  assert.deepEqual(
    warnings.map((list) => list?.map(({ reason, size }) => [reason, size]) ?? null),
    [null, [["too-many-files", 201]], null, [["too-many-files", MANY_PATHS]]],
  );
});

test(`importHistory() and syncRepository() follow ${BRANCHES} branches`, async () => {
  const folder = join(bench.folder, "branches.git");
  const builder = new HistoryBuilder(folder);
  const root = builder.commit({ files: { "metrics.json": '{"n":-1}' } });
  for (let n = 0; n < BRANCHES; n += 1)
    builder.commit({ branch: `topic/${n}`, parents: [root], files: { "metrics.json": `{"n":${n}}` } });
  await builder.finish();
  const id = await bench.add({ url: `${server.url}/branches.git` });
  assert.equal((await stored(id)).branches.size, BRANCHES + 1);
  // main takes over the line of one of them, and half of all are deleted
  git(folder, "update-ref", "refs/heads/main", "refs/heads/topic/1");
  const deletes = Array.from({ length: BRANCHES / 2 }, (_, n) => `delete refs/heads/topic/${n}\n`);
  gitBytes(folder, ["update-ref", "--stdin"], deletes.join(""));
  await bench.sync(id);
  const history = await stored(id);
  assert.equal([...history.branches.values()].filter(({ state }) => state === "deleted").length, BRANCHES / 2);
  assert.equal(history.commits.filter(({ unreachable }) => unreachable).length, BRANCHES / 2 - 1);
  assert.deepEqual(await page(id, "main"), ["commit 3", "commit 1"]);
});

test("importHistory() and syncRepository() follow a hundred thousand branches", { skip: REFS === 0 }, async () => {
  const folder = join(bench.folder, "refs.git");
  const builder = new HistoryBuilder(folder);
  for (let n = 0; n < 50; n += 1) builder.commit({ files: { "metrics.json": `{"n":${n}}` } });
  await builder.finish();
  const shas = git(folder, "rev-list", "main").split("\n");
  // as a file: to have git make and pack so many takes longer than to read them
  const names = Array.from({ length: REFS - 2 }, (_, n) => `refs/heads/b/${String(n).padStart(6, "0")}`);
  const lines = names.map((name, n) => `${shas[n % shas.length]} ${name}\n`);
  writeFileSync(join(folder, "packed-refs"), `# pack-refs with: peeled fully-peeled sorted \n${lines.join("")}`);
  const id = await bench.add({ url: `${server.url}/refs.git` });
  assert.equal((await stored(id)).branches.size, REFS - 1);
  git(folder, "update-ref", "refs/heads/b/new", "main");
  await bench.sync(id);
  assert.equal((await stored(id)).branches.size, REFS);
});
