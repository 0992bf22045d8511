// Tests of ids that stand for several columns.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseColumnPattern } from "./column-pattern.ts";

test("parseColumnPattern() takes stars behind the path only", () => {
  assert.deepEqual(parseColumnPattern("m.json:benchmarks[*].mean"), { path: "m.json", key: "benchmarks[*].mean" });
  assert.deepEqual(parseColumnPattern('"a:*.json":*'), { path: "a:*.json", key: "*" });
  assert.deepEqual(parseColumnPattern("m.json:a:*"), { path: "m.json", key: "a:*" });
  for (const text of ["m.json:loss", "*.json:loss", "*", "", '"a:*', '"\\x":*', 'a"b:*']) {
    assert.equal(parseColumnPattern(text), null, text);
  }
});
