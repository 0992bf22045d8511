// The sentences about values that could not be read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBytes, missingSentence } from "./warnings.ts";

const group = {
  path: "metrics.json",
  reason: "too-large",
  commits: 3,
  size: 6_396_314,
  limit: 4_194_304,
  message: "",
  sha: null,
};

test("missingSentence() says how many commits, which file and why", () => {
  assert.equal(missingSentence(group), '3 commits miss values because "metrics.json" was 6.1 MiB, limit 4 MiB');
  assert.equal(
    missingSentence({ ...group, commits: 1, reason: "lfs-pointer", size: null, limit: null }),
    '1 commit misses values because "metrics.json" was kept by Git LFS, outside of Git',
  );
  assert.equal(
    missingSentence({ ...group, commits: 1_234, reason: "not-readable", message: "line 3: a comma is missing" }),
    '1,234 commits miss values because "metrics.json" could not be read: line 3: a comma is missing',
  );
  assert.equal(
    missingSentence({
      ...group,
      path: null,
      reason: "too-many-files",
      message: "there are 9,000 metric files, limit 200",
    }),
    "3 commits miss values because there are 9,000 metric files, limit 200",
  );
  for (const [message, end] of [
    ["More paths changed than are looked at.", "more paths changed than are looked at"],
    ["JSON is broken. Mend it.", "JSON is broken. Mend it"],
  ] as const)
    assert.equal(missingSentence({ ...group, path: null, message }), `3 commits miss values because ${end}`);
});

test("formatBytes() counts in 1024s with one digit behind the point where it says something", () => {
  assert.deepEqual([0, 512, 1_024, 1_536, 4_194_304, 6_396_314, 2 ** 40].map(formatBytes), [
    "0 bytes",
    "512 bytes",
    "1 KiB",
    "1.5 KiB",
    "4 MiB",
    "6.1 MiB",
    "1024 GiB",
  ]);
});
