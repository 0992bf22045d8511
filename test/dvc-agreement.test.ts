// The real DVC and Tidemark on the same generated repositories: metrics, parameters and what changed, value by value.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { parseColumnId, parseKey } from "../src/domain/key.ts";
import { BROKEN_JSON, BROKEN_YAML, buildDvcHistory, METRICS, PARAMS, PARTLY_NAMED } from "./helpers/dvc-history.ts";
import { findDvc, runDvc } from "./helpers/dvc-program.ts";
import { buildTemplateHistory, EXPANDED, NEVER_RAN, TEMPLATE_PARAMS } from "./helpers/dvc-templates-history.ts";
import { git } from "./helpers/git-history.ts";
import { commandIn } from "./helpers/log-command.ts";
import { type Entries, type Node, parsedJson } from "./helpers/slow-parsing.ts";
import { valueText } from "./helpers/slow-reading.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

/** Of few the second: it alone has every difference there is on purpose. */
const SEEDS = process.env["TIDEMARK_TEST_ROUNDS"] === undefined ? [2] : [1, 2, 3];
const COMMITS = 12;
/** DVC starts in a second: so many pairs of commits are compared. */
const PAIRS = 2;

const program = findDvc();
const skip = program === null ? "no DVC: .ci/run makes one in .ci/venv, or TIDEMARK_TEST_DVC names it" : false;
const root = temporaryFolder();

/** A value that only one of the two has, or that they tell differently; JSON texts. */
interface Difference {
  readonly path: string;
  /** names joined by dots, as DVC joins them */
  readonly key: string;
  readonly dvc: string | undefined;
  readonly ours: string | undefined;
  /** what the file holds; null: it is not in Git at that commit */
  readonly text: string | null;
  /** whether the commit's own dvc.yaml declares the file */
  readonly isDeclared: boolean;
  /** whether the commit's default parameters cannot be read, or are not in Git */
  readonly isBroken: boolean;
}

const FIGURE_OF_LIST = /(?:^|\.)(?:length|last|min|max|mean)$|^\d+$|^rows\b/;

/** Everything in which we differ, on purpose, and why. */
const ON_PURPOSE: Readonly<Record<string, (difference: Difference) => boolean>> = {
  "DVC has no parameters of a file that is not in Git: Tidemark those that dvc.lock holds": ({ path, dvc, text }) =>
    text === null && dvc === undefined && (TEMPLATE_PARAMS as readonly string[]).includes(path),
  "DVC says nothing of a commit whose params.yaml is broken or not in Git: Tidemark reads all other files": ({
    dvc,
    isBroken,
  }) => dvc === undefined && isBroken,
  "DVC compares nothing with a version that is broken: Tidemark compares the nearest one before it": ({ dvc, text }) =>
    dvc === undefined && (text === BROKEN_JSON || text === BROKEN_YAML.trim()),
  "DVC gives up on a file for a byte order mark or a name that comes twice: Tidemark reads it and warns": (each) =>
    each.dvc === undefined && (each.text?.startsWith("\uFEFF") === true || each.text?.includes("a: 1\na: 2") === true),
  "DVC leaves out what is null: Tidemark keeps it, as missing": ({ dvc, ours }) => dvc === undefined && ours === "null",
  "DVC leaves out lists of metrics: Tidemark keeps their length, last value, range and mean": ({ path, key, dvc }) =>
    dvc === undefined && isMetric(path) && FIGURE_OF_LIST.test(key),
  "DVC has a list of parameters whole: Tidemark its length, last value, range and mean": (each) =>
    !isMetric(each.path) &&
    (each.dvc === undefined ? FIGURE_OF_LIST.test(each.key) : each.ours === undefined && /^"?\[/.test(each.dvc)),
  "DVC leaves out dates and times: Tidemark keeps them, as texts": ({ dvc, ours = "" }) =>
    dvc === undefined && /^"(?:\d{4}-\d\d|\d\d:\d\d)/.test(ours),
  "1_000 and 0b11 are numbers in YAML 1.1 only: DVC reads both versions, Tidemark 1.2": ({ path, dvc, ours }) =>
    path.endsWith(".yaml") && ((dvc === "1000" && ours === '"1_000"') || (dvc === "3" && ours === '"0b11"')),
  "Tidemark keeps the first 256 bytes of a text": ({ dvc = "", ours = "" }) =>
    ours.length > 250 && dvc.startsWith(ours.slice(0, -1)),
  "DVC cannot compare a file that is a single number: Tidemark calls it value": ({ key, dvc, text }) =>
    text === "0.93" && (dvc === '"unable to parse"' || (dvc === undefined && key === "value")),
  "DVC reads what a commit's own dvc.yaml declares: Tidemark what any version of it declares": (each) =>
    each.dvc === undefined && !each.isDeclared,
  "DVC knows at once what a template stands for: Tidemark when a dvc.lock says what it was": ({ path, ours }) =>
    path === NEVER_RAN && ours === undefined,
  "DVC follows the keys that a stage names: Tidemark the whole file": ({ path, key, dvc }) =>
    dvc === undefined && path === PARTLY_NAMED.path && key !== PARTLY_NAMED.key,
};
const met = new Set<string>();

function isMetric(path: string): boolean {
  return ([...METRICS, ...EXPANDED] as readonly string[]).includes(path);
}

function isExpanded(path: string): boolean {
  return ([...EXPANDED, ...TEMPLATE_PARAMS] as readonly string[]).includes(path);
}

type Values = ReadonlyMap<string, string>;

type File = Omit<Difference, "key" | "dvc" | "ours">;

/** The values of some files, compared. */
class Comparison {
  same = 0;
  /** differences that nobody has a reason for */
  readonly unknown: Difference[] = [];

  add(file: File, dvc: Values = new Map(), ours: Values = new Map()): void {
    for (const key of new Set([...dvc.keys(), ...ours.keys()])) {
      const difference = { ...file, key, dvc: dvc.get(key), ours: ours.get(key) };
      if (difference.dvc === difference.ours) {
        this.same += 1;
        continue;
      }
      const reason = Object.entries(ON_PURPOSE).find(([, holds]) => holds(difference))?.[0];
      if (reason === undefined) this.unknown.push(difference);
      else met.add(reason);
    }
  }
}

/** Nested values by their names, joined by dots as DVC joins them. */
function flattened(node: Node, key = "", into = new Map<string, string>()): Map<string, string> {
  if (typeof node !== "object" || node === null) return into.set(key === "" ? "value" : key, textOf(node));
  for (const [name, each] of Object.entries(node as Entries))
    flattened(each, key === "" ? name : `${key}.${name}`, into);
  return into;
}

/** A value as JSON text; a text is whole. */
function textOf(node: Node): string {
  return typeof node === "string" ? JSON.stringify(node) : valueText(node);
}

/** A key of ours as DVC joins it. */
function dotted(key: string): string {
  const names = parseKey(key).map((segment) => {
    if (segment.kind === "name") return segment.name;
    return segment.kind === "index" ? String(segment.index) : segment.pairs.map(([, value]) => value).join(",");
  });
  return names.join(".");
}

/** Values of ours by path, then by their names. */
function byPath(values: Iterable<readonly [id: string, value: Node]>): Map<string, Map<string, string>> {
  const paths = new Map<string, Map<string, string>>();
  for (const [id, value] of values) {
    const { path, key } = parseColumnId(id);
    const file = paths.get(path) ?? new Map<string, string>();
    paths.set(path, file.set(dotted(key), textOf(value)));
  }
  return paths;
}

function fileAt(folder: string, commit: string, path: string): File {
  const isThere = (name: string): boolean => git(folder, "ls-tree", commit, "--", name) !== "";
  const shown = (name: string): string | null => (isThere(name) ? git(folder, "show", `${commit}:${name}`) : null);
  const isDeclared = isExpanded(path) || shown("dvc.yaml")?.includes(path.slice(path.lastIndexOf("/") + 1)) === true;
  const parameters = shown("params.yaml");
  return { path, text: shown(path), isDeclared, isBroken: parameters === null || parameters === BROKEN_YAML.trim() };
}

/** What `dvc metrics show --json` says of a commit. */
interface Shown {
  readonly data?: Readonly<Record<string, { readonly data?: Node }>>;
}

/** One commit of `tidemark log --json`. */
interface Logged {
  readonly sha: string;
  readonly values: Entries;
}

async function tidemark(folder: string, ...words: readonly string[]): Promise<Node> {
  const { code, out, err } = await commandIn(root)([...words, "-C", folder, "--json"], { outIsTerminal: false });
  assert.equal(code, 0, err);
  return parsedJson(out);
}

/** Both sides of what `dvc metrics diff` or `dvc params diff` says, by path: DVC's null is what is not there. */
function sidesOf(said: Node, side: "old" | "new"): Map<string, Values> {
  const files = Object.entries(said as Readonly<Record<string, Readonly<Record<string, Entries>>>>);
  return new Map(
    files.map(([path, values]) => {
      const there = Object.entries(values).filter(([, each]) => (each[side] ?? null) !== null);
      return [path, new Map(there.map(([key, each]) => [key === "" ? "value" : key, textOf(each[side] as Node)]))];
    }),
  );
}

interface DiffColumn {
  readonly id: string;
  readonly from: Node;
  readonly to: Node;
}

async function compareHistory(dvc: string, folder: string, paths: readonly string[]): Promise<Comparison> {
  const said = parsedJson(runDvc(dvc, folder, "metrics", "show", "--json", "--all-commits"));
  const shown = said as unknown as Record<string, Shown>;
  const log = (await tidemark(folder, "log", "-n", "0", "--view", "all")) as unknown as Logged[];
  assert.deepEqual(
    log.map(({ sha }) => sha).toSorted(),
    Object.keys(shown)
      .filter((sha) => sha !== "workspace")
      .toSorted(),
  );
  const comparison = new Comparison();
  for (const { sha, values } of log) {
    const ours = byPath(Object.entries(values));
    for (const path of paths) {
      const data = shown[sha]?.data?.[path]?.data;
      comparison.add(fileAt(folder, sha, path), data === undefined ? undefined : flattened(data), ours.get(path));
    }
  }
  return comparison;
}

async function compareDiffs(
  dvc: string,
  folder: string,
  kind: "metrics" | "params",
  commits: Record<"old" | "new", string>,
  paths: readonly string[],
): Promise<Comparison> {
  const said = parsedJson(runDvc(dvc, folder, kind, "diff", "--json", "--all", commits.old, commits.new));
  const diff = await tidemark(folder, "diff", commits.old, commits.new, "--all");
  const { columns } = diff as unknown as { columns: DiffColumn[] };
  const comparison = new Comparison();
  for (const side of ["old", "new"] as const) {
    const values = columns.map(({ id, from, to }) => [id, side === "old" ? from : to] as const);
    const ours = byPath(values.filter(([, value]) => value !== null));
    const theirs = sidesOf(said, side);
    for (const path of paths) comparison.add(fileAt(folder, commits[side], path), theirs.get(path), ours.get(path));
  }
  return comparison;
}

for (const seed of SEEDS) {
  test(`DVC and Tidemark agree on a generated repository, seed ${seed}`, { skip }, async (t) => {
    const dvc = program as string;
    const folder = await buildDvcHistory(join(root, `dvc-${seed}`), seed, COMMITS);
    const history = await compareHistory(dvc, folder, METRICS);
    t.diagnostic(`${history.same} values of all commits are the same`);
    assert.deepEqual(history.unknown, []);
    assert.ok(history.same > 10 * COMMITS);
    const commits = git(folder, "rev-list", "--all").split("\n");
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const two = { new: commits[pair * 3] as string, old: commits[pair * 3 + 4] as string };
      for (const kind of ["metrics", "params"] as const) {
        const { same, unknown } = await compareDiffs(dvc, folder, kind, two, kind === "metrics" ? METRICS : PARAMS);
        t.diagnostic(`${same} values of ${kind} in two commits are the same`);
        assert.deepEqual(unknown, [], `${kind} of ${two.old} and ${two.new}`);
        assert.ok(same > 3);
      }
    }
  });
}

test("DVC and Tidemark agree on what templates stand for", { skip }, async (t) => {
  const dvc = program as string;
  const folder = join(root, "templates");
  buildTemplateHistory(dvc, folder);
  const history = await compareHistory(dvc, folder, EXPANDED);
  t.diagnostic(`${history.same} values of all commits are the same`);
  assert.deepEqual(history.unknown, []);
  assert.equal(history.same, 3 * (2 * (EXPANDED.length - 2) + 1), "all of the three commits with parameters in Git");
  const [newest = "", third = "", second = "", , oldest = ""] = git(folder, "rev-list", "main").split("\n");
  for (const two of [
    { old: oldest, new: newest },
    { old: third, new: newest },
    { old: second, new: third },
  ]) {
    for (const kind of ["metrics", "params"] as const) {
      const paths = kind === "metrics" ? EXPANDED : TEMPLATE_PARAMS;
      const { same, unknown } = await compareDiffs(dvc, folder, kind, two, paths);
      t.diagnostic(`${same} values of ${kind} in two commits are the same`);
      assert.deepEqual(unknown, [], `${kind} of ${two.old} and ${two.new}`);
    }
  }
});

test("every difference on purpose is there", { skip }, () => {
  assert.deepEqual([...met].sort(), Object.keys(ON_PURPOSE).sort());
});
