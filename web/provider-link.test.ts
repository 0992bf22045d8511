// Tests of the links to providers' comparisons.
import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "./provider-link.cases.json" with { type: "json" };
import { providerComparison } from "./provider-link.ts";

for (const { url, is } of cases) {
  test(`providerComparison() of ${url}`, () => {
    assert.equal(providerComparison(url, "A", "B")?.href ?? null, is);
  });
}
