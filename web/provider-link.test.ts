// Tests of the links to providers' pages.
import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "./provider-link.cases.json" with { type: "json" };
import { providerCommit, providerComparison } from "./provider-link.ts";

for (const { url, is, commit } of cases) {
  test(`providerComparison() of ${url}`, () => {
    assert.equal(providerComparison(url, "A", "B")?.href ?? null, is);
  });
  test(`providerCommit() of ${url}`, () => {
    assert.equal(providerCommit(url, "A")?.href ?? null, commit);
  });
}
