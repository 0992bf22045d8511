// Which columns a branch shows unless others are asked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CommitPage } from "../api/contract/commits.ts";
import type { Value } from "../domain/model.ts";
import { fillHistory, type TestCommit, type TestFile } from "../../test/helpers/filled-history.ts";
import { openReads } from "../../test/helpers/open-reads.ts";
import { readColumnCatalogue } from "./column-catalogue.ts";
import { readCommitPage } from "./commit-page.ts";
import { readRepositoryView } from "./repository-list.ts";

const { db, reads, organization } = await openReads();

async function shownColumns(name: string, branch?: string): Promise<string[]> {
  const { text } = await readCommitPage(reads, organization, name, { branch, columns: [], limit: 40 });
  return CommitPage.parse(JSON.parse(text)).columns.map(({ id }) => id);
}

const file = (document: Record<string, Value>): TestFile => ({ document });
const unreadable: TestFile = { problem: { reason: "too-large", message: "it was 6.1 MiB" } };

/** A straight line whose commit `n` has the files given. */
function line(commits: readonly Record<string, TestFile>[]): TestCommit[] {
  return commits.map((files, n) => ({ parents: n === 0 ? [] : [n - 1], files }));
}

test("a page shows the columns of the first screen first, however much a new file brings", async () => {
  const wide = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`new_${i}`, i]));
  const commits = line(
    Array.from({ length: 60 }, (_, n) => ({
      "metrics.json": file({
        acc: 0.9,
        loss: 1 / (n + 1),
        ...(n < 58 ? { f1: n } : {}),
        ...(n < 10 ? { long: n } : {}),
      }),
      ...(n >= 58 ? { "aaa.csv": file({ ...wide, score: n }) } : {}),
      ...(n < 15 ? { "forgotten.json": file({ x: n }) } : {}),
    })),
  );
  await fillHistory(db.database, organization, { name: "sparse", commits, branches: [{ name: "main", head: 59 }] });
  const shown = await shownColumns("sparse");
  assert.deepEqual(shown.slice(0, 3), ["metrics.json:acc", "metrics.json:loss", "metrics.json:f1"]);
  assert.equal(shown.length, 30);
  assert.ok(shown.slice(3).every((id) => id.startsWith("aaa.csv:")));
  const { spark } = await readRepositoryView(reads, organization, "sparse");
  assert.equal(spark?.column, "metrics.json:loss");
  const { answer } = await readColumnCatalogue(reads, organization, "sparse", { limit: 100 });
  assert.deepEqual(
    answer.columns.filter((column) => column.shown).map(({ id }) => id),
    [...shown].sort((a, b) => Number(a.startsWith("m")) - Number(b.startsWith("m"))),
  );
});

test("each branch shows columns of its own, and one without values none", async () => {
  const commits: TestCommit[] = [
    ...line(Array.from({ length: 50 }, (_, n) => ({ "metrics.json": file({ loss: n }) }))),
    { parents: [], files: {} },
    { parents: [50], files: { "bench.json": file({ ms: 3 }) } },
    { parents: [51], files: { "bench.json": unreadable } },
    { parents: [], files: {} },
    ...Array.from({ length: 45 }, (_, n) => ({ parents: [n === 0 ? 3 : 53 + n], files: {} })),
  ];
  await fillHistory(db.database, organization, {
    name: "branches",
    commits,
    branches: [
      { name: "main", head: 49 },
      { name: "gh-pages", head: 52 },
      { name: "docs", head: 53 },
      { name: "stripped", head: 98 },
    ],
  });
  assert.deepEqual(await shownColumns("branches"), ["metrics.json:loss"]);
  assert.deepEqual(await shownColumns("branches", "gh-pages"), ["bench.json:ms"]);
  assert.deepEqual(await shownColumns("branches", "docs"), []);
  // nothing in its newest 40 commits: the newest that has values, further down on main's part
  assert.deepEqual(await shownColumns("branches", "stripped"), ["metrics.json:loss"]);
});
