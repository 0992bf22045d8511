// A column of everything that a value can be, sorted and filtered through the API: the order of domain/value.ts, no error.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { CommitPage, type CommitRow } from "../src/api/contract/commits.ts";
import { type FilterRow, matches, textOf } from "../src/domain/filter-match.ts";
import { parseFilter } from "../src/domain/filter-parser.ts";
import { numberOfWord } from "../src/domain/filter-rules.ts";
import { MAX_FILTER_LITERAL_BYTES } from "../src/domain/filter.ts";
import { wordOrString } from "../src/domain/filter-format.ts";
import type { ColumnKind, OrganizationId, Value } from "../src/domain/model.ts";
import { compareValues, fullNumberOf, numberOf, valueIn } from "../src/domain/value.ts";
import { openApi, type TestPerson } from "./helpers/api-server.ts";
import { fillHistory, type TestCommit } from "./helpers/filled-history.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";

const { db, server } = await openApi();
let organization: OrganizationId;
let ada: TestPerson;
before(async () => {
  organization = await db.makeOrganization();
  ada = await server.signIn(organization);
});

async function fill(name: string, values: readonly Value[], columnKind: ColumnKind = "number"): Promise<void> {
  const commits: TestCommit[] = values.map((value, position) => ({
    parents: position === 0 ? [] : [position - 1],
    files: { "m.json": { document: { x: value, n: position } } },
  }));
  const branches = [{ name: "main", head: values.length - 1 }];
  await fillHistory(db.database, organization, { name, commits, branches, columnKind });
}

async function page(name: string, query: Readonly<Record<string, string>>): Promise<CommitPage> {
  const search = new URLSearchParams({ columns: "m.json:x", ...query });
  const answer = await ada.fetch(`/api/v1/repositories/${name}/commits?${search.toString()}`);
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return CommitPage.parse(JSON.parse(text));
}

async function positions(name: string, query: Readonly<Record<string, string>>): Promise<number[]> {
  const rows: CommitRow[] = [];
  for (let cursor = {}; ; ) {
    const found = await page(name, { ...query, limit: "97", ...cursor });
    rows.push(...found.commits);
    if (found.nextCursor === null) return rows.map(({ position }) => position);
    cursor = { cursor: found.nextCursor };
  }
}

/** By the domain's order; of values that are alike the newest first. */
function sorted(
  values: readonly Value[],
  order: "ascending" | "descending",
  columnKind: ColumnKind = "number",
): number[] {
  const at = (position: number): Value => valueIn(values[position] as Value, columnKind);
  return [...values.keys()].sort((a, b) => compareValues(at(a), at(b), order) || b - a);
}

const EXTREMES: readonly Value[] = (
  [
    [1e308, -1e308, 5e-324, -5e-324, 0, 1.5, -1.5, 1e21, 1e-7, 2 ** 53, 123456789012345, Number.MAX_SAFE_INTEGER],
    [9007199254740993n, 9007199254740994n, -9007199254740993n, BigInt("9".repeat(40)), -BigInt("9".repeat(40))],
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "NaN", "nan", "inf", "-inf", "Infinity"],
    [
      "1e400",
      "-1e400",
      "1e-400",
      "-1e-400",
      "1e999999999",
      "-1e999999999",
      "1e-999999999",
      "0e999999999",
      "1E+0000004",
    ],
    ["1.7976931348623157e308", "1.7976931348623159e308", "5e-324", "2e-324", "9007199254740993", "-0", "1e131072"],
    ["12%", "1,234", "1,234.5%", "-1,234", "1,23", "0,123", "1,234e3", "12 %", "+1", ".5", "5.", "01", "0x10", "1_000"],
    ["9,007,199,254,740,993", "9007199254740994%", "-9007199254740993", "1e22", "9".repeat(40), "9".repeat(41), 1e22],
    [9223372036854775807n, 9223372036854775808n, "9223372036854775807", "9223372036854775808"],
    ["9".repeat(64), "9".repeat(65), `0.${"0".repeat(61)}1`, `1${"0".repeat(55)}e-99999`, `0.${"0".repeat(50)}1e300`],
    ["", "N/A", "NA", "n/a", "-", "--", "null", "None", null, true, false, "true", "false", " ", "none", "-Inf"],
    ["a", "A", "Z", "z", "ä", "ÿ", "\uffee", "\u{1F9EA}", "a\nb", "'", '"', "\\", "{}", "[1]", '{"n":"NaN"}', "%", ","],
  ] as Value[][]
).flat();

const KINDS: readonly ColumnKind[] = ["number", "text", "mixed", "boolean", "empty"];

for (const kind of KINDS) {
  test(`extreme values of a ${kind} column are sorted by the order of columns, either way`, async () => {
    await fill(`extremes-${kind}`, EXTREMES, kind);
    for (const [order, name] of [["ascending", "asc"] as const, ["descending", "desc"] as const]) {
      const found = await positions(`extremes-${kind}`, { sort: "m.json:x", order: name });
      const expected = sorted(EXTREMES, order, kind);
      const show = (list: readonly number[]) => list.map((position) => EXTREMES[position]);
      assert.deepEqual(show(found), show(expected), order);
      assert.deepEqual(found, expected, order);
    }
  });
}

test("marks for nothing are missing in a column of numbers, and texts in any other: shown, found and sorted", async () => {
  const marks = ["", "N/A", "NA", "n/a", "-", "--", "null", "None"];
  for (const kind of KINDS) {
    const name = `extremes-${kind}`;
    // a filter takes no text but true and false for a column of these
    for (const mark of kind === "boolean" ? [] : marks) {
      const found = await positions(name, { where: `"m.json:x" = ${JSON.stringify(mark)}` });
      assert.deepEqual(found, kind === "number" ? [] : [EXTREMES.indexOf(mark)], `${mark} in ${kind}`);
    }
    const missing = [...EXTREMES.keys()].filter((position) => {
      const value = EXTREMES[position] as Value;
      return value === null || (kind === "number" && marks.some((mark) => mark === value));
    });
    assert.deepEqual(await positions(name, { where: 'missing("m.json:x")' }), missing.toReversed(), kind);
    const { commits } = await page(name, { limit: "200" });
    for (const { position, values } of commits) {
      if (marks.some((mark) => mark === EXTREMES[position]))
        assert.equal(values[0], kind === "number" ? null : EXTREMES[position]);
    }
  }
});

test("extreme values are compared with numbers as JavaScript compares them, integers beyond 2^53 by their digits", async () => {
  const inOrder = [...EXTREMES.keys()].toReversed();
  const numbers = inOrder.map((position) => ({ position, number: fullNumberOf(EXTREMES[position] as Value) }));
  const those = (holds: (number: number | bigint) => boolean): number[] =>
    numbers.flatMap(({ position, number }) => (number !== null && holds(number) ? [position] : []));
  const long = [2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, 2n ** 63n, 10n ** 22n];
  for (const bound of [0, 1.5, -1e308, ...long, BigInt("9".repeat(40)), Number.POSITIVE_INFINITY]) {
    const filtered = (operator: string) => positions("extremes-number", { where: `"m.json:x" ${operator} ${bound}` });
    assert.deepEqual(
      await filtered("="),
      those((number) => number === bound),
      `= ${bound}`,
    );
    assert.deepEqual(
      await filtered("<"),
      those((number) => number < bound),
      `< ${bound}`,
    );
    assert.deepEqual(
      await filtered(">="),
      those((number) => number >= bound),
      `>= ${bound}`,
    );
  }
});

/** What a commit of one value answers to a filter, by the command line's matcher. */
function rowOf(value: Value): FilterRow {
  const facts = { branches: ["main"], author: "", message: "", sha: "", committedAt: 0, warnings: 0 };
  return { ...facts, valueOf: () => value, baselineOf: () => null, isBest: () => false };
}

for (const kind of ["number", "mixed"] as const) {
  test(`extreme values of a ${kind} column are found as the command line's matcher finds them, whatever they are compared with`, async () => {
    // in full digits as far as a filter takes them, and as they are written in short
    const words = EXTREMES.filter((value) => value !== null)
      .flatMap((value) => [textOf(value), String(value)])
      .filter((word) => Buffer.byteLength(word) <= MAX_FILTER_LITERAL_BYTES);
    const literals = [
      ...words.filter((word) => wordOrString(word) === word),
      ...words.map((word) => JSON.stringify(word)),
    ];
    const held = EXTREMES.map((value) => valueIn(value, kind));
    const random = seededRandom(62);
    for (const literal of new Set(literals)) {
      const isBound = !literal.startsWith('"') && numberOfWord(literal) !== null;
      const operator = pick(random, isBound ? ["=", "<", "<=", ">", ">="] : ["=", "!=", "~"]);
      const where = `"m.json:x" ${operator} ${literal}`;
      const filter = parseFilter(where, [{ path: "m.json", key: "x" }]);
      const expected = [...EXTREMES.keys()].filter((position) => matches(filter, rowOf(held[position] as Value)));
      assert.deepEqual(await positions(`extremes-${kind}`, { where }), expected.toReversed(), where);
    }
  });
}

test("texts that are nearly numbers are numbers where JavaScript reads one, seed 61", async () => {
  const random = seededRandom(61);
  const parts = [
    "0",
    "1",
    "9",
    "12",
    "345",
    ",",
    ".",
    "e",
    "E",
    "-",
    "+",
    "%",
    "000",
    "400",
    "308",
    "-324",
    "99999",
    " ",
  ];
  const values = Array.from({ length: 700 }, () =>
    Array.from({ length: 1 + random(6) }, () => pick(random, parts)).join(""),
  );
  assert.ok(values.filter((value) => numberOf(value) !== null).length > 100, "enough of them are numbers");
  await fill("nearly", values);
  assert.deepEqual(await positions("nearly", { sort: "m.json:x", order: "asc" }), sorted(values, "ascending"));
});

test("the best value of 5,000 commits is the first row of the first page, however old it is", async () => {
  const values = Array.from({ length: 5_000 }, (_, position) => (position === 0 ? 99 : Math.floor(position / 100) / 7));
  const commits: TestCommit[] = values.map((value, position) => ({
    parents: position === 0 ? [] : [position - 1],
    files: { "m.json": { document: { x: value } } },
  }));
  await fillHistory(db.database, organization, { name: "long", commits, branches: [{ name: "main", head: 4_999 }] });
  const { commits: rows, total } = await page("long", { sort: "m.json:x", limit: "2" });
  assert.deepEqual(
    rows.map(({ position, values: shown }) => [position, shown[0]]),
    [
      [0, 99],
      [4_999, 7],
    ],
  );
  assert.equal(total, 5_000);
});
