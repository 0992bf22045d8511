// Tags as `ls-remote` tells them: annotated ones lead to their commits, too many are cut.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_TAGS, TagCollector } from "./tags.ts";

const sha = (digit: string): string => digit.repeat(40);

test("TagCollector takes tags only, and of an annotated one what it leads to", () => {
  const collector = new TagCollector();
  const lines: readonly (readonly [string, string])[] = [
    [sha("1"), "HEAD"],
    [sha("1"), "refs/heads/refs/tags/v0"],
    [sha("2"), "refs/tags/v1"],
    [sha("3"), "refs/tags/v1^{}"],
    [sha("4"), "refs/tags/a/b"],
    ["ref: refs/tags/x", "refs/tags/y"],
    [sha("5"), "refs/pull/1/head"],
  ];
  for (const [id, ref] of lines) collector.take(id, Buffer.from(ref));
  const { tags, truncated } = collector.list();
  assert.deepEqual(
    tags.map((tag) => [tag.name, tag.sha]),
    [
      ["v1", sha("3")],
      ["a/b", sha("4")],
    ],
  );
  assert.equal(truncated, false);
});

test("TagCollector keeps of too many tags those whose names come last", () => {
  const collector = new TagCollector();
  for (let n = 0; n < MAX_TAGS; n++) collector.take(sha("1"), Buffer.from(`refs/tags/v${String(n).padStart(6, "0")}`));
  assert.equal(collector.list().truncated, false);
  collector.take(sha("2"), Buffer.from("refs/tags/first"));
  const { tags, truncated } = collector.list();
  assert.deepEqual([tags.length, tags.some(({ name }) => name === "first"), truncated], [MAX_TAGS, false, true]);
});
