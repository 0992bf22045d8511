// Tests of when the list of a folder's refs is enough to know that nothing is new.
import assert from "node:assert/strict";
import { test } from "node:test";
import { STANDARD_CHOICE } from "../domain/branch-choice.ts";
import type { BranchId, Position, Sha } from "../domain/model.ts";
import type { StoredBranch } from "../store/branch.ts";
import { type FolderQuestion, isUnchanged } from "./unchanged-folder.ts";

const [A, B] = ["a".repeat(40) as Sha, "b".repeat(40) as Sha];

function branch(number: number, name: string, head: Sha, more: Partial<StoredBranch> = {}): StoredBranch {
  const place = { headPosition: 0 as Position, state: "live" as const, fork: null };
  return { number: number as BranchId, name, nameBytes: Buffer.from(name), head, ...place, ...more };
}

const look = { choice: STANDARD_CHOICE, unfollowed: { count: 0, branches: [] } };
const SAME: FolderQuestion = {
  seen: { heads: new Map([["main", A]]), tags: [], head: "main" },
  stored: [branch(1, "main", A), branch(2, "gone", B, { state: "deleted" })],
  defaultBranch: "main",
  chosen: { choice: STANDARD_CHOICE, look },
  named: [],
};

test("isUnchanged() knows a folder whose branches are where they were", () => {
  assert.equal(isUnchanged(SAME), true);
});

const others: Readonly<Record<string, Partial<FolderQuestion>>> = {
  "a branch that moved": { seen: { ...SAME.seen, heads: new Map([["main", B]]) } },
  "one that is new": {
    seen: {
      ...SAME.seen,
      heads: new Map([
        ["main", A],
        ["x", A],
      ]),
    },
  },
  "one that is gone": { stored: [branch(1, "main", A), branch(2, "x", A)] },
  "one that came back": {
    seen: {
      ...SAME.seen,
      heads: new Map([
        ["main", A],
        ["gone", B],
      ]),
    },
  },
  "one that is another's by its place": { seen: { ...SAME.seen, heads: new Map([["refs/remotes/origin/main", A]]) } },
  "one that was missing": { stored: [branch(1, "main", A, { missing: { since: 1, looks: 1 } })] },
  "another HEAD": { seen: { ...SAME.seen, head: null } },
  "another default branch": { defaultBranch: "x" },
  "no look yet": { chosen: { choice: STANDARD_CHOICE, look: null } },
  "nobody's choice": { chosen: null },
  "another choice": { chosen: { choice: { ...STANDARD_CHOICE, days: 30 }, look } },
  "one that is not followed": {
    chosen: { choice: STANDARD_CHOICE, look: { ...look, unfollowed: { count: 1, branches: [] } } },
  },
  "what a delivery names": { named: [{ ref: "refs/heads/main", before: null, after: A }] },
};
for (const [what, other] of Object.entries(others)) {
  test(`isUnchanged() has a folder compared for ${what}`, () => {
    assert.equal(isUnchanged({ ...SAME, ...other }), false);
  });
}
