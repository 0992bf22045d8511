// What a list of commits must be, found the slow way: plain git, every value by hand, one comparison at a time.
import type { ColumnRef, FilterNode } from "../../src/domain/filter.ts";
import { type FilterRow, matches } from "../../src/domain/filter-match.ts";
import type { Value } from "../../src/domain/model.ts";
import { compareValues, fullNumberOf } from "../../src/domain/value.ts";
import type { FileContent, RandomFiles } from "./random-history.ts";
import { git, gitBytes } from "./git-history.ts";
import { filesOfTrees } from "./git-objects.ts";
import { pick, type Random } from "./seeded-random.ts";

/** Metric files of these histories: each flat, a key a line of JSON. */
const METRICS = ["metrics.json", "eval/metrics.json"] as const;
const KEYS = ["loss", "acc", "a", "b", "odd", "note", "size"] as const;
/** What a value is written as: many alike, and everything that has a place of its own in the order. */
const WRITTEN = String.raw`
0|1|1|2|2|2.5|-3|0.1|0.3|1e-7|1e300|-1e300|1e400|-1e400|NaN|NaN|Infinity|-Infinity|true|false|null
"N/A"|"-"|""|"nan"|"-inf"|"inf"|"2"|"2.50"|"12%"|"1,234.5"|"1e3"|"1e400"|"-1e999999"|"1e-400"|"0e99999"|"-0"
"x"|"X"|"Zebra"|"zebra"|"\u00e4"|"\ud83e\uddea"|"\uffee"|"12 %"|"1,23"|"+1"
9007199254740993|9007199254740992|9007199254740994|90071992547409931234|"9007199254740993"
9223372036854775807|9223372036854775808|"9223372036854775807"|"9,007,199,254,740,993"|-9007199254740993|1e22`
  .trim()
  .split(/[|\n]/);

/** A column of texts, marks for "nothing" among them. */
const NOTES = '"adam"|"sgd"|"None"|"-"|"N/A"|"null"|""|"n/a"|null|"none"'.split("|");
/** A column of numbers: integers that are one double, also as texts, and marks. */
const SIZES = String.raw`
9007199254740992|9007199254740993|"9007199254740993"|9007199254740994|"9,007,199,254,740,992"|-9007199254740993
9223372036854775807|9223372036854775808|"9223372036854775807"|"N/A"|"-"|"None"|""|null|1|"1.0"|"1"`
  .trim()
  .split(/[|\n]/);

/** Files for buildRandomHistory() whose values have every place in the order of a column. */
export const SORTED_FILES: RandomFiles = {
  metrics: METRICS,
  others: ["README.md", "src/train.py"],
  content(path, random): FileContent {
    if (!path.endsWith(".json")) return `${path} ${random(1_000)}\n`;
    if (random(25) === 0) return "{ broken";
    const keys = KEYS.filter(() => random(5) > 0);
    const written = (key: string): string => {
      if (key === "note") return pick(random, NOTES);
      if (key === "size") return pick(random, SIZES);
      return writtenIn(key);
    };
    const writtenIn = (key: string): string =>
      key === "odd" || random(4) === 0 ? pick(random, WRITTEN) : plain(random);
    return `{${keys.map((key) => `"${key}": ${written(key)}`).join(", ")}}\n`;
  },
  places: () => [...METRICS, "README.md"],
};

function plain(random: Random): string {
  return String(random(12) / 4);
}

/** Columns that these histories may have, by their ids. */
const LIST_COLUMNS: readonly string[] = METRICS.flatMap((path) => KEYS.map((key) => `${path}:${key}`));

const MARKS: ReadonlySet<Value> = new Set(["", "N/A", "NA", "n/a", "-", "--", "null", "None"]);

type Document = ReadonlyMap<string, Value>;

/** A commit as plain git shows it. */
export interface ListedCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly subject: string;
  /** seconds */
  readonly committedAt: number;
  /** path → blob id */
  readonly blobs: ReadonlyMap<string, string>;
}

/** What only Tidemark says of a commit, by its id. */
export interface ToldFacts {
  readonly position: number;
  readonly branches: readonly string[];
  readonly warnings: number;
  /** ids of the columns whose best it is the first to hold */
  readonly best: ReadonlySet<string>;
}

/** What a list is asked for. */
export interface SlowQuestion {
  readonly view: "line" | "touching" | "all";
  readonly branch: string;
  readonly sort: readonly { readonly column: string; readonly descending: boolean }[];
  readonly filter: FilterNode | null;
  readonly asOf: string | null;
  readonly baseline: string | null;
  /** the columns of which one has to be changed; null: whatever changed */
  readonly changed: readonly string[] | null;
}

/** Plain git over a bare repository, as its branches are now. */
export class SlowLists {
  readonly #folder: string;
  readonly #documents: Map<string, Document | null>;
  readonly commits = new Map<string, ListedCommit>();
  /** ids of the columns of numbers: there marks for "nothing" are nothing */
  ofNumbers: ReadonlySet<string> = new Set();

  /** @param before of the same repository: what a commit and a blob are never changes */
  constructor(folder: string, before: SlowLists | null = null) {
    this.#folder = folder;
    this.#documents = before === null ? new Map() : before.#documents;
    const format = "--format=%H%x00%T%x00%P%x00%an%x00%s%x00%ct";
    const lines = git(folder, "log", "--branches", format).split("\n");
    const treeOf = new Map(lines.map((line) => line.split("\0").slice(0, 2) as [string, string]));
    for (const sha of before?.commits.keys() ?? []) treeOf.delete(sha);
    const trees = filesOfTrees(folder, treeOf);
    for (const line of lines) {
      const [sha = "", , parents = "", author = "", subject = "", at = ""] = line.split("\0");
      const known = before?.commits.get(sha);
      if (known !== undefined) {
        this.commits.set(sha, known);
        continue;
      }
      const files = (trees.get(sha) ?? []).filter(({ path }) => (METRICS as readonly string[]).includes(path));
      const blobs = new Map(files.map(({ path, oid }) => [path, oid]));
      const list = parents === "" ? [] : parents.split(" ");
      this.commits.set(sha, { sha, parents: list, author, subject, committedAt: Number(at), blobs });
    }
  }

  #commit(sha: string): ListedCommit {
    const commit = this.commits.get(sha);
    if (commit === undefined) throw new Error(`git does not show ${sha}`);
    return commit;
  }

  #document(commit: ListedCommit, path: string): Document | null {
    const blob = commit.blobs.get(path);
    if (blob === undefined) return null;
    let document = this.#documents.get(blob);
    if (document === undefined) {
      document = parsed(gitBytes(this.#folder, ["cat-file", "blob", blob]).toString("utf8"));
      this.#documents.set(blob, document);
    }
    return document;
  }

  /** The columns that any commit has: a short history may lack some. */
  columns(): string[] {
    return LIST_COLUMNS.filter((column) => {
      const [path = "", key = ""] = column.split(":");
      return [...this.commits.values()].some((commit) => this.#document(commit, path)?.has(key));
    });
  }

  line(branch: string): string[] {
    return git(this.#folder, "rev-list", "--first-parent", branch, "--").split("\n");
  }

  /** The value of a column, null where there is none. */
  valueOf(sha: string, column: string): Value {
    const [path = "", key = ""] = column.split(":");
    const value = this.#document(this.#commit(sha), path)?.get(key) ?? null;
    return this.ofNumbers.has(column) && MARKS.has(value) ? null : value;
  }

  #hasReadable(sha: string, path: string): boolean {
    return this.#document(this.#commit(sha), path) !== null;
  }

  /** The nearest first-parent ancestor with a readable version of the column's file, or the commit that all are compared with. */
  baselineOf(sha: string, column: string, pinned: string | null): Value {
    if (pinned !== null) return this.valueOf(pinned, column);
    const [path = ""] = column.split(":");
    for (let at = this.#commit(sha).parents[0]; at !== undefined; at = this.#commit(at).parents[0]) {
      if (this.#hasReadable(at, path)) return this.valueOf(at, column);
    }
    return null;
  }

  /**
   * Whether the value differs from the baseline's: also where it is gone, not where the file could not be read, and not where
   * there is nothing to compare it with.
   */
  isChanged(sha: string, column: string, pinned: string | null): boolean {
    const [path = ""] = column.split(":");
    const commit = this.#commit(sha);
    const isThere = commit.blobs.has(path);
    if (isThere && !this.#hasReadable(sha, path)) return false;
    const parent = commit.parents[0];
    const wasThere = pinned !== null || (parent !== undefined && this.#commit(parent).blobs.has(path));
    // it was removed before: nothing is compared any more
    if (!isThere && !wasThere) return false;
    if (pinned === null && !this.#hasBaseline(sha, path)) return false;
    const value = this.valueOf(sha, column);
    if (value === null && pinned === null && this.#wasAway(sha, path)) return false;
    const before = this.baselineOf(sha, column, pinned);
    if (!this.ofNumbers.has(column)) return !isSame(value, before);
    return !isSame(fullNumberOf(value) ?? value, fullNumberOf(before) ?? before);
  }

  #hasBaseline(sha: string, path: string): boolean {
    for (let at = this.#commit(sha).parents[0]; at !== undefined; at = this.#commit(at).parents[0]) {
      if (this.#hasReadable(at, path)) return true;
    }
    return false;
  }

  /** Whether the file was away since its baseline: what it does not bring back was gone already. */
  #wasAway(sha: string, path: string): boolean {
    for (let at = this.#commit(sha).parents[0]; at !== undefined; at = this.#commit(at).parents[0]) {
      if (this.#hasReadable(at, path)) return false;
      if (!this.#commit(at).blobs.has(path)) return true;
    }
    return false;
  }

  #isTouching(sha: string): boolean {
    const { blobs, parents } = this.#commit(sha);
    const before = parents[0] === undefined ? new Map<string, string>() : this.#commit(parents[0]).blobs;
    return blobs.size !== before.size || [...blobs].some(([path, blob]) => before.get(path) !== blob);
  }

  /** The whole list by one comparison. */
  list(question: SlowQuestion, told: ReadonlyMap<string, ToldFacts>): string[] {
    return this.#chosen(question, told).sort((a, b) => this.compare(question, told, a, b));
  }

  #chosen(
    { view, branch, filter, asOf, baseline, changed }: SlowQuestion,
    told: ReadonlyMap<string, ToldFacts>,
  ): string[] {
    const positionOf = (sha: string): number => told.get(sha)?.position ?? -1;
    const universe = view === "all" ? [...this.commits.keys()] : this.line(branch);
    return universe
      .filter((sha) => asOf === null || positionOf(sha) <= positionOf(asOf))
      .filter((sha) => view !== "touching" || this.#isTouching(sha))
      .filter((sha) => filter === null || matches(filter, this.#row(sha, told, baseline)))
      .filter((sha) => changed === null || changed.some((column) => this.isChanged(sha, column, baseline)));
  }

  #row(sha: string, told: ReadonlyMap<string, ToldFacts>, pinned: string | null): FilterRow {
    const { author, subject, committedAt } = this.#commit(sha);
    const facts = told.get(sha) as ToldFacts;
    const idOf = ({ path, key }: ColumnRef): string => `${path}:${key}`;
    return {
      branches: facts.branches,
      author,
      message: subject,
      sha,
      committedAt: committedAt * 1_000,
      warnings: facts.warnings,
      valueOf: (column) => this.valueOf(sha, idOf(column)),
      // a file that is gone has no value to compare
      baselineOf: (column) => this.baselineOf(sha, idOf(column), pinned),
      isBest: (column) => facts.best.has(idOf(column)),
    };
  }

  /** The order of two commits in a list; never 0 but for the same. */
  compare({ sort }: SlowQuestion, told: ReadonlyMap<string, ToldFacts>, a: string, b: string): number {
    const byPosition = (told.get(b) as ToldFacts).position - (told.get(a) as ToldFacts).position;
    for (const { column, descending } of sort) {
      if (column === "position") return descending ? byPosition : -byPosition;
      const order = compareValues(
        this.valueOf(a, column),
        this.valueOf(b, column),
        descending ? "descending" : "ascending",
      );
      if (order !== 0) return order;
    }
    return byPosition;
  }
}

function isSame(a: Value, b: Value): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** Reads a document by hand: bare special numbers, long integers with all digits. */
function parsed(text: string): Document | null {
  const marked = text.replaceAll(/: (-?Infinity|NaN)(?=[,}])/g, ': {"n": "$1"}');
  const exact = (_: string, value: unknown, context?: { source?: string }): unknown => {
    const source = context?.source ?? "";
    return typeof value === "number" && /^-?\d{16,}$/.test(source) && !Number.isSafeInteger(value)
      ? BigInt(source)
      : value;
  };
  try {
    const document = JSON.parse(marked, exact) as Record<string, Value | { n: string }>;
    const read = (value: Value | { n: string }): Value =>
      typeof value === "object" && value !== null ? Number(value.n) : wellKept(value);
    return new Map(Object.entries(document).map(([key, value]) => [key, read(value)]));
  } catch {
    return null;
  }
}

/** What is too small for a double is 0, also where it was written with a sign. */
function wellKept(value: Value): Value {
  return Object.is(value, -0) ? 0 : value;
}
