// Tests of which branches are followed, and of their lines.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type BranchChoice, STANDARD_CHOICE } from "../domain/branch-choice.ts";
import type { Sha } from "../domain/model.ts";
import { CommitGraph } from "../git/commit-graph.ts";
import type { GitRef } from "../git/refs.ts";
import { followedBranches, placeBranches } from "./plan.ts";

const NOW = Date.UTC(2026, 10, 24);
const DAY = 86_400_000;

const oid = (number: number): Sha => number.toString(16).padStart(40, "0") as Sha;
const ref = (name: string, days: number): GitRef => ({
  name,
  nameBytes: Buffer.from(name),
  sha: oid(1),
  committedAt: NOW - days * DAY,
});

test("followedBranches() takes the default branch first, then live and data branches, oldest first", () => {
  const refs = [
    "gh-pages 400",
    "new 1",
    "old 91",
    "main 300",
    "edge 90",
    "benchmarks-2 999",
    "data 5",
    "database 95",
    "results 2",
  ];
  const listed = refs.map((text) => ref(text.split(" ")[0] as string, Number(text.split(" ")[1])));
  assert.deepEqual(
    followedBranches(listed, "main", { now: NOW }).map(({ name }) => name),
    ["main", "benchmarks-2", "gh-pages", "edge", "data", "results", "new"],
  );
});

test("followedBranches() orders branches of one moment by name, and knows no branch in an empty repository", () => {
  const listed = [ref("b", 1), ref("a", 1)];
  assert.deepEqual(
    followedBranches(listed, null, { now: NOW }).map(({ name }) => name),
    ["a", "b"],
  );
  assert.deepEqual(followedBranches([], null, { now: NOW }), []);
});

const FOLLOWED: readonly [string, Partial<BranchChoice>, readonly string[]][] = [
  ["names are followed whatever their age", { also: ["old"] }, ["main", "old", "gh-pages", "a/b/c", "new"]],
  ["a star is any text, slashes too", { also: ["*/c*", "o*d"] }, ["main", "a/b/cc", "old", "gh-pages", "a/b/c", "new"]],
  ["all are followed without a limit", { days: null }, ["main", "a/b/cc", "old", "gh-pages", "a/b/c", "new"]],
  ["days are counted to the head's date", { days: 1 }, ["main", "gh-pages", "new"]],
  ["an exclusion overrules age", { never: ["a/*"] }, ["main", "gh-pages", "new"]],
  ["an exclusion overrules a name", { also: ["old"], never: ["ol*"] }, ["main", "gh-pages", "a/b/c", "new"]],
  ["branches of data may be excluded", { never: ["gh-pages"] }, ["main", "a/b/c", "new"]],
  ["the default branch may not", { never: ["*"] }, ["main"]],
  ["a name is no beginning", { also: ["ol", "a/b", "O*"] }, ["main", "gh-pages", "a/b/c", "new"]],
];

for (const [what, choice, names] of FOLLOWED) {
  test(`followedBranches() by a choice: ${what}`, () => {
    const listed = [
      ref("gh-pages", 100),
      ref("new", 1),
      ref("old", 200),
      ref("main", 300),
      ref("a/b/c", 50),
      ref("a/b/cc", 250),
    ];
    const followed = followedBranches(listed, "main", { now: NOW, choice: { ...STANDARD_CHOICE, ...choice } });
    assert.deepEqual(
      followed.map(({ name }) => name),
      names,
    );
  });
}

test("placeBranches() gives forks as branch and position, and leaves out a head that is not in the graph", () => {
  // 0 ← 1 ← 2 main, 1 ← 3 topic, 3 = same
  const graph = CommitGraph.of([
    { sha: oid(10), firstParent: null },
    { sha: oid(11), firstParent: oid(10) },
    { sha: oid(12), firstParent: oid(11) },
    { sha: oid(13), firstParent: oid(11) },
  ]);
  const branch = (name: string, sha: Sha) => ({ name, nameBytes: Buffer.from(name), sha });
  const plan = placeBranches(graph, [
    branch("main", oid(12)),
    branch("lost", oid(99)),
    branch("topic", oid(13)),
    branch("same", oid(13)),
  ]);
  assert.deepEqual(
    plan.branches.map(({ name, tip, fork }) => [name, tip, fork]),
    [
      ["main", 2, null],
      ["topic", 3, { branch: 0, position: 1 }],
      ["same", 3, { branch: 1, position: 3 }],
    ],
  );
  assert.deepEqual([...plan.lines], [0, 0, 0, 1]);
});
