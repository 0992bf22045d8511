// Tests of rows over generated histories: names stay what they are whatever the order, and ids that lie are no names.
import assert from "node:assert/strict";
import { test } from "node:test";
import { documentOf, readText } from "../../test/helpers/reading-cases.ts";
import { type Random, seededRandom } from "../../test/helpers/seeded-random.ts";
import { kindOf } from "./column.ts";
import { sampleRows } from "./formats/read-file.ts";
import type { Reading, RowIdentities, Value } from "./model.ts";
import { inferIdentities } from "./row-identity.ts";
import { compareValues, isMissing, numberOf } from "./value.ts";

const SEED = 20_261_124;
type Row = Readonly<Record<string, unknown>>;

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const rows = [...list];
  for (let i = rows.length - 1; i > 0; i--) {
    const other = random(i + 1);
    [rows[i], rows[other]] = [rows[other] as T, rows[i] as T];
  }
  return rows;
}

/** @param documents newest first */
function infer(documents: readonly unknown[]): RowIdentities {
  const samples = documents.map((document) => sampleRows(Buffer.from(JSON.stringify(document)), "m.json"));
  return inferIdentities(samples.filter((sample) => sample !== null));
}

function read(document: unknown, identity: RowIdentities | null): Reading {
  return readText(JSON.stringify(document), "m.json", identity);
}

/** A document's columns in an order of their own: that of the file is another one each time. */
function sorted(document: unknown, identity: RowIdentities): [string, Value][] {
  return Object.entries(documentOf(read(document, identity))).sort(([a], [b]) => (a < b ? -1 : 1));
}

const FRAMEWORKS = Array.from({ length: 57 }, (_, i) => (i === 0 ? "fastify" : `framework-${i}`));
/** A third of them has no figures now and then, as fastify's own file has. */
const FAILING = new Set(FRAMEWORKS.filter((_, i) => i % 3 === 1));

/** A history like that of fastify's benchmarks, newest first: figures as texts, "N/A" for none, a new order each time. */
function frameworkHistory(versions: number, random: Random): Row[][] {
  return Array.from({ length: versions }, (_, version) => {
    const rows = FRAMEWORKS.map((name, i) => {
      const failed = FAILING.has(name) && random(3) === 0;
      const figure = (base: number): string => (failed ? "N/A" : ((base + random(1000)) / 10).toFixed(1));
      const router = i < 40 ? { hasRouter: i % 2 === 0 ? "✓" : "✗" } : {};
      const released = `${i}.${random(4)}.${version}`;
      return {
        name,
        version: released,
        ...router,
        requests: figure(400_000),
        latency: figure(20),
        throughput: figure(70),
      };
    });
    return shuffled(rows, random);
  });
}

test(`a history like fastify's has one column for each figure of each framework (F3), seed ${SEED}`, () => {
  const history = frameworkHistory(30, seededRandom(SEED));
  const identity = infer(history);
  assert.deepEqual(identity, { "": ["name"] });
  const columns = new Map<string, Value[]>();
  for (const rows of history) {
    const reading = read(rows, identity);
    assert.deepEqual([reading.warnings, reading.unstableKeys], [[], []]);
    const document = documentOf(reading);
    for (const { name, requests, latency } of rows as readonly Record<string, string>[]) {
      assert.equal(document[`[name=${name}].requests`], requests);
      assert.equal(document[`[name=${name}].latency`], latency);
    }
    for (const [key, value] of Object.entries(document)) columns.set(key, [...(columns.get(key) ?? []), value]);
  }
  assert.equal(columns.size, 57 * 3 + 40);
  assert.ok([...columns.keys()].every((key) => !key.endsWith(".version") && !key.endsWith(".name")));
  const kinds = [...columns.values()].map(kind);
  assert.equal(kinds.filter((each) => each === "number").length, 57 * 3);
  assert.equal(kinds.filter((each) => each === "text").length, 40);
});

test(`sorting by a framework's figure never mixes frameworks (F3), seed ${SEED}`, () => {
  const history = frameworkHistory(30, seededRandom(SEED));
  const identity = infer(history);
  for (const name of ["fastify", "framework-1"]) {
    const own = history.map((rows) => rows.find((row) => row["name"] === name)?.["requests"] as string);
    const numbers = own.filter((text) => text !== "N/A").map(Number);
    const values = history.map((rows) => documentOf(read(rows, identity))[`[name=${name}].requests`] as Value);
    const order = [...values].sort((a, b) => compareValues(a, b, "descending")).map(numberOf);
    const wanted = [...numbers].sort((a, b) => b - a);
    assert.deepEqual(order, [...wanted, ...Array.from({ length: own.length - numbers.length }, () => null)]);
  }
});

test(`an array that is shuffled 1,000 times gives the same document (F4), seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const rows = FRAMEWORKS.slice(0, 12).map((name, i) => ({ requests: i, name, latency: i / 4 }));
  const identity = infer([rows, shuffled(rows, random)]);
  const expected = sorted(rows, identity);
  assert.equal(expected.length, 24);
  for (let time = 0; time < 1000; time++) assert.deepEqual(sorted(shuffled(rows, random), identity), expected);
});

test(`so does one of three levels, each shuffled on its own (F4), seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const benches = ["parse", "print", "walk"].map((title, i) => ({ hz: i, title }));
  const groups = ["small", "large"].map((fullName) => ({ fullName, benches }));
  const files = ["a.ts", "b.ts", "c.ts"].map((file) => ({ file, groups }));
  const turn = (): unknown => ({
    files: shuffled(files, random).map((file) => ({
      ...file,
      groups: shuffled(file.groups, random).map((group) => ({ ...group, benches: shuffled(group.benches, random) })),
    })),
  });
  const identity = infer([turn(), turn(), turn()]);
  assert.deepEqual(identity, {
    files: ["file"],
    "files[].groups": ["fullName"],
    "files[].groups[].benches": ["title"],
  });
  const expected = sorted({ files }, identity);
  assert.equal(expected.length, 18);
  assert.ok(expected.some(([key]) => key === "files[file=b.ts].groups[fullName=large].benches[title=walk].hz"));
  for (let time = 0; time < 1000; time++) assert.deepEqual(sorted(turn(), identity), expected);
});

/** A history like that of the-benchmarker's: each version numbers the frameworks anew, and its figures name the number. */
function renumberedHistory(versions: number, random: Random): unknown[] {
  const known = ["c", "ruby", "rust", "go"].flatMap((language) =>
    ["agoo", "nickel", "iron"].map((label) => ({ label, language })),
  );
  return Array.from({ length: versions }, () => {
    const frameworks = shuffled(known, random).map((each, i) => ({ id: i + 1, ...each, version: `1.${random(9)}` }));
    const metrics = frameworks.flatMap(({ id }) =>
      [64, 256].flatMap((level) =>
        ["percentile50", "percentile99"].map((label) => ({ framework_id: id, level, label, value: random(1000) / 8 })),
      ),
    );
    return { frameworks, metrics };
  });
}

test(`ids that are given anew name nothing, neither in their own rows nor where they are used (F5), seed ${SEED}`, () => {
  const history = renumberedHistory(20, seededRandom(SEED));
  assert.deepEqual(infer(history), { frameworks: ["label", "language"] });
});

test("ids that stay name the rows that use them (F5)", () => {
  const [document] = renumberedHistory(1, seededRandom(SEED));
  assert.deepEqual(infer([document, document]), {
    frameworks: ["id"],
    metrics: ["label", "framework_id", "level"],
  });
});

test("rows that come twice keep their order, with one warning, and are unstable (F6)", () => {
  const rows = ["a", "b", "a", "c", "b", "a"].map((name, i) => ({ name, value: i }));
  const reading = read(rows, { "": ["name"] });
  assert.deepEqual(documentOf(reading), {
    "[name=a].value": 0,
    "[name=b].value": 1,
    "[name=a,#=2].value": 2,
    "[name=c].value": 3,
    "[name=b,#=2].value": 4,
    "[name=a,#=3].value": 5,
  });
  assert.deepEqual(
    reading.warnings.map(({ reason }) => reason),
    ["rows-repeated"],
  );
  assert.deepEqual(
    reading.unstableKeys.filter((key) => key.includes("name=c")),
    [],
  );
  assert.equal(reading.unstableKeys.length, 5);
});

for (const [lacking, named] of [
  [4, true],
  [60, false],
] as const) {
  test(`rows of which ${lacking} % lack the name are ${named ? "named where they have it" : "not named by it"} (F6)`, () => {
    const rows = Array.from({ length: 100 }, (_, i) => (i < lacking ? { value: i } : { name: `row ${i}`, value: i }));
    const identity = infer([rows, rows]);
    assert.deepEqual(identity, named ? { "": ["name"] } : {});
    const { document, warnings, unstableKeys } = read(rows, identity);
    assert.equal(unstableKeys.filter((key) => key.endsWith(".value")).length, named ? lacking : 100);
    assert.equal(document?.keys.length, named ? 100 : 100 + 40);
    assert.deepEqual(
      warnings.map(({ reason }) => reason),
      ["rows-unnamed"],
    );
  });
}

test("one of five versions without the name does not change it, and its rows are told apart by position (F6)", () => {
  const rows = FRAMEWORKS.map((name, i) => ({ name, value: i }));
  const nameless = rows.slice(0, 2).map(({ value }) => ({ value }));
  const identity = infer([rows, rows, nameless, rows, rows]);
  assert.deepEqual(identity, { "": ["name"] });
  assert.deepEqual(documentOf(read(nameless, identity)), { "[0].value": 0, "[1].value": 1 });
});

const square = (side: number, cell: (at: number) => unknown = (at) => at): unknown[][] =>
  Array.from({ length: side }, (_, i) => Array.from({ length: side }, (__, j) => cell(i * side + j)));

test("a square of numbers gives its cells up to a side of 20, beyond it the figures of its lines (F7)", () => {
  const cells = read({ cm: square(20) }, null);
  assert.equal(cells.document?.keys.length, 400);
  assert.equal(documentOf(cells)["cm[19][19]"], 399);
  assert.deepEqual([cells.warnings, cells.unstableKeys], [[], []]);
  const lines = read({ cm: square(21) }, null);
  assert.equal(lines.document?.keys.length, 21 * 5 + 1);
  assert.equal(documentOf(lines)["cm.length"], 21);
  assert.equal(documentOf(lines)["cm[20].max"], 440);
  assert.deepEqual(lines.warnings, []);
  assert.deepEqual(documentOf(read({ cm: square(1) }, null)), { "cm[0][0]": 0 });
});

test("arrays that are empty, of nulls, ragged or mixed give what can be said of them (F7)", () => {
  const cases: readonly (readonly [unknown, Record<string, Value>])[] = [
    [[], { "a.length": 0 }],
    [[null, null], { "a.length": 2 }],
    [[[]], { "a[0].length": 0, "a.length": 1 }],
    [[[], []], { "a[0].length": 0, "a[1].length": 0, "a.length": 2 }],
    [[{}], {}],
    [[null, 3], { "a.length": 2, "a.last": 3, "a.min": 3, "a.max": 3, "a.mean": 3 }],
    [[true, false], { "a.length": 2 }],
    [["x", 1], { "a.length": 2 }],
    [[1, { x: 2 }], { "a[0]": 1, "a[1].x": 2 }],
    [[{ x: 2 }, null, "t"], { "a[0].x": 2, "a[1]": null, "a[2]": "t" }],
    [
      square(2, (at) => (at === 3 ? null : at)),
      {
        "a[0].length": 2,
        "a[0].last": 1,
        "a[0].min": 0,
        "a[0].max": 1,
        "a[0].mean": 0.5,
        "a[1].length": 2,
        "a[1].last": null,
        "a[1].min": 2,
        "a[1].max": 2,
        "a[1].mean": 2,
        "a.length": 2,
      },
    ],
  ];
  for (const [a, expected] of cases) assert.deepEqual(documentOf(read({ a }, null)), expected, JSON.stringify(a));
});

/** What a column holds, as it is counted over a history. */
function kind(values: readonly Value[]): string {
  const there = values.filter((value) => !isMissing(value));
  const numericTexts = there.filter((value) => numberOf(value) !== null).length;
  return kindOf({ numbers: 0, numericTexts, texts: there.length - numericTexts, booleans: 0 });
}
