// Tests of names: bytes to text and back, and no two names become one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeName, encodeName } from "./names.ts";

test("decodeName() keeps UTF-8 as it is, and encodeName() is the way back", () => {
  for (const name of ["main", "--upload-pack=x", "a;b$(id)`\"'", "<img/src=x>", "🌊", "日本", "a\\b", "\u202e", "é"]) {
    assert.equal(decodeName(Buffer.from(name)), name);
    assert.deepEqual(encodeName(name), Buffer.from(name));
  }
});

test("decodeName() writes bytes that are not UTF-8 as \\xNN, and encodeName() is the way back", () => {
  for (const bytes of [[0x63, 0xe9], [0xff, 0xfe], [0xc3], [0xed, 0xa0, 0x80], [0x61, 0x5c, 0x80, 0x62]]) {
    const name = decodeName(Buffer.from(bytes));
    assert.match(name, /\\x[89a-f][0-9a-f]/);
    assert.doesNotMatch(name, /\ufffd/);
    assert.deepEqual(encodeName(name), Buffer.from(bytes));
  }
});

test("decodeName() gives different texts for different bytes", () => {
  const texts = new Set(Array.from({ length: 256 }, (_, byte) => decodeName(Buffer.from([0x61, byte]))));
  assert.equal(texts.size, 256);
});
