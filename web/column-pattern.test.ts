// Tests of patterns of columns.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isPattern, matchesPattern, patternWords } from "./column-pattern.ts";

const column = (key: string, path = "bench.json") => ({ id: `${path}:${key}`, key });

const cases = [
  { pattern: "benchmarks[*].mean", key: "benchmarks[name=ajv,size=2].mean", matches: true },
  { pattern: "benchmarks[*].mean", key: "benchmarks[name=ajv].stats.mean", matches: false },
  { pattern: "benchmarks[*].mean", key: "benchmarks[name=ajv].mean.low", matches: false },
  { pattern: "benchmarks[*].mean", key: "old.benchmarks[name=ajv].mean", matches: false },
  { pattern: "*.mean", key: "a.b.mean", matches: true },
  { pattern: "bench.json:*mean", key: "a.mean", matches: true },
  { pattern: "a*b*c", key: "a-c-b-c", matches: true },
  { pattern: "a*b*c", key: "a-c", matches: false },
  { pattern: "ab*ba", key: "aba", matches: false },
  { pattern: "Loss*", key: "loss", matches: true },
  { pattern: "a.b*", key: "aXb", matches: false },
  { pattern: "*", key: "x", matches: true },
];

for (const { pattern, key, matches } of cases) {
  test(`matchesPattern() says that ${pattern} ${matches ? "stands" : "does not stand"} for ${key}`, () =>
    assert.equal(matchesPattern(pattern)(column(key)), matches));
}

test("patternWords() are what every such column holds", () => {
  assert.equal(patternWords("benchmarks[*].mean"), "benchmarks[ ].mean");
  assert.equal(patternWords("*"), "");
  assert.ok(isPattern("a*") && !isPattern("a"));
});
