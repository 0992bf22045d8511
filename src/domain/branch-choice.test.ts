// Tests of the names by which branches are followed or not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { processorMs } from "../../test/helpers/processor-time.ts";
import { branchMatcher, checkNames, MAX_BRANCH_NAMES } from "./branch-choice.ts";

const MATCHES: readonly [string, string, boolean][] = [
  ["main", "main", true],
  ["main", "main2", false],
  ["release/*", "release/1.2", true],
  ["release/*", "release/1/2", true],
  ["release/*", "release/", true],
  ["release/*", "release", false],
  ["*", "anything/at/all", true],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["a*b*c", "a-b-c", true],
  ["a*b*c", "acb", false],
  ["ab*ba", "aba", false],
  ["a*bc*bc", "abc", false],
  ["a*bc*bc", "abcbc", true],
  ["**", "x", true],
  ["a.c", "abc", false],
  ["caf\\xe9", "caf\\xe9", true],
];

for (const [pattern, branch, wanted] of MATCHES) {
  test(`branchMatcher() of ${pattern} ${wanted ? "names" : "does not name"} ${branch}`, () => {
    assert.equal(branchMatcher([pattern])(branch), wanted);
  });
}

test("branchMatcher() asks every name, and without one names nothing", () => {
  const isNamed = branchMatcher(["x", "tune-*"]);
  assert.deepEqual(["x", "tune-1", "y"].map(isNamed), [true, true, false]);
  assert.equal(branchMatcher([])("x"), false);
});

test("branchMatcher() takes no time with many stars", () => {
  const isNamed = branchMatcher([`${"a*".repeat(100)}b`]);
  const before = processorMs();
  assert.equal(isNamed("a".repeat(250)), false);
  assert.ok(processorMs() - before < 100);
});

test("checkNames() keeps each name once, without blanks around it", () => {
  const names = ["tune-*", "x/y", "über"];
  assert.deepEqual(checkNames([" tune-* ", "x/y", "tune-*", "über"]), { names, problem: null });
  assert.deepEqual(checkNames([]), { names: [], problem: null });
});

const wanted = "a branch's name, with * for any text, such as release/*";
const REFUSED: readonly [readonly string[], object][] = [
  [["a", " "], { value: "", found: "no name", wanted }],
  [["a b"], { value: "a b", found: '" ", which no branch\'s name holds', wanted }],
  [["v[12]"], { value: "v[12]", found: '"[", which no branch\'s name holds', wanted }],
  [["a?"], { value: "a?", found: '"?", which no branch\'s name holds', wanted }],
  [["a\0"], { value: "a\0", found: '"\\u0000", which no branch\'s name holds', wanted }],
  [["é".repeat(129)], { value: "é".repeat(129), found: "258 bytes", wanted: "at most 256 bytes" }],
];
for (const [names, problem] of REFUSED) {
  test(`checkNames() refuses ${JSON.stringify(names).slice(0, 20)}`, () => {
    assert.deepEqual(checkNames(names), { problem });
  });
}

test(`checkNames() takes ${MAX_BRANCH_NAMES} names at most`, () => {
  const names = Array.from({ length: MAX_BRANCH_NAMES + 1 }, (_, n) => `b${n}`);
  assert.deepEqual(checkNames(names.slice(1)), { names: names.slice(1), problem: null });
  const problem = { value: "b50", found: "51 names", wanted: "at most 50 in a list" };
  assert.deepEqual(checkNames(names), { problem });
});
