// Forty questions over the archive, and what every engine must answer to them: NaN, infinities, what is missing, integers
// beyond 2^53, ties, empty ranges, texts of all kinds.
import type { AnswerValue, ManifestObject, Question } from "../../src/archive/query-engine.ts";
import {
  bestOf,
  COMMIT_COLUMNS,
  columnsOf,
  commitsAt,
  countCommits,
  countRanks,
  missingOf,
  ordinalsOf,
  rankedOf,
  type Scope,
  type ScopeColumn,
  topOf,
  valuesAt,
} from "../../src/archive/questions.ts";
import { binsOf, lastOfBins } from "../../src/archive/series-questions.ts";
import { BIG, COMMITS, commit, REPOSITORY } from "./question-objects.ts";

/** One question: `rows` are the first columns of each row that must come, in their order. */
export interface QuestionCase {
  readonly title: string;
  readonly question: (objects: readonly ManifestObject[]) => Question;
  readonly rows: readonly (readonly AnswerValue[])[];
}

const scope = (objects: readonly ManifestObject[], first?: number, last?: number): Scope => ({
  objects,
  repository: REPOSITORY,
  ...(first === undefined ? {} : { first }),
  ...(last === undefined ? {} : { last }),
});
const NUMBERS: ScopeColumn = { number: 1, kind: "number" };
const MIXED: ScopeColumn = { number: 1, kind: "mixed" };
const PEAK: ScopeColumn = { number: 2, kind: "number" };
const TRUTH: ScopeColumn = { number: 3, kind: "boolean" };
const NOTHING: ScopeColumn = { number: 4, kind: "number" };
const only = (positions: readonly number[]): AnswerValue[][] => positions.map((position) => [position]);
const LOWEST_FIRST = [13, 14, 16, 22, 12, 0, 9, 15, 2, 3, 23, 5, 4, 1, 10];
const HIGHEST_FIRST = [23, 3, 2, 15, 9, 12, 0, 22, 16, 14, 13, 1, 4, 5, 10];
const MISSING_LAST = [17, 8, 7, 6];

type Order = "ascending" | "descending";
function top(
  title: string,
  column: ScopeColumn,
  order: Order,
  limit: number,
  positions: readonly number[],
  range: [number?, number?] = [],
): QuestionCase {
  return {
    title,
    question: (objects) => topOf(scope(objects, ...range), column, { order, limit }),
    rows: only(positions),
  };
}

const bin = { first: 0, last: COMMITS - 1 };
const binned = (objects: readonly ManifestObject[]) => ({ ...scope(objects), ...bin });

/** All of them. */
export const QUESTION_CASES: readonly QuestionCase[] = [
  top("numbers ascending, all ranks", NUMBERS, "ascending", 100, [
    ...LOWEST_FIRST,
    18,
    11,
    19,
    21,
    20,
    ...MISSING_LAST,
  ]),
  top("numbers descending: only what is within a rank turns", NUMBERS, "descending", 100, [
    ...HIGHEST_FIRST,
    20,
    21,
    19,
    11,
    18,
    ...MISSING_LAST,
  ]),
  top("mixed ascending: marks are texts", MIXED, "ascending", 100, [...LOWEST_FIRST, 17, 8, 18, 11, 19, 21, 20, 7, 6]),
  top("mixed descending", MIXED, "descending", 100, [...HIGHEST_FIRST, 20, 21, 19, 11, 18, 8, 17, 7, 6]),
  top("the best three", NUMBERS, "descending", 3, [23, 3, 2]),
  top("the worst two, an integer apart", NUMBERS, "ascending", 2, [13, 14]),
  top("a cut through a tie takes the newest", NUMBERS, "ascending", 5, [13, 14, 16, 22, 12]),
  top("truth values, the rest is missing", TRUTH, "descending", 5, [1, 2, 0, 23, 22]),
  top("truth values ascending", TRUTH, "ascending", 4, [2, 0, 1, 23]),
  top("a column without a value: the newest commits", NOTHING, "descending", 3, [23, 22, 21]),
  top("a range over the cut between two objects", NUMBERS, "ascending", 100, [12, 9, 10, 11, 8, 7], [7, 12]),
  top("an empty range", NUMBERS, "ascending", 100, [], [24, 30]),
  top("one position", NUMBERS, "ascending", 100, [7], [7, 7]),
  {
    title: "commits with a value alone, cut short",
    question: (objects) => rankedOf(scope(objects), NUMBERS, { order: "ascending", limit: 18 }),
    rows: only([...LOWEST_FIRST, 18, 11, 19]),
  },
  {
    title: "commits with a value alone, behind a text to the end",
    question: (objects) =>
      rankedOf(scope(objects), NUMBERS, {
        order: "ascending",
        limit: 100,
        after: { rank: 3, double: 0, detail: "text", position: 11 },
      }),
    rows: only([19, 21, 20]),
  },
  {
    title: "commits without a value",
    question: (objects) => missingOf(scope(objects), NUMBERS, { limit: 9 }),
    rows: only(MISSING_LAST),
  },
  {
    title: "commits without a value, marks are values",
    question: (objects) => missingOf(scope(objects), MIXED, { limit: 9 }),
    rows: only([7, 6]),
  },
  {
    title: "commits without a value below a position",
    question: (objects) => missingOf(scope(objects), NUMBERS, { limit: 2, below: 17 }),
    rows: only([8, 7]),
  },
  {
    title: "what stands beside a row says where it is",
    question: (objects) => topOf(scope(objects), NUMBERS, { order: "ascending", limit: 2 }),
    rows: [
      [13, 0, -BIG, "9999999999999999999999990992800745259006", "number", -BIG, "-9007199254740993"],
      [14, 0, -BIG, "9999999999999999999999990992800745259007", "number", -BIG, "-9007199254740992"],
    ],
  },
  ...after("behind a tie", "ascending", { rank: 0, double: 0.5, detail: "", position: 12 }, [0, 9, 15]),
  ...after(
    "behind an integer beyond 2^53",
    "descending",
    { rank: 0, double: BIG, detail: "9007199254740993".padStart(40, "0"), position: 3 },
    [2, 15, 9],
  ),
  ...after("behind Infinity", "descending", { rank: 1, double: 1, detail: "", position: 4 }, [5, 10, 20]),
  ...after("behind a text", "ascending", { rank: 3, double: 0, detail: "Ärger", position: 19 }, [21, 20, 17]),
  ...after("behind a missing value", "ascending", { rank: 4, double: 0, detail: "", position: 8 }, [7, 6]),
  {
    title: "values at positions of two columns",
    question: (objects) => valuesAt(scope(objects), [2, 1], [0, 1, 2, 11, 7]),
    rows: [
      [1, 0, "number", 0.5, null],
      [1, 1, "number", Number.NaN, null],
      [1, 2, "number", BIG, "9007199254740992"],
      [1, 11, "text", null, "text"],
      [2, 0, "number", 0, null],
      [2, 1, "number", 1, null],
      [2, 2, "number", 2, null],
      [2, 7, "number", 7, null],
    ],
  },
  {
    title: "values at positions: texts as they are",
    question: (objects) => valuesAt(scope(objects), [1], [17, 18, 20]),
    rows: [
      [1, 17, "text", null, ""],
      [1, 18, "text", null, 'it\'s "a" \\ zebra\n'],
      [1, 20, "text", null, "\u{1f600}"],
    ],
  },
  { title: "values at no position", question: (objects) => valuesAt(scope(objects), [1], []), rows: [] },
  { title: "values of no column", question: (objects) => valuesAt(scope(objects), [99], [1, 2]), rows: [] },
  {
    title: "all values of a range",
    question: (objects) => valuesAt(scope(objects, 22, 23), [1], null),
    rows: [
      [1, 22, "number", 1e-320, null],
      [1, 23, "number", 1.7976931348623157e308, null],
    ],
  },
  { title: "commits of the repository", question: (objects) => countCommits(scope(objects)), rows: [[24]] },
  { title: "commits of a range", question: (objects) => countCommits(scope(objects, 8, 11)), rows: [[4]] },
  { title: "commits of no object", question: () => countCommits(scope([])), rows: [[0]] },
  {
    title: "values by rank",
    question: (objects) => countRanks(scope(objects), NUMBERS),
    rows: [
      [0, 11],
      [1, 3],
      [2, 1],
      [3, 5],
      [4, 3],
    ],
  },
  {
    title: "values by rank, marks are texts",
    question: (objects) => countRanks(scope(objects), MIXED),
    rows: [
      [0, 11],
      [1, 3],
      [2, 1],
      [3, 7],
      [4, 1],
    ],
  },
  {
    title: "the greatest, exactly",
    question: (objects) => bestOf(scope(objects, 0, 22), NUMBERS, "max"),
    rows: [[3, BIG, "9007199254740993"]],
  },
  {
    title: "the least, exactly",
    question: (objects) => bestOf(scope(objects), NUMBERS, "min"),
    rows: [[13, -BIG, "-9007199254740993"]],
  },
  {
    title: "the best where it was first",
    question: (objects) => bestOf(scope(objects, 0, 12), { number: 1, kind: "number" }, "min"),
    rows: [[0, 0.5, null]],
  },
  { title: "the best of nothing", question: (objects) => bestOf(scope(objects), NOTHING, "max"), rows: [] },
  { title: "truth values have no best", question: (objects) => bestOf(scope(objects), TRUTH, "max"), rows: [] },
  {
    title: "a series in four points each way keeps its peak",
    question: (objects) => binsOf(binned(objects), PEAK, 4),
    rows: [
      [0, 6, 0, 0, 5, 100, 5],
      [1, 5, 6, 6, 10, 10, 10],
      [2, 6, 12, 12, 17, 17, 17],
      [3, 6, 18, 18, 23, 23, 23],
    ],
  },
  {
    title: "a series of more bins than commits has a value each",
    question: (objects) => binsOf({ ...scope(objects, 8, 11), first: 8, last: 11 }, PEAK, 8),
    rows: [
      [0, 1, 8, 8, 8, 8, 8],
      [2, 1, null, null, null, null, 9],
      [4, 1, 10, 10, 10, 10, 10],
    ],
  },
  { title: "a series of an empty column", question: (objects) => binsOf(binned(objects), NOTHING, 4), rows: [] },
  {
    title: "the last value of each bin, whatever it is",
    question: (objects) => lastOfBins(binned(objects), NUMBERS, 4),
    rows: [
      [0, 5, "number", Number.NEGATIVE_INFINITY, null],
      [1, 11, "text", null, "text"],
      [2, 16, "number", -0.25, null],
      [3, 23, "number", 1.7976931348623157e308, null],
    ],
  },
  {
    title: "commits at positions, times and texts whole",
    question: (objects) => commitsAt(scope(objects), [1, 2, 3]),
    rows: [1, 2, 3].map((position) => {
      const row = commit(REPOSITORY, position);
      return COMMIT_COLUMNS.map((name) => row[name] as AnswerValue);
    }),
  },
  {
    title: "a line's commits by ordinal, the newest first",
    question: (objects) => ordinalsOf(scope(objects), { from: 7, to: 15, line: 2, limit: 2 }),
    rows: [
      [15, 15, 2],
      [11, 11, 2],
    ],
  },
  {
    title: "the catalogue, each column once",
    question: (objects) => columnsOf(scope(objects), 100),
    rows: [
      [1, "metrics.json", "hostile"],
      [2, "metrics.json", 'a "smooth"\'s'],
    ],
  },
];

function after(
  title: string,
  order: Order,
  row: Parameters<typeof topOf>[2]["after"] & object,
  positions: readonly number[],
): QuestionCase[] {
  return [
    {
      title,
      question: (objects) => topOf(scope(objects), NUMBERS, { order, limit: 3, after: row }),
      rows: only(positions),
    },
  ];
}
