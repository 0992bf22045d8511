// An export of an imported history against the command line over the same repository: the same objects, the same CSV.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type ExportQuery, openExport } from "../src/reads/commit-export.ts";
import { readCommitPage } from "../src/reads/commit-page.ts";
import type { CommitPageQuery } from "../src/reads/page-question.ts";
import { createReads, type Reads } from "../src/reads/reads.ts";
import type { HistoryBuilder } from "./helpers/git-history.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { buildHistory, logIn } from "./helpers/log-command.ts";

let bench: IngestBench;
let reads: Reads;
let folder: string;

const rows = (count: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n / 7])));

/** Numbers that lose digits elsewhere, special ones, texts of numbers, files that come, go, break and mend. */
function make(builder: HistoryBuilder): void {
  const odd =
    '{"big":12345678901234567890,"nan":NaN,"low":-Infinity,"tiny":1e-300,"text":"54500.8","f":"=1+1","no":null}';
  builder.commit({ files: { "metrics.json": odd, "params.yaml": "lr: 0.1\n" }, zone: "+0530" });
  builder.commit({ files: { "metrics.json": odd.replace("890,", "891,") }, author: "=Ada| <a@b>" });
  builder.commit({ files: { "params.yaml": null }, message: 'Say "it", \u202e\n' });
  builder.commit({ files: { "metrics.json": "{ broken" } });
  builder.commit({ files: { "metrics.json": '{"big":1,"big":2}', "wide/metrics.json": rows(12) } });
  const fork = builder.commit({ files: { "README.md": "x" } });
  builder.commit({ branch: "topic", parents: [fork], files: { "metrics.json": '{"big":3}' } });
  const topic = builder.commit({ branch: "topic", files: { "metrics.json": '{"big":4}' } });
  const main = builder.commit({ branch: "main", parents: [fork], files: { "params.yaml": "lr: 0.2\n" } });
  builder.commit({ branch: "main", parents: [main, topic], files: { "metrics.json": '{"big":4}' } });
}

before(async () => {
  bench = await openIngestBench();
  reads = createReads(bench.database.database);
  folder = await buildHistory(join(bench.folder, "odd.git"), make);
  await bench.add({ folder, name: "odd" });
});
after(() => bench.close());

async function textOf(query: Partial<ExportQuery>): Promise<{ readonly text: string; readonly commits: number }> {
  const whole = { format: "ndjson", columns: [], ...query } as const;
  const found = await openExport(reads, bench.organization, "odd", whole);
  let text = "";
  for await (const piece of found.text) text += piece;
  return { text, commits: found.commits };
}

/** The command writes a list of objects, one a line: each as a text, its keys in the order of the database's. */
function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/,$/, ""))
    .filter((line) => line.startsWith("{"));
}

/** A commit, each number as it is written. The order of what changed says nothing: it is that of the keys as stored. */
function exact(text: string): unknown {
  const commit = JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === "number" ? `number ${context?.source}` : value,
  ) as { readonly changed: readonly string[] };
  return { ...commit, changed: commit.changed.toSorted() };
}

for (const branch of ["main", "topic"]) {
  test(`NDJSON of ${branch} has the objects of tidemark log --json, digit for digit`, async () => {
    const said = await logIn(bench.folder)([folder, "--json", "-n", "0", "--branch", branch]);
    assert.equal(said.code, 0, said.err);
    const { text, commits } = await textOf({ branch });
    const [ours, theirs] = [linesOf(text), linesOf(said.out)];
    assert.equal(commits, ours.length);
    assert.deepEqual(ours.map(exact), theirs.map(exact));
    assert.match(text, /"metrics\.json:big":12345678901234567890,/);
  });
}

test("NDJSON of chosen columns has those only, among the changed ones too", async () => {
  const columns = ["metrics.json:big", "params.yaml:lr"];
  const chosen = ["--columns", "metrics.json:big", "--columns", "params.yaml:lr"];
  const said = await logIn(bench.folder)([folder, "--json", "-n", "0", ...chosen]);
  assert.equal(said.code, 0, said.err);
  assert.deepEqual(linesOf((await textOf({ columns })).text).map(exact), linesOf(said.out).map(exact));
});

test("CSV is that of tidemark log --csv", async () => {
  const columns = ["metrics.json:big", "metrics.json:f", "metrics.json:nan", "metrics.json:text", "params.yaml:lr"];
  const chosen = columns.flatMap((id) => ["--columns", id]);
  const some = await logIn(bench.folder)([folder, "--csv", "-n", "0", ...chosen]);
  assert.equal(some.code, 0, some.err);
  assert.equal((await textOf({ format: "csv", columns })).text, some.out);
  const all = await logIn(bench.folder)([folder, "--csv", "-n", "0"]);
  const { text, commits } = await textOf({ format: "csv" });
  assert.equal(text, all.out);
  assert.equal(text.split("\n").length - 2, commits, "a head, a line a commit, and nothing behind the last");
});

/** @returns the ids of all pages of a list, one after the other */
async function pagedShas(query: Omit<CommitPageQuery, "limit">): Promise<string[]> {
  const shas: string[] = [];
  let cursor: string | undefined;
  do {
    const { text } = await readCommitPage(reads, bench.organization, "odd", { ...query, limit: 3, cursor });
    const page = JSON.parse(text) as { commits: { sha: string }[]; nextCursor: string | null };
    shas.push(...page.commits.map(({ sha }) => sha));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return shas;
}

const shasOf = (text: string): string[] => linesOf(text).map((line) => (JSON.parse(line) as { sha: string }).sha);

test("an export has the commits of the list that its question asks for, in the list's order", async () => {
  const [, , third = ""] = await pagedShas({ columns: [] });
  const questions: Omit<CommitPageQuery, "limit">[] = [
    { columns: [], view: "all" },
    { columns: [], view: "touching" },
    { columns: [], "as-of": third.slice(0, 10) },
    { columns: [], view: "all", "as-of": third },
    { columns: ["metrics.json:big"], sort: ["metrics.json:big"], order: ["asc"] },
    { columns: [], view: "all", where: "big > 2 and branch = main", sort: ["position"], order: ["asc"] },
    { columns: ["params.yaml:lr"], changed: true },
    { columns: ["metrics.json:big"], baseline: third, where: "delta(big) > 0" },
  ];
  const sizes = [];
  for (const question of questions) {
    const shas = await pagedShas(question);
    sizes.push(shas.length);
    const json = await textOf(question);
    assert.deepEqual(shasOf(json.text), shas, JSON.stringify(question));
    assert.equal(json.commits, shas.length);
    const csv = await textOf({ ...question, format: "csv" });
    assert.deepEqual(csv.text.match(/^[0-9a-f]{40}/gm) ?? [], shas, JSON.stringify(question));
  }
  assert.equal(sizes.filter((size) => size === 10).length, 1, "all of them once");
  assert.ok(
    sizes.every((size) => size > 0),
    String(sizes),
  );
});

test("NDJSON beside a pinned commit says what differs from that one", async () => {
  const shas = await pagedShas({ columns: [], view: "all" });
  const [first = "", second = ""] = shas.toReversed();
  const { text } = await textOf({ view: "all", baseline: second });
  const changed = linesOf(text).map((line) => (JSON.parse(line) as { changed: string[] }).changed);
  const all = ["big", "f", "low", "nan", "text", "tiny"].map((key) => `metrics.json:${key}`);
  const lr = "params.yaml:lr";
  assert.equal(shasOf(text).at(-1), first);
  assert.deepEqual(
    changed.map((ids) => ids.toSorted()),
    [
      // newest first: the merge, main's own, topic's two, and those before the fork
      [...all, lr],
      [...all, lr],
      [...all, lr],
      [...all, lr],
      [...all, lr],
      [...all, lr],
      [lr], // its metrics.json cannot be read
      [lr],
      [],
      ["metrics.json:big"],
    ],
  );
});
