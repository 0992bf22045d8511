// Tests of keeping unchanged rows.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommitPage, CommitRow } from "../src/api/contract/commits.ts";
import { shareRows } from "./share-rows.ts";

function row(sha: string, values: readonly (number | bigint)[], best: readonly boolean[] = [false, false]): CommitRow {
  const facts = { parents: [], author: { name: "Ada" }, authoredAt: "", committedAt: "", subject: `subject ${sha}` };
  const place = { position: 1, ordinal: 1, branches: ["main"], baseline: null, baselineValues: [null, null] };
  return {
    sha,
    ...facts,
    ...place,
    values: [...values] as number[],
    best: [...best],
    gone: [],
    removed: [],
    warnings: [],
  };
}

function page(commits: CommitRow[], version = 1, nextCursor: string | null = null): CommitPage {
  const head = {
    path: "m.json",
    kind: "number",
    unit: null,
    goal: null,
    goalFrom: null,
    alias: null,
    unstable: false,
  } as const;
  const columns = [
    { id: "m.json:x", key: "x", ...head },
    { id: "m.json:y", key: "y", ...head },
  ];
  const coverage = { hot: commits.length, archived: 0, importedTo: null, missing: null };
  return { branch: "main", columns, commits, total: null, coverage, version, newest: 9, nextCursor };
}

test("shareRows() keeps a page that came again unchanged", () => {
  const before = [page([row("a", [1, Number.NaN]), row("b", [2n ** 60n, 3])])];
  const after = shareRows(before, [page([row("a", [1, Number.NaN]), row("b", [2n ** 60n, 3])])]);
  assert.equal(after, before);
});

test("shareRows() keeps rows when newer ones moved them to other pages, and draws the changed one anew", () => {
  const before = [page([row("b", [1, 2]), row("a", [3, 4])])];
  const fresh = [page([row("c", [0, 0]), row("b", [1, 2])], 2, "x"), page([row("a", [3, 5])], 2)];
  const after = shareRows(before, fresh);
  assert.equal(after[0]?.commits[1], before[0]?.commits[0]);
  assert.equal(after[0]?.commits[0], fresh[0]?.commits[0]);
  assert.equal(after[1]?.commits[0], fresh[1]?.commits[0]);
  assert.equal(after[1]?.columns, before[0]?.columns);
  assert.equal(after[0]?.version, 2);
});

test("shareRows() sees that only a mark of the best has moved", () => {
  const before = [page([row("a", [1, 2], [true, false])])];
  assert.notEqual(shareRows(before, [page([row("a", [1, 2])])])[0]?.commits[0], before[0]?.commits[0]);
});

test("shareRows() sees what the row's parent tells once it can be read: that something is gone", () => {
  const before = [page([row("a", [1, 2])])];
  for (const news of [{ gone: [1] }, { removed: ["m.json"] }]) {
    const after = shareRows(before, [page([{ ...row("a", [1, 2]), ...news }])]);
    assert.notEqual(after[0]?.commits[0], before[0]?.commits[0]);
  }
});

test("shareRows() sees that no branch has a commit any more, that one has it again, and that it stands elsewhere", () => {
  const known = row("a", [1, 2]);
  const lost = { ...known, unreachableSince: "2026-03-01T12:00:00.000Z" };
  for (const [old, now] of [
    [known, lost],
    [lost, known],
    [known, { ...known, position: 2 }],
    [known, { ...known, ordinal: 2 }],
  ] as const) {
    assert.deepEqual(shareRows([page([old])], [page([now], 2)])[0]?.commits, [now]);
  }
});
