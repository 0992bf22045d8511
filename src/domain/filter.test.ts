// Tests of the filter language: what it takes, what it refuses and where, what it means, what it offers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { processorMs } from "../../test/helpers/processor-time.ts";
import { pick, type Random, seededRandom } from "../../test/helpers/seeded-random.ts";
import { completeFilter, type FilterNames } from "./filter-completion.ts";
import { FilterError } from "./filter-error.ts";
import { formatFilter } from "./filter-format.ts";
import { type FilterRow, foldCase, matches, textOf } from "./filter-match.ts";
import { checkFilter, parseFilter } from "./filter-parser.ts";
import { operatorsOf, wantedLiteral } from "./filter-rules.ts";
import {
  columnsOf,
  type FilterColumn,
  FILTER_FIELDS,
  type FilterLiteral,
  type FilterNode,
  type FilterOperand,
  MAX_FILTER_BYTES,
  MAX_FILTER_COMPARISONS,
  MAX_FILTER_DEPTH,
  MAX_FILTER_LITERAL_BYTES,
} from "./filter.ts";
import { formatColumnId } from "./key.ts";
import type { Value } from "./model.ts";

type WrittenValue = Exclude<Value, bigint> | { readonly n: string } | { readonly big: string };

interface WrittenRow extends Omit<FilterRow, "committedAt" | "valueOf" | "baselineOf" | "isBest"> {
  readonly committedAt: string;
  /** by key */
  readonly values: Readonly<Record<string, WrittenValue>>;
  readonly baselines: Readonly<Record<string, WrittenValue>>;
  readonly best: readonly string[];
}

const cases = JSON.parse(readFileSync(join(import.meta.dirname, "filter.cases.json"), "utf8")) as {
  readonly columns: readonly FilterColumn[];
  /** `means`: as `formatFilter()` writes it */
  readonly accepted: readonly { readonly text: string; readonly means: string }[];
  readonly refused: readonly { text: string; character: number; found: string; wanted: string }[];
  readonly rows: Readonly<Record<string, WrittenRow>>;
  /** `rows`: the names of those for which it holds */
  readonly matching: readonly { readonly text: string; readonly rows: string }[];
  /** the cursor stands at `|` */
  readonly names: FilterNames;
  readonly completion: readonly { text: string; from: number; to: number; options: readonly string[] }[];
};
const { columns } = cases;

for (const { text, means } of cases.accepted) {
  test(`parseFilter() takes ${JSON.stringify(text)}`, () => {
    const tree = parseFilter(text, columns);
    assert.equal(formatFilter(tree), means);
    assert.deepStrictEqual(parseFilter(means, columns), tree);
    checkFilter(text);
  });
}

for (const { text, character, found, wanted } of cases.refused) {
  test(`parseFilter() refuses ${JSON.stringify(text)} at character ${character}`, () => {
    const error = refusal(text);
    assert.equal(error.code, "bad-filter");
    assert.deepEqual(
      { character: error.character, found: error.parts.found, wanted: error.parts.wanted },
      { character, found: `${found} at character ${character}`, wanted },
    );
    assert.equal(Array.from(text.slice(0, error.offset)).length, character - 1);
  });
}

test("parseFilter() makes the tree that the contract names", () => {
  const loss = { path: "m.json", key: "loss" };
  assert.deepStrictEqual(
    parseFilter("loss < 0.20 and not (best(loss) = true or sha = 1e10 or missing(loss))", columns),
    {
      kind: "and",
      nodes: [
        {
          kind: "comparison",
          operand: { kind: "column", column: loss },
          operator: "<",
          literal: { kind: "number", value: 0.2, text: "0.20" },
        },
        {
          kind: "not",
          node: {
            kind: "or",
            nodes: [
              {
                kind: "comparison",
                operand: { kind: "best", column: loss },
                operator: "=",
                literal: { kind: "text", text: "true" },
              },
              {
                kind: "comparison",
                operand: { kind: "field", field: "sha" },
                operator: "=",
                literal: { kind: "number", value: 1e10, text: "1e10" },
              },
              { kind: "missing", column: loss },
            ],
          },
        },
      ],
    },
  );
});

test("checkFilter() finds what is wrong before the columns are known, and leaves their names alone", () => {
  checkFilter("no.such < 0,2 and delta(column) > 1");
  assert.throws(() => checkFilter("no.such <"), { code: "bad-filter", character: 10 });
  assert.throws(() => checkFilter("delta(x) > y"), { code: "bad-filter", character: 12 });
});

test("parseFilter() says where nothing has a column at all", () => {
  assert.throws(() => parseFilter("loss < 1", []), /wanted a repository with metric files\.$/);
});

test("an error repeats a long or hiding text in short and with its marks", () => {
  const error = refusal(`${"x".repeat(300)}\u202e > 1`);
  assert.equal(error.parts.value, `${"x".repeat(100)}…`);
  assert.match(refusal("a\u202e > 1").message, /"aU\+202E > 1".*name "aU\+202E"/);
});

test(`a filter has at most ${MAX_FILTER_BYTES} bytes`, () => {
  const filled = (character: string, size: number): string => `loss < 1${character.repeat(size)}`;
  parseFilter(filled(" ", MAX_FILTER_BYTES - 8), columns);
  const last = refusal(filled(" ", MAX_FILTER_BYTES - 7));
  assert.equal(last.character, MAX_FILTER_BYTES + 1);
  assert.equal(last.parts.found, `more text at character ${MAX_FILTER_BYTES + 1}`);
  parseFilter(filled("\u3000", 330), columns);
  assert.equal(refusal(filled("\u3000", 331)).character, 8 + 330 + 1);
});

test(`what a filter compares with has at most ${MAX_FILTER_LITERAL_BYTES} bytes, however it is written`, () => {
  for (const [character, bytes] of [
    ["x", 1],
    ["é", 2],
    ["🌊", 4],
  ] as const) {
    const most = MAX_FILTER_LITERAL_BYTES / bytes;
    for (const written of [JSON.stringify, String]) {
      parseFilter(`loss < 1 and message ~ ${written(character.repeat(most))}`, columns);
      const over = refusal(`loss < 1 and message ~ ${written(character.repeat(most + 1))}`);
      const found = `found a text of ${MAX_FILTER_LITERAL_BYTES + bytes} bytes at character 24`;
      assert.ok(over.message.endsWith(`${found}, wanted at most 200; ~ finds a part of it.`), over.message);
    }
  }
  parseFilter(`message ~ "${String.raw`\u00e9`.repeat(100)}"`, columns);
});

test(`a filter has at most ${MAX_FILTER_COMPARISONS} comparisons, and ${MAX_FILTER_DEPTH} parentheses inside each other`, () => {
  const many = (count: number): string => Array.from({ length: count }, () => "missing(loss)").join(" or ");
  parseFilter(many(MAX_FILTER_COMPARISONS), columns);
  const over = refusal(many(MAX_FILTER_COMPARISONS + 1));
  assert.equal(over.offset, many(MAX_FILTER_COMPARISONS).length + 4);
  assert.match(over.message, /found one comparison more at character 341, wanted at most 20\.$/);
  const deep = (depth: number): string => `${"not (".repeat(depth)}loss < 1${")".repeat(depth)}`;
  parseFilter(deep(MAX_FILTER_DEPTH), columns);
  assert.match(refusal(deep(MAX_FILTER_DEPTH + 1)).message, /parentheses 6 deep at character 30,/);
});

for (const { text, rows } of cases.matching) {
  test(`matches(): ${JSON.stringify(text)} holds for ${rows === "" ? "no row" : rows}`, () => {
    const filter = parseFilter(text, columns);
    const found = Object.entries(cases.rows).filter(([, row]) => matches(filter, rowOf(row)));
    assert.equal(found.map(([name]) => name).join(""), rows);
  });
}

test("textOf() writes numbers in full, as numeric does", () => {
  const texts: readonly (readonly [Exclude<Value, null>, string])[] = [
    [0.5, "0.5"],
    [-0, "0"],
    [1.5e-7, "0.00000015"],
    [-1.25e-9, "-0.00000000125"],
    [1.25e22, "12500000000000000000000"],
    [1e21, "1000000000000000000000"],
    [12345678901234567890n, "12345678901234567890"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [true, "true"],
  ];
  for (const [value, text] of texts) assert.equal(textOf(value), text);
  assert.equal(textOf(Number.MIN_VALUE).length, 326);
});

test("foldCase() takes each code point by itself", () => {
  assert.equal(foldCase("ΣΑΣ İI ẞ 🌊 Ǆ"), "σασ ii ß 🌊 ǆ");
});

for (const { text, from, to, options } of cases.completion) {
  test(`completeFilter() at ${JSON.stringify(text)}`, () => {
    const found = completeFilter(text.replace("|", ""), text.indexOf("|"), columns, cases.names);
    assert.deepEqual({ from: found.from, to: found.to }, { from, to });
    assert.deepEqual(
      found.options.map((option) => option.text),
      options,
    );
  });
}

test("completeFilter() offers everything at the beginning, each column by a name that means it alone", () => {
  const { options } = completeFilter("", 0, columns);
  assert.equal(options.length, columns.length + FILTER_FIELDS.length + 3 + 2);
  const named = options.filter(({ kind }) => kind === "column");
  for (const { text, id } of named) {
    const [column] = columnsOf(parseFilter(`missing(${text})`, columns));
    assert.equal(column && formatColumnId(column.path, column.key), id);
  }
});

const SEEDS = [1, 2, 3, 4];

for (const seed of SEEDS) {
  test(`formatFilter() and parseFilter() agree about generated filters, seed ${seed}`, () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 500; round++) {
      const left = { comparisons: 6 };
      const filter = randomFilter(random, left, 3, null);
      const text = formatFilter(filter);
      if (Buffer.byteLength(text) > MAX_FILTER_BYTES) continue;
      assert.deepStrictEqual(parseFilter(text, columns), filter, text);
    }
  });

  test(`parseFilter() and completeFilter() answer to any text, seed ${seed}`, () => {
    const random = seededRandom(seed);
    const pieces = [
      "loss",
      "not",
      "and",
      "or",
      "(",
      ")",
      "<",
      "=",
      "~",
      "!",
      '"',
      "\\",
      "[",
      "]",
      " ",
      "delta",
      "5",
      "🌊",
      "\ud800",
    ];
    for (let round = 0; round < 2_000; round++) {
      const text = Array.from({ length: random(12) }, () => pick(random, pieces)).join(random(2) === 0 ? "" : " ");
      try {
        const tree = parseFilter(text, columns);
        assert.deepStrictEqual(parseFilter(formatFilter(tree), columns), tree, text);
      } catch (error) {
        assert.ok(error instanceof FilterError, `${text}: ${String(error)}`);
        assert.ok(error.offset <= text.length);
      }
      completeFilter(text, random(text.length + 1), columns);
    }
  });
}

test("a hostile text is refused at once", () => {
  for (const piece of ["(", "[", '["', '"', "\\", "not ", "a[", "!", "<", "loss<1 or ", "\u00a0", "🌊", '["a"']) {
    for (const text of [piece.repeat(MAX_FILTER_BYTES / piece.length), piece.repeat(200_000)]) {
      const start = processorMs();
      assert.throws(() => parseFilter(text, columns), FilterError);
      completeFilter(text, text.length, columns);
      assert.ok(processorMs() - start < 200, `${piece}: ${processorMs() - start} ms`);
    }
  }
});

function refusal(text: string): FilterError {
  try {
    parseFilter(text, columns);
  } catch (error) {
    assert.ok(error instanceof FilterError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: `${text} was taken` });
}

function rowOf({ committedAt, values, baselines, best, ...row }: WrittenRow): FilterRow {
  return {
    ...row,
    committedAt: Date.parse(committedAt),
    valueOf: ({ key }) => valueOf(values[key]),
    baselineOf: ({ key }) => valueOf(baselines[key]),
    isBest: ({ key }) => best.includes(key),
  };
}

function valueOf(written: WrittenValue | undefined): Value {
  if (typeof written !== "object" || written === null) return written ?? null;
  return "n" in written ? Number(written.n) : BigInt(written.big);
}

/** @param left comparisons that may still be made. @param depth levels that may stand below. @param inside what it is in */
function randomFilter(
  random: Random,
  left: { comparisons: number },
  depth: number,
  inside: "and" | "or" | "not" | null,
): FilterNode {
  const kinds = (["and", "or", "not"] as const).filter((each) => each !== inside);
  if (depth > 0 && left.comparisons > 2 && random(3) > 0) {
    const kind = pick(random, kinds);
    if (kind === "not") return { kind, node: randomFilter(random, left, depth - 1, kind) };
    const nodes = Array.from({ length: 2 + random(2) }, () => randomFilter(random, left, depth - 1, kind));
    return { kind, nodes };
  }
  left.comparisons -= 1;
  const column = pick(random, columns);
  const ref = { path: column.path, key: column.key };
  if (random(6) === 0) return { kind: "missing", column: ref };
  const [operand, rule] = pick<readonly [FilterOperand, Parameters<typeof operatorsOf>[0]]>(random, [
    [{ kind: "column", column: ref }, { column: column.kind }],
    [{ kind: "column", column: ref }, { column: column.kind }],
    [{ kind: "delta", column: ref }, "delta"],
    [{ kind: "best", column: ref }, "best"],
    ...FILTER_FIELDS.map((field) => [{ kind: "field", field }, field] as const),
  ]);
  const operator = pick(random, operatorsOf(rule));
  for (;;) {
    const literal = pick(random, LITERALS);
    if (wantedLiteral(rule, operator, literal) === null) return { kind: "comparison", operand, operator, literal };
  }
}

const LITERALS: readonly FilterLiteral[] = [
  ...["0.5", "-1e9", "NaN", "-Infinity", "90%", "1,234", "12345"].map((text) => {
    const value = Number.parseFloat(text.replace(",", ""));
    return { kind: "number", value, text } as const;
  }),
  ...["", "main", "5", "true", "false", "and", "a b", 'say "x"', "abcdef", "2024-02-29", "🌊\n", "[a", "(", "~"].map(
    (text) => ({ kind: "text", text }) as const,
  ),
];
