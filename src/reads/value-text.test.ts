// A stored value's text as the API sends it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromJsonb, toApiJson } from "../domain/value.ts";
import { apiText, apiValue, isPlain } from "./value-text.ts";

test("apiText() passes plain values through", () => {
  for (const text of [
    "1",
    "-0.5",
    "0.000001",
    "true",
    "false",
    "null",
    "9007199254740993",
    "1".repeat(40),
    `-${"1".repeat(40)}`,
  ]) {
    assert.equal(apiText(text, "number"), text);
    assert.ok(isPlain(text));
  }
  assert.equal(apiText('"a \\"b\\" {"', "text"), '"a \\"b\\" {"');
});

test("apiText() writes what Postgres has in many digits in the shortest form", () => {
  const cases: readonly (readonly [string, string])[] = [
    [`1${"0".repeat(300)}`, "1e+300"],
    [`-17976931348623157${"0".repeat(292)}`, "-1.7976931348623157e+308"],
    [`0.${"0".repeat(299)}1`, "1e-300"],
    [`0.${"0".repeat(323)}5`, "5e-324"],
    [`0.${"0".repeat(29)}12345678901234567`, "1.2345678901234567e-30"],
  ];
  for (const [text, short] of cases) {
    assert.equal(apiText(text, "number"), short);
    assert.equal(isPlain(`1\n${text}\n2`), false, "so the short way around is not taken");
  }
});

test("apiText() sends special numbers as texts, in every kind of column", () => {
  for (const special of ["NaN", "Infinity", "-Infinity"]) {
    for (const kind of ["number", "text", "mixed"] as const)
      assert.equal(apiText(`{"n": "${special}"}`, kind), `"${special}"`);
  }
  assert.equal(isPlain('{"n": "NaN"}'), false);
});

test("apiText() reads numeric texts and marks for nothing in columns of numbers only", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["54500.8", "54500.8"],
    ["85%", "85"],
    ["1,234.5", "1234.5"],
    ["9007199254740993", "9007199254740993"],
    ["-18,446,744,073,709,551,617", "-18446744073709551617"],
    ["nan", '"NaN"'],
    ["-inf", '"-Infinity"'],
    ["N/A", "null"],
    ["", "null"],
    ["-", "null"],
    ["fast", '"fast"'],
    ["0x10", '"0x10"'],
  ];
  for (const [text, sent] of cases) {
    assert.equal(apiText(JSON.stringify(text), "number"), sent, text);
    assert.equal(apiText(JSON.stringify(text), "mixed"), JSON.stringify(text), text);
  }
  assert.equal(isPlain('"1"'), false);
});

test("apiText() agrees with the one form that values have in the API", () => {
  const values = '[1, 0.1, "a", true, null, {"n": "NaN"}, 18446744073709551615, 1e21, 1.5e-9]';
  const texts = [
    "1",
    "0.1",
    '"a"',
    "true",
    "null",
    '{"n": "NaN"}',
    "18446744073709551615",
    "1000000000000000000000",
    "0.0000000015",
  ];
  fromJsonb(values).forEach((value, i) => {
    const sent = apiText(texts[i] as string, "text");
    assert.equal(JSON.parse(sent), JSON.parse(toApiJson(value)), sent);
  });
});

test("apiValue() keeps long integers and special numbers through JSON.stringify", () => {
  assert.equal(
    JSON.stringify([apiValue(2n ** 64n), apiValue(Number.NaN), apiValue("x")]),
    '[18446744073709551616,"NaN","x"]',
  );
});
