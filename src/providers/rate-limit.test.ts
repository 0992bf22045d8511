// Tests of limits: every spelling that providers use, and what is no limit at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { limitedUntil, limitReset, retryAfter, UNSAID_WAIT_MS } from "./rate-limit.ts";

const NOW = Date.UTC(2026, 10, 27, 12);

test("retryAfter() takes seconds and dates", () => {
  assert.equal(retryAfter({ "retry-after": "120" }, NOW), NOW + 120_000);
  assert.equal(retryAfter({ "retry-after": "Fri, 27 Nov 2026 12:05:00 GMT" }, NOW), NOW + 300_000);
});

test("retryAfter() waits at least a second and at most a day, whatever is said", () => {
  assert.equal(retryAfter({ "retry-after": "0" }, NOW), NOW + 1_000);
  assert.equal(retryAfter({ "retry-after": "Fri, 27 Nov 2020 12:05:00 GMT" }, NOW), NOW + 1_000);
  assert.equal(retryAfter({ "retry-after": "999999999" }, NOW), NOW + 86_400_000);
});

test("retryAfter() gives null for what is neither", () => {
  for (const text of ["", "soon", "-5", "1e9", "12,34"])
    assert.equal(retryAfter({ "retry-after": text }, NOW), null, text);
  assert.equal(retryAfter({}, NOW), null);
});

test("limitReset() reads a time and a number of seconds, and only when nothing remains", () => {
  const reset = String(NOW / 1_000 + 600);
  assert.equal(limitReset({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset }, NOW), NOW + 600_000);
  assert.equal(limitReset({ "ratelimit-remaining": "0", "ratelimit-reset": "30" }, NOW), NOW + 30_000);
  assert.equal(limitReset({ "x-ratelimit-remaining": "1", "x-ratelimit-reset": reset }, NOW), null);
  assert.equal(limitReset({ "x-ratelimit-remaining": "0" }, NOW), null);
});

test("limitedUntil() prefers Retry-After, then the reset, then waits a minute", () => {
  const used = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW / 1_000 + 600) };
  assert.equal(limitedUntil({ ...used, "retry-after": "5" }, true, NOW), NOW + 5_000);
  assert.equal(limitedUntil(used, false, NOW), NOW + 600_000);
  assert.equal(limitedUntil({}, true, NOW), NOW + UNSAID_WAIT_MS);
  assert.equal(limitedUntil({}, false, NOW), null);
});
