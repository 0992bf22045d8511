// Tests of JSON that is shown with a line for each part.
import assert from "node:assert/strict";
import { test } from "node:test";
import { indentJson } from "./indent-json.ts";

test("indentJson() writes as JSON.stringify() does, and keeps every digit", () => {
  const value = { a: [1, 2, { b: 'x,{}[]:\\"y' }], empty: {}, none: [], nested: [[], [{}]], t: true, n: null };
  assert.equal(indentJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
  assert.equal(indentJson(JSON.stringify(value, null, 7)), JSON.stringify(value, null, 2));
  assert.equal(
    indentJson('{"n":12345678901234567890,"e":1.50e3}'),
    '{\n  "n": 12345678901234567890,\n  "e": 1.50e3\n}',
  );
});

test("indentJson() takes what was cut off, and leaves alone what is no JSON", () => {
  assert.equal(indentJson('{"a":[1,"unfin'), '{\n  "a": [\n    1,\n    "unfin');
  assert.equal(indentJson("payload=%7B%7D"), "payload=%7B%7D");
  assert.equal(indentJson(""), "");
  assert.equal(indentJson("]]}"), "]]}");
  assert.doesNotThrow(() => indentJson("[".repeat(50_000)));
});
