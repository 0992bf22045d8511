// Tests of TOML by the rules of its specification 1.1 (P14): what each means, and what each forbids.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { documentOf, readText } from "../../../test/helpers/reading-cases.ts";
import type { Value } from "../model.ts";

/** One rule of the specification. Special numbers are `{"n":"NaN"}`, exact integers `{"i":"9007199254740993"}`. */
interface Rule {
  readonly rule: string;
  readonly read: readonly (readonly [text: string, keys: Readonly<Record<string, unknown>>])[];
  readonly refused: readonly string[];
}

const rules: Rule[] = JSON.parse(readFileSync(new URL("toml-spec.cases.json", import.meta.url), "utf8"));

for (const { rule, read, refused } of rules) {
  test(`readMetricFile() reads TOML's ${rule} (P14)`, () => {
    for (const [text, keys] of read) {
      const expected = Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, valueOf(value)]));
      assert.deepStrictEqual(documentOf(readText(text, "m.toml")), expected, JSON.stringify(text));
    }
  });

  if (refused.length === 0) continue;
  test(`readMetricFile() refuses what TOML forbids of ${rule}, and says where (P14)`, () => {
    const wrong: string[] = [];
    for (const text of refused) {
      const { problem } = readText(text, "m.toml");
      if (problem === null) wrong.push(text);
      else if (problem.reason === "not-readable") assert.ok((problem.line ?? 0) > 0, JSON.stringify(text));
    }
    assert.deepStrictEqual(wrong, []);
  });
}

test("the rules have at least 150 cases", () => {
  assert.ok(rules.reduce((sum, { read, refused }) => sum + read.length + refused.length, 0) >= 150);
});

function valueOf(written: unknown): Value {
  if (typeof written !== "object" || written === null) return written as Value;
  const { n, i } = written as { n?: string; i?: string };
  return i === undefined ? Number(n) : BigInt(i);
}
