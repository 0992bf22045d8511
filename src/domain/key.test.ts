// Tests of keys: text to segments and back is exact, and a key has one text only.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import fc from "fast-check";
import { isTidemarkError } from "../errors.ts";
import { formatColumnId, formatKey, parseColumnId, parseKey, type Segment } from "./key.ts";

/** A segment in short: a text is a name, a number a position, a list of pairs a row. */
type Short = string | number | [string, string][];

interface KeyCase {
  readonly name: string;
  readonly text: string;
  readonly segments: readonly Short[];
}

const SEED = 20_261_124;
const LISTS = process.env["TIDEMARK_TEST_ROUNDS"] === undefined ? 20_000 : 100_000;
const cases: KeyCase[] = JSON.parse(readFileSync(new URL("key.cases.json", import.meta.url), "utf8"));

for (const { name, text, segments } of cases) {
  test(`formatKey() ${name}`, () => {
    const list = segments.map(segmentOf);
    assert.equal(formatKey(list), text);
    assert.deepStrictEqual(parseKey(text), list, "the way back is exact");
  });
}

const awkward = fc.constantFrom(
  ...'abz0.=,[]"\\ \t\n\u0000#:/é\u00a0\u2028日🌊\ud800\udc00'.split(""),
  "🌊",
  "__proto__",
);
const text = fc.oneof(
  fc.array(awkward, { maxLength: 4 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 6 }),
);
const segment: fc.Arbitrary<Segment> = fc.oneof(
  text.map((name) => ({ kind: "name" as const, name })),
  fc.nat({ max: Number.MAX_SAFE_INTEGER }).map((index) => ({ kind: "index" as const, index })),
  fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 3 }).map((pairs) => ({ kind: "row" as const, pairs })),
);
const segmentLists = fc.array(segment, { minLength: 1, maxLength: 4 });

test(`parseKey() gives back ${LISTS} generated lists, and no two share a text (F1), seed ${SEED}`, () => {
  const seen = new Map<string, string>();
  const property = fc.property(segmentLists, (list) => {
    const key = formatKey(list);
    assert.deepStrictEqual(parseKey(key), list);
    const identity = JSON.stringify(list);
    const known = seen.get(key);
    assert.ok(known === undefined || known === identity, `${known} and ${identity} share ${key}`);
    seen.set(key, identity);
  });
  fc.assert(property, { seed: SEED, numRuns: LISTS });
  assert.ok(seen.size > LISTS / 2, `${seen.size} different keys`);
});

test(`parseKey() answers any text with segments that give that text, or with bad-key, seed ${SEED}`, () => {
  const property = fc.property(fc.array(awkward, { maxLength: 8 }), (parts) => {
    const key = parts.join("");
    try {
      assert.equal(formatKey(parseKey(key)), key);
    } catch (error) {
      if (!isTidemarkError(error, "bad-key")) throw error;
    }
  });
  fc.assert(property, { seed: SEED, numRuns: 20_000 });
});

const REFUSED = {
  "an empty text": "",
  "a dot at the beginning": ".a",
  "a dot at the end": "a.",
  "two dots": "a..b",
  "a blank in a bare name": "a b",
  "quotes that are not needed": '["a"]',
  "other escapes than the shortest": '["a\\u0020b"]',
  "a leading zero": "a[01]",
  "a position beyond 2^53": "a[9007199254740993]",
  "empty brackets": "a[]",
  "a bracket that is not closed": "a[0",
  "a string that is not closed": '["a',
  "a row's quotes that are not needed": '[a="b"]',
  "a field without a value": "[a=]",
  "a row that ends in a comma": "[a=b,]",
  "a name right behind a bracket": "a[0]b",
};

for (const [what, key] of Object.entries(REFUSED)) {
  test(`parseKey() refuses ${what}`, () => {
    assert.throws(
      () => parseKey(key),
      (error) => isTidemarkError(error, "bad-key"),
    );
  });
}

test("formatKey() refuses no segments, an empty row and a broken position", () => {
  const bad: Segment[][] = [
    [],
    [{ kind: "row", pairs: [] }],
    [{ kind: "index", index: -1 }],
    [{ kind: "index", index: 0.5 }],
  ];
  for (const list of bad)
    assert.throws(
      () => formatKey(list),
      (error) => isTidemarkError(error, "bad-key"),
    );
});

test("parseColumnId() gives back path and key, also of a path with colons and quotes", () => {
  const ids: [string, string, string][] = [
    ["metrics.json", "a.b", "metrics.json:a.b"],
    ["runs/ü 1.json", 'x["a b"]', 'runs/ü 1.json:x["a b"]'],
    ["we:ird.json", "a", '"we:ird.json":a'],
    ['say "x".json', "[n=a:b]", '"say \\"x\\".json":[n=a:b]'],
  ];
  for (const [path, key, id] of ids) {
    assert.equal(formatColumnId(path, key), id);
    assert.deepStrictEqual(parseColumnId(id), { path, key });
  }
});

test("parseColumnId() refuses an id without a key and quotes that are not needed", () => {
  for (const id of ["metrics.json", "metrics.json:", '"metrics.json":a', '"a:b.json', "m.json:a..b"])
    assert.throws(
      () => parseColumnId(id),
      (error) => isTidemarkError(error, "bad-key"),
      id,
    );
});

function segmentOf(short: Short): Segment {
  if (typeof short === "string") return { kind: "name", name: short };
  return typeof short === "number" ? { kind: "index", index: short } : { kind: "row", pairs: short };
}
