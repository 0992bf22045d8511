// What is kept in Postgres, as the settings say it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArchiveKeep, STANDARD_KEEP } from "./archive-keep.ts";
import { isTidemarkError } from "./errors.ts";

test("without settings the usual is kept; 40 commits, with the one below them, and 0 days are as good", () => {
  assert.deepEqual(parseArchiveKeep({}), STANDARD_KEEP);
  assert.deepEqual(parseArchiveKeep({ TIDEMARK_ARCHIVE_KEEP_COMMITS: "" }), STANDARD_KEEP);
  const small = {
    TIDEMARK_ARCHIVE_KEEP_COMMITS: "40",
    TIDEMARK_ARCHIVE_KEEP_DAYS: "0",
    TIDEMARK_ARCHIVE_MIN_COMMITS: "1",
  };
  assert.deepEqual(parseArchiveKeep(small), { commits: 41, days: 0, minCommits: 1 });
});

for (const [name, text] of [
  ["TIDEMARK_ARCHIVE_KEEP_COMMITS", "39"],
  ["TIDEMARK_ARCHIVE_KEEP_DAYS", "-1"],
  ["TIDEMARK_ARCHIVE_KEEP_DAYS", "36501"],
  ["TIDEMARK_ARCHIVE_MIN_COMMITS", "0"],
  ["TIDEMARK_ARCHIVE_MIN_COMMITS", "5e2"],
] as const) {
  test(`${name}=${text} is refused by name`, () => {
    assert.throws(
      () => parseArchiveKeep({ [name]: text }),
      (error) => isTidemarkError(error, "bad-setting") && error.parts.value === name,
    );
  });
}
