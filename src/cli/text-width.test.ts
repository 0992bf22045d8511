// Tests of widths on a terminal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cutEnd, cutStart, padEnd, padStart, widthOf, wrap } from "./text-width.ts";

const WIDTHS: readonly (readonly [string, number])[] = [
  ["", 0],
  ["plain", 5],
  ["−1.5 ▲ ★ … ∞", 12],
  ["José Müller", 11],
  ["日本語", 6],
  ["한국어", 6],
  ["🎉", 2],
  ["👩‍💻 ok", 5],
  ["é", 1],
  ["ﬀull", 4],
];

for (const [text, width] of WIDTHS) {
  test(`widthOf() of ${JSON.stringify(text)} is ${width}`, () => assert.equal(widthOf(text), width));
}

test("cutEnd() and cutStart() keep what fits and mark what is gone, never wider than asked", () => {
  assert.equal(cutEnd("abcdef", 6), "abcdef");
  assert.equal(cutEnd("abcdef", 5), "abcd…");
  assert.equal(cutEnd("ab cdef", 4), "ab…");
  assert.equal(cutStart("abcdef", 5), "…cdef");
  assert.equal(cutStart("abcdef", 6), "abcdef");
  assert.equal(cutEnd("日本語", 5), "日本…");
  assert.equal(cutStart("日本語", 5), "…本語");
  assert.equal(cutEnd("abc", 0), "");
  for (const [text] of WIDTHS) {
    for (let width = 0; width < 12; width++) {
      assert.ok(widthOf(cutEnd(text, width)) <= width, `${text} ${width}`);
      assert.ok(widthOf(cutStart(text, width)) <= width, `${text} ${width}`);
    }
  }
});

test("padEnd() and padStart() count cells, not characters", () => {
  assert.equal(padEnd("日本", 5), "日本 ");
  assert.equal(padStart("−1", 4), "  −1");
  assert.equal(padStart("long", 2), "long");
});

test("wrap() breaks at blanks, indents what follows and cuts a word that is too wide", () => {
  assert.deepEqual(wrap("! one two three", 9, 2), ["! one two", "  three"]);
  assert.deepEqual(wrap("abcdefghij", 5, 2), ["abcd…"]);
  assert.deepEqual(wrap("", 5, 2), [""]);
});
