// Tests of figures as formats write them (F8, F22, F23): one number is one figure in all of them, and texts can be numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { documentOf, readText } from "../../../test/helpers/reading-cases.ts";
import { change, judge, sameValue } from "../compare.ts";
import type { Value } from "../model.ts";
import { compareValues, isMissing, numberOf } from "../value.ts";

/** One name and one value, in each format. */
const WRITTEN: Readonly<Record<string, (value: string) => string>> = {
  "m.json": (value) => `{"a": ${value}}`,
  "m.ndjson": (value) => `{"a": 0}\n{"a": ${value}}\n`,
  "m.yaml": (value) => `a: ${value}\n`,
  "m.toml": (value) => `a = ${value}\n`,
  "m.csv": (value) => `a,b,c\n${value},1,2\n`,
  "params.py": (value) => `a = ${value}\n`,
};

function read(path: string, value: string): { value: Value; warnings: readonly string[] } {
  const reading = readText((WRITTEN[path] as (value: string) => string)(value), path);
  const { a } = documentOf(reading);
  return { value: a as Value, warnings: reading.warnings.map(({ reason }) => reason) };
}

for (const path of Object.keys(WRITTEN)) {
  test(`readMetricFile() reads the numbers of F22 from ${path}`, () => {
    assert.deepStrictEqual(read(path, "9007199254740993").value, 9007199254740993n);
    assert.deepStrictEqual(read(path, "-9007199254740993").value, -9007199254740993n);
    assert.deepStrictEqual(read(path, "9007199254740991").value, 9007199254740991);
    assert.deepStrictEqual(read(path, "1e400"), { value: Number.POSITIVE_INFINITY, warnings: ["number-too-large"] });
    assert.deepStrictEqual(read(path, "-1e400"), { value: Number.NEGATIVE_INFINITY, warnings: ["number-too-large"] });
    assert.deepStrictEqual(read(path, "1e-400"), { value: 0, warnings: [] });
    assert.deepStrictEqual(read(path, "1.0").value, read(path, "1").value);
    const [zero, minus] = [read(path, "0").value, read(path, "-0.0").value];
    assert.ok(sameValue(zero, minus));
    assert.equal(judge(zero, minus, "higher"), "none");
    assert.equal(compareValues(zero, minus), 0);
  });

  test(`readMetricFile() keeps the texts of ${path} that are numbers with marks, and they count as numbers (F22)`, () => {
    for (const [text, number] of [
      ["85%", 85],
      ["-0.5%", -0.5],
      ["1,234.5", 1234.5],
      ["-12,345,678", -12345678],
      ["54500.8", 54500.8],
      ["NaN", Number.NaN],
      ["-inf", Number.NEGATIVE_INFINITY],
    ] as const) {
      const value = read(path, `"${text}"`).value;
      assert.equal(value, text === "54500.8" && path === "m.csv" ? 54500.8 : text);
      assert.equal(numberOf(value), number);
    }
  });

  test(`readMetricFile() keeps the marks of ${path} for nothing, and they are missing (F8)`, () => {
    for (const mark of ["N/A", "NA", "n/a", "-", "--", "null", "None"]) {
      const { value } = read(path, `"${mark}"`);
      assert.equal(value, path === "m.csv" ? null : mark);
      assert.ok(isMissing(value));
    }
  });
}

test("readMetricFile() reads an integer of base 16 that is too long to be exact as the nearest double", () => {
  const digits = `0x${"f".repeat(141)}`;
  assert.deepEqual(documentOf(readText(`x = ${digits}\ny = 0x${"1".repeat(300)}`, "params.py")), {
    x: Number(digits),
    y: Number.POSITIVE_INFINITY,
  });
  assert.equal(Number(digits), 16 ** 141);
});

test("change() and judge() take numeric texts for the numbers that they are", () => {
  assert.equal(change("86%", "85%"), 1);
  assert.equal(change("1,234.5", "1,234"), 0.5);
  assert.equal(judge("86%", "85%", "higher"), "better");
  assert.equal(judge("1,000", 1000, "higher"), "none");
});

test("readMetricFile() lets the last of two equal names count, with one warning, where a format allows two (F22)", () => {
  for (const [path, text] of [
    ["m.json", '{"a": 1, "b": 3, "a": 2}'],
    ["m.ndjson", '{"a": 0}\n{"a": 1, "b": 3, "a": 2}\n'],
    ["m.yaml", "a: 1\nb: 3\na: 2\n"],
    ["params.py", "x = {'a': 1, 'b': 3, 'a': 2}"],
  ] as const) {
    const reading = readText(text, path);
    const prefix = path === "params.py" ? "x." : "";
    assert.deepEqual(documentOf(reading), { [`${prefix}b`]: 3, [`${prefix}a`]: 2 });
    assert.deepEqual(
      reading.warnings.map(({ reason }) => reason),
      ["duplicate-keys"],
    );
  }
  assert.equal(readText("a = 1\na = 2\n", "m.toml").problem?.reason, "not-readable", "TOML forbids it");
});

test("readMetricFile() goes by what is in a file, not by its name (F23)", () => {
  const adapters = (
    [
      ["metrics.json", '{"a": 1}\n{"a": 2}\n', "ndjson", 2],
      ["metrics.json", "a: 2\n", "yaml", 2],
      ["params.yaml", '{"a": 2}', "json", 2],
      ["params.yml", '{"a": 1}\n{"a": 2}\n', "ndjson", 2],
      ["metrics.csv", '{"a": 2}', "json", 2],
      ["metrics.toml", '{"a": 2}', "json", 2],
      ["metrics", "a: 2", "yaml", 2],
      ["metrics", "a = 2", "toml", 2],
    ] as const
  ).map(([path, text, adapter, a]) => {
    const reading = readText(text, path);
    return [path, reading.adapter === adapter, documentOf(reading)["a"] === a];
  });
  for (const [path, isAdapter, isValue] of adapters) assert.deepEqual([path, isAdapter, isValue], [path, true, true]);
});
