// Tests of plain Git servers: nothing can be asked of them, and they say so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { notOfferedBy } from "../../domain/provider-kind.ts";
import { plain } from "./plain.ts";

test("plain has no ability, and its hook is made by hand", () => {
  const { accounts, repositories, webhooks, deliveries, refs } = plain;
  assert.deepEqual([accounts, repositories, webhooks, deliveries, refs], [null, null, null, null, null]);
  const { page, steps } = plain.hookSteps({ baseUrl: "https://git.example.org", name: "a/b" });
  assert.equal(page, null);
  assert.ok(steps.some((step) => step.includes("post-receive")));
  assert.equal(plain.gitLogin("ada"), "ada");
  assert.equal(plain.gitLogin(""), "git");
});

test("notOfferedBy() names the provider", () => {
  assert.equal(notOfferedBy("bitbucket"), "not offered by Bitbucket");
  assert.equal(notOfferedBy("plain"), "not offered by a plain Git server");
});
