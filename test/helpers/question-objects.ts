// The small archive that the forty questions are about: values of all kinds, two repositories in one object, two segments.
import type { PlainObject, PlainRow } from "./archive-objects.ts";

/** The repository that is asked about; another one is in its objects. */
export const REPOSITORY = 7;
/** Where doubles begin to leave integers out. */
export const BIG = 9007199254740992;
/** The hostile column: by position what is stored; position 7 has no row. */
const HOSTILE: readonly (readonly [position: number, kind: string, num: number | null, text: string | null])[] = [
  [0, "number", 0.5, null],
  [1, "number", Number.NaN, null],
  [2, "number", BIG, "9007199254740992"],
  [3, "number", BIG, "9007199254740993"],
  [4, "number", Number.POSITIVE_INFINITY, null],
  [5, "number", Number.NEGATIVE_INFINITY, null],
  [6, "null", null, null],
  [8, "text", null, "N/A"],
  [9, "text", 12, "12%"],
  [10, "boolean", 1, null],
  [11, "text", null, "text"],
  [12, "number", 0.5, null],
  [13, "number", -BIG, "-9007199254740993"],
  [14, "number", -BIG, "-9007199254740992"],
  [15, "text", 1234.5, "1,234.5"],
  [16, "number", -0.25, null],
  [17, "text", null, ""],
  [18, "text", null, 'it\'s "a" \\ zebra\n'],
  [19, "text", null, "Ärger"],
  [20, "text", null, "\u{1f600}"],
  [21, "text", null, "\uff5e"],
  [22, "number", 1e-320, null],
  [23, "number", 1.7976931348623157e308, null],
];
/** Its commits, at positions from 0 on. */
export const COMMITS = 24;
/** Column 2 is smooth, with one peak, one NaN and one hole; column 3 has truth values; column 4 nothing. */
const SMOOTH = Array.from({ length: COMMITS }, (_, at) => (at === 5 ? 100 : at === 9 ? Number.NaN : at));

function value(position: number, column: number, kind: string, num: number | null, text: string | null): PlainRow {
  return { repository_id: REPOSITORY, column_id: column, position, kind, num, text };
}

/** @returns a commit as its object has it */
export function commit(repository: number, position: number): PlainRow {
  return {
    repository_id: repository,
    position,
    sha: position.toString(16).padStart(40, "0"),
    parents: position === 0 ? "" : (position - 1).toString(16).padStart(40, "0"),
    first_parent: position === 0 ? null : position - 1,
    ordinal: position,
    line: position % 4 === 3 ? 2 : 1,
    author_name: position === 1 ? "Zoë 😀 'quoted'" : "Ada",
    author_email: "ada@example.org",
    authored: "1767225600 +0100",
    authored_at: new Date(Date.UTC(2026, 0, 1, 0, 0, position)).toISOString(),
    committer_name: "Ada",
    committed: "1767225600 +0100",
    committed_at: new Date(Date.UTC(1969, 11, 31, 23, 59, 59, position)).toISOString(),
    subject: position === 2 ? "" : `Commit ${position}`,
    files: "[]",
    unread_from: null,
    warnings: position === 3 ? '[{"code":"x"}]' : null,
  };
}

const stranger: readonly PlainRow[] = [0, 1, 2, 24, 25].map((position) => ({
  ...value(position, 1, "number", 1e9, null),
  repository_id: 8,
}));
const allValues: readonly PlainRow[] = [
  ...HOSTILE.map(([position, ...rest]) => value(position, 1, ...rest)),
  ...SMOOTH.flatMap((num, position) => (position === 11 ? [] : [value(position, 2, "number", num, null)])),
  ...[0, 1, 2].map((position) => value(position, 3, "boolean", position === 1 ? 1 : 0, null)),
];
const upTo = (rows: readonly PlainRow[], from: number, to: number): PlainRow[] =>
  rows.filter(({ position }) => Number(position) >= from && Number(position) < to);

/** Two segments of the repository, one of which it shares with another, and two catalogues that say the same. */
export const QUESTION_OBJECTS: readonly PlainObject[] = [
  { kind: "values", repository: REPOSITORY, rows: [...stranger, ...upTo(allValues, 0, 10)] },
  { kind: "values", repository: REPOSITORY, rows: upTo(allValues, 10, COMMITS) },
  {
    kind: "commits",
    repository: REPOSITORY,
    rows: [0, 1, 2, 3]
      .map((position) => commit(8, position))
      .concat(Array.from({ length: 10 }, (_, at) => commit(REPOSITORY, at))),
  },
  {
    kind: "commits",
    repository: REPOSITORY,
    rows: Array.from({ length: COMMITS - 10 }, (_, at) => commit(REPOSITORY, at + 10)),
  },
  ...[1, 2].map(
    (): PlainObject => ({
      kind: "columns",
      repository: REPOSITORY,
      rows: [
        {
          repository_id: REPOSITORY,
          column_id: 1,
          path: "metrics.json",
          key: "hostile",
          kind: "number",
          unit: null,
          goal: "max",
        },
        {
          repository_id: REPOSITORY,
          column_id: 2,
          path: "metrics.json",
          key: 'a "smooth"\'s',
          kind: "number",
          unit: "s",
          goal: "min",
        },
        { repository_id: 8, column_id: 1, path: "x", key: "y", kind: "number", unit: null, goal: null },
      ],
    }),
  ),
];
