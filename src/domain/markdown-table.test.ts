// Tests of tables in Markdown: texts stay texts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { markdownCell, markdownTable } from "./markdown-table.ts";

test("markdownCell() lets no character mean anything", () => {
  assert.equal(
    markdownCell("a|b *c* `d` <script> [x](y) #1 ![z] ~q~ &amp; \\"),
    "a\\|b \\*c\\* \\`d\\` \\<script\\> \\[x\\](y) \\#1 \\!\\[z\\] \\~q\\~ \\&amp; \\\\",
  );
  assert.equal(markdownCell("two\nlines\u202E"), "twoU+000AlinesU+202E");
});

test("markdownTable() aligns figures to the right", () => {
  assert.deepEqual(markdownTable(["commit", "loss"], [["ab12cd3", "0.5"]], [false, true]), [
    "| commit | loss |",
    "| --- | ---: |",
    "| ab12cd3 | 0.5 |",
  ]);
});
