// Tests of reading answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAnswer } from "./api.ts";

test("parseAnswer() keeps the digits of an integer that no double holds, wherever it stands", () => {
  const long = 12_345_678_901_234_567_890n;
  for (const text of [`[${long}]`, `{"a":${long},"b":1}`, `[1, -${long} ]`, `{"a": ${long}}`]) {
    const found = JSON.stringify(parseAnswer(text), (_, value: unknown) =>
      typeof value === "bigint" ? `exactly ${value}` : value,
    );
    assert.match(found, /exactly -?12345678901234567890"/, text);
  }
});

test("parseAnswer() leaves fractions, short integers and texts as they are", () => {
  const text = '{"a":[0.12345678901234567,1e300,9007199254740991,"12345678901234567890"]}';
  assert.deepEqual(parseAnswer(text), JSON.parse(text));
});
