// Random questions about lists of commits: any order, filter, view, start and baseline.
import { parseFilter } from "../../src/domain/filter-parser.ts";
import { parseColumnId } from "../../src/domain/key.ts";
import type { CommitPageQuery } from "../../src/reads/page-question.ts";
import { git } from "./git-history.ts";
import { pick, type Random } from "./seeded-random.ts";
import type { SlowLists, SlowQuestion } from "./slow-list.ts";

/** What questions are asked about. */
export interface AskedHistory {
  readonly folder: string;
  readonly columns: readonly string[];
  readonly slow: SlowLists;
}

function comparison(random: Random, columns: readonly string[], followed: AskedHistory): string {
  const column = JSON.stringify(pick(random, columns));
  const number = pick(random, [
    "0",
    "1",
    "2",
    "2.5",
    "-3",
    "NaN",
    "Infinity",
    "0.2",
    "1e300",
    "9007199254740993",
    "9007199254740992",
    "9223372036854775807",
    "-9007199254740993",
    "1e22",
    "12",
  ]);
  const operator = pick(random, ["<", "<=", ">", ">=", "=", "!="]);
  const commit = pick(random, [...followed.slow.commits.values()]);
  const day = new Date(commit.committedAt * 1_000).toISOString();
  switch (random(12)) {
    case 0:
      return `missing(${column})`;
    case 1:
      return `delta(${column}) ${operator} ${pick(random, ["0", "1", "-0.5", "0.2", "NaN", "Infinity"])}`;
    case 2:
      return `best(${column}) ${pick(random, ["=", "!="])} ${pick(random, ["true", "false"])}`;
    case 3:
      return `branch ${pick(random, ["= main", "!= main", "~ TOPIC", "= topic-1"])}`;
    case 4:
      return `author ${pick(random, ["~ A", '= "José"', "!= Ada", "~ é"])}`;
    case 5:
      return `message ~ ${pick(random, ["1", "MAIN", '"commit 2"'])}`;
    case 6:
      return `sha ${pick(random, [`= ${commit.sha.slice(0, 6)}`, `!= ${commit.sha.slice(0, 4)}`, "~ AB"])}`;
    case 7:
      return `date ${operator} ${pick(random, [day.slice(0, 10), day.slice(0, 16), `${day.slice(0, 19)}Z`])}`;
    case 8:
      return `warnings ${operator} ${random(2)}`;
    case 9:
      return `${column} ${pick(random, ["=", "!=", "~"])} ${pick(random, ['"2"', "x", '"%"', '"9007199254740993"', "true", '"1"', "None", '"-"', '"N/A"', '""', "adam", "n"])}`;
    default:
      return `${column} ${operator} ${number}`;
  }
}

function filterText(random: Random, columns: readonly string[], followed: AskedHistory, depth = 2): string {
  if (depth === 0 || random(2) === 0) return comparison(random, columns, followed);
  if (random(4) === 0) return `not (${filterText(random, columns, followed, depth - 1)})`;
  const parts = [0, 1].map(() => filterText(random, columns, followed, depth - 1));
  return `(${parts.join(pick(random, [" and ", " or "]))})`;
}

/** A question as the API takes it, and as the slow reading does. */
export interface ListQuestion {
  readonly query: Partial<CommitPageQuery>;
  readonly slow: SlowQuestion;
}

/** Makes a question about the commits that branches reach now. */
export function someQuestion(random: Random, followed: AskedHistory): ListQuestion {
  const { columns } = followed;
  const branches = git(followed.folder, "for-each-ref", "--format=%(refname:short)", "refs/heads").split("\n");
  const branch = pick(random, branches);
  const view = pick(random, ["line", "line", "touching", "all", "all"] as const);
  const sort = [...new Set(Array.from({ length: random(4) }, () => pick(random, [...columns, "position"])))];
  const order = sort.map(() => pick(random, ["asc", "desc"] as const));
  const where = random(2) === 0 ? undefined : filterText(random, columns, followed);
  const anyCommit = (): string =>
    pick(random, view === "all" ? [...followed.slow.commits.keys()] : followed.slow.line(branch));
  const asOf = random(4) === 0 ? anyCommit() : null;
  const baseline = random(4) === 0 ? pick(random, [...followed.slow.commits.keys()]) : null;
  const shown = columns.filter(() => random(3) === 0);
  const changed = random(4) === 0;
  const went = pick(random, [undefined, undefined, undefined, "better", "worse"] as const);
  const asked = shown.length === 0 ? [columns[0] as string] : shown;
  const filter =
    where === undefined
      ? null
      : parseFilter(
          where,
          columns.map((column) => parseColumnId(column)),
        );
  return {
    query: {
      ...(view === "all" ? {} : { branch }),
      view,
      columns: asked,
      sort,
      order,
      where,
      "as-of": asOf?.slice(0, 12),
      baseline: baseline ?? undefined,
      changed,
      went,
      limit: 1 + random(23),
    },
    slow: {
      view,
      branch,
      sort: sort.map((column, index) => ({ column, descending: order[index] === "desc" })),
      filter,
      asOf,
      baseline,
      changed: changed ? asked : null,
    },
  };
}
