// Tests of where a commit stands on its branches.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Branch } from "../src/api/contract/columns.ts";
import { branchPlaces, unreachableWords } from "./branch-places.ts";

const branch = (name: string, commits: number, fork: Branch["fork"] = null): Branch => ({
  name,
  default: name === "main",
  head: name,
  state: "live",
  commits,
  fork,
});

// main: 0 … 9; dev left it at 6 and has three of its own, 7 … 9; fix left dev at 8
const BRANCHES = [
  branch("main", 10),
  branch("dev", 3, { branch: "main", ordinal: 6 }),
  branch("fix", 1, { branch: "dev", ordinal: 8 }),
  branch("docs", 2),
];

for (const { owner, ordinal, places } of [
  { owner: "main", ordinal: 9, places: [["main", 0]] },
  { owner: "main", ordinal: 7, places: [["main", 2]] },
  {
    owner: "main",
    ordinal: 6,
    places: [
      ["main", 3],
      ["dev", 3],
      ["fix", 3],
    ],
  },
  {
    owner: "dev",
    ordinal: 8,
    places: [
      ["dev", 1],
      ["fix", 1],
    ],
  },
  { owner: "dev", ordinal: 9, places: [["dev", 0]] },
  { owner: "docs", ordinal: 0, places: [["docs", 1]] },
] as const) {
  test(`branchPlaces() of commit ${ordinal} of ${owner}`, () => {
    assert.deepEqual(
      branchPlaces({ branches: [owner], ordinal }, BRANCHES).map(({ branch: name, after }) => [name, after]),
      places,
    );
  });
}

test("unreachableWords() say when a commit that no branch has goes", () => {
  assert.equal(
    unreachableWords("2026-11-27T01:18:04.000Z"),
    "No branch has this commit any more; it goes on 2026-12-27.",
  );
});

test("branchPlaces() of a commit on no line is nothing, and of a line that is not imported yet has no number", () => {
  assert.deepEqual(branchPlaces({ branches: [], ordinal: 3 }, BRANCHES), []);
  assert.deepEqual(branchPlaces({ branches: ["main"], ordinal: 3 }, [branch("main", 0)]), [
    { branch: "main", after: null },
  ]);
});
