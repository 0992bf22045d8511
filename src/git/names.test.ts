// Tests of names: bytes to text and back, and no two names become one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, seededRandom } from "../../test/helpers/seeded-random.ts";
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

test("decodeName() tells a byte from the text that spells it", () => {
  assert.equal(decodeName(Buffer.from([0x6d, 0xff])), "m\\xff");
  assert.equal(decodeName(Buffer.from("m\\xff")), "m\\x5cxff");
  assert.equal(decodeName(Buffer.from("m\\x5cxff")), "m\\x5cx5cxff");
  for (const name of ["m\\xfg", "m\\x7f", "m\\XFF", "é\\xff"]) assert.equal(decodeName(Buffer.from(name)), name);
});

test("decodeName() has its way back from every name: no two names become one", () => {
  const seed = 20_261_127;
  const random = seededRandom(seed);
  const parts = ["\\", "x", "5c", "ff", "\\xff", "\\x5c", "\\x80", "a", "é", "/"].map((part) => Buffer.from(part));
  parts.push(Buffer.from([0xff]), Buffer.from([0x80]), Buffer.from([0xc3]));
  const names = new Map<string, Buffer>();
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.concat(Array.from({ length: 1 + random(7) }, () => pick(random, parts)));
    const name = decodeName(bytes);
    const shown = `seed ${seed}: ${bytes.toString("hex")} as ${name}`;
    assert.deepEqual(encodeName(name), bytes, shown);
    assert.deepEqual(names.get(name) ?? bytes, bytes, shown);
    names.set(name, bytes);
  }
});
