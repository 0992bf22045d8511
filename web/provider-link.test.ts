// Tests of the links to providers' pages.
import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "./provider-link.cases.json" with { type: "json" };
import { providerCommit, providerComparison } from "./provider-link.ts";

for (const { url, is, commit } of cases) {
  test(`providerComparison() of ${url}`, () => {
    assert.equal(providerComparison({ url, provider: null }, "A", "B")?.href ?? null, is);
  });
  test(`providerCommit() of ${url}`, () => {
    assert.equal(providerCommit({ url, provider: null }, "A")?.href ?? null, commit);
  });
}

test("providerCommit() goes by what the provider says of itself before the host's name", () => {
  const known = { kind: "gitlab", visibility: "private", archived: false } as const;
  const at = (webUrl: string | null) => ({ url: "https://code.example.org/o/r.git", provider: { ...known, webUrl } });
  assert.equal(
    providerCommit(at("https://code.example.org/o/r"), "A")?.href,
    "https://code.example.org/o/r/-/commit/A",
  );
  assert.equal(providerCommit(at(null), "A"), null);
  assert.equal(providerCommit(at("javascript:alert(1)"), "A"), null);
});
