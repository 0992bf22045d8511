// Tests of what says how uncertain a figure is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Value } from "./model.ts";
import { spreadKeys, spreadOf } from "./spread.ts";

const cases = JSON.parse(readFileSync(join(import.meta.dirname, "spread.cases.json"), "utf8")) as {
  readonly names: readonly { readonly key: string; readonly keys: readonly string[]; readonly spread: string | null }[];
  readonly values: readonly { readonly value: number; readonly spread: Value; readonly is: number | null }[];
};

for (const { key, keys, spread } of cases.names) {
  test(`spreadKeys() of ${key} beside ${keys.join(", ")}: ${spread ?? "none"}`, () => {
    assert.equal(spreadKeys(key).find((name) => keys.includes(name)) ?? null, spread);
  });
}

for (const { value, spread, is } of cases.values) {
  test(`spreadOf() of ${value} and ${JSON.stringify(spread)}: ${is}`, () => {
    assert.equal(spreadOf(value, spread), is);
  });
}

test("spreadKeys() never names the figure itself", () => {
  for (const key of ["range", "error", "a.stddev", "acc_stderr"]) assert.ok(!spreadKeys(key).includes(key), key);
});
