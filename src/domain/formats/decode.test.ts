// Tests of decoding (P12): byte order marks, UTF-16, old code pages, line ends, and what is no metric file.
import assert from "node:assert/strict";
import test from "node:test";
import { documentOf, readText } from "../../../test/helpers/reading-cases.ts";
import type { Reading } from "../model.ts";
import { readMetricFile } from "./read-file.ts";

test("readMetricFile() strips one UTF-8 byte order mark, without a word", () => {
  const reading = readText('\u{feff}{"a":1}', "m.json");
  assert.deepStrictEqual(documentOf(reading), { a: 1 });
  assert.deepStrictEqual(reading.warnings, []);
  assert.equal(readText('\u{feff}\u{feff}{"a":1}', "m.json").problem?.reason, "not-readable");
});

for (const [path, text] of Object.entries({
  "m.json": '{"a":"é"}',
  "m.yaml": "a: é\n",
  "m.toml": 'a = "é"\n',
  "m.csv": "n,v\na,é\nb,1\nc,2\n",
})) {
  test(`readMetricFile() reads UTF-16 with a byte order mark, with a warning: ${path}`, () => {
    for (const isLittle of [true, false]) {
      const reading = read(utf16(`\u{feff}${text}`, isLittle), path);
      assert.equal(documentOf(reading)["a"], "é");
      assert.deepStrictEqual(
        reading.warnings.map(({ reason }) => reason),
        ["encoding"],
      );
    }
  });
}

test("readMetricFile() refuses UTF-16 without a byte order mark and broken UTF-16", () => {
  const found = (bytes: Uint8Array): string | undefined => read(bytes, "m.json").problem?.message;
  assert.equal(found(utf16('{"a":1}', true)), "Found a NUL byte (byte 2 of the file), wanted UTF-8 text.");
  assert.equal(found(utf16('{"a":1}', false)), "Found a NUL byte at the beginning, wanted UTF-8 text.");
  assert.equal(found(Buffer.from('{"a": 13}\0')), "Found a NUL byte (byte 10 of the file), wanted UTF-8 text.");
  assert.equal(read(Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x00, 0xd8]), "m.json").problem?.reason, "not-text");
});

const BROKEN = {
  "a byte of Latin-1": [0xe9],
  "an overlong form": [0xc0, 0xaf],
  "an encoded surrogate": [0xed, 0xa0, 0x80],
  "a code point beyond the last": [0xf4, 0xbf, 0xbf, 0xbf],
  "a sequence that is cut off": [0xe2, 0x82],
};

for (const [what, bytes] of Object.entries(BROKEN)) {
  test(`readMetricFile() refuses JSON, YAML and TOML with ${what}`, () => {
    for (const [path, before, after] of [
      ["m.json", '{"a":"', '"}'],
      ["m.yaml", "a: x", "\n"],
      ["m.toml", 'a = "', '"'],
    ] as const) {
      const { problem } = read(Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]), path);
      assert.equal(problem?.reason, "not-text");
      assert.equal(problem?.message, "Found bytes that are not UTF-8, wanted UTF-8 text.");
    }
  });
}

test("readMetricFile() reads a table in the code page of Windows, with a warning", () => {
  const reading = read(Buffer.from("name,value\ngr\u{f6}\u{df}e,1\n", "latin1"), "m.csv");
  assert.deepStrictEqual(documentOf(reading), { größe: 1 });
  assert.deepStrictEqual(
    reading.warnings.map(({ reason }) => reason),
    ["encoding"],
  );
});

test("readMetricFile() reads every kind of line end, and a last line without one", () => {
  for (const end of ["\n", "\r\n"]) {
    assert.deepStrictEqual(documentOf(readText(["{", '"a":1', "}"].join(end), "m.json")), { a: 1 });
    assert.deepStrictEqual(documentOf(readText(["a: 1", "b: 2"].join(end), "m.yaml")), { a: 1, b: 2 });
    assert.deepStrictEqual(documentOf(readText(["a = 1", "b = 2"].join(end), "m.toml")), { a: 1, b: 2 });
  }
  for (const end of ["\n", "\r\n", "\r"])
    assert.deepStrictEqual(documentOf(readText(["a,1", "b,2", "c,3"].join(end), "m.csv")), { a: 1, b: 2, c: 3 });
});

test("readMetricFile() has own words for a pointer of Git LFS", () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
  for (const path of ["m.json", "m.yaml", "m.csv"])
    assert.equal(readText(pointer, path).problem?.reason, "lfs-pointer");
});

test("readMetricFile() has own words for an unresolved merge", () => {
  const text = '{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> dev\n}\n';
  for (const path of ["m.json", "m.yaml", "m.toml", "m.csv"])
    assert.equal(readText(text, path).problem?.reason, "merge-conflict");
  assert.deepStrictEqual(documentOf(readText('{"a":"<<<<<<< HEAD"}', "m.json")), { a: "<<<<<<< HEAD" });
});

function read(bytes: Uint8Array, path: string): Reading {
  return readMetricFile(bytes, { path, identity: null });
}

function utf16(text: string, isLittle: boolean): Uint8Array {
  const bytes = Buffer.from(text, "utf16le");
  return isLittle ? bytes : bytes.swap16();
}
