// Which paths of a repository are metric files: the built-in globs, what a repository declares, what people chose.
import { Minimatch, type MinimatchOptions } from "minimatch";
import { TidemarkError } from "../errors.ts";
import type { MetricPath } from "./model.ts";

/** Longest glob, in bytes of UTF-8: a longer one could take a second to compile. */
export const MAX_GLOB_BYTES = 256;
/** Longest path that is matched, in bytes of UTF-8: Linux's own limit. A longer one never matches. */
export const MAX_PATH_BYTES = 4_096;
/** Globs of a repository, those that are off not counted: each costs time for every distinct path of its history. */
export const MAX_GLOBS = 50;
/** Paths that a repository may declare: each is compared only, but all of them are stored. */
export const MAX_DECLARED_PATHS = 1_000;
/** Paths whose answer is kept, in each of two halves: a history asks for the same few thousand over and over. */
const MAX_ANSWERS = 65_536;

/** Without these `#a` matches nothing, `!a` all but a, dot-folders are missed, and `\` depends on the system. */
const GLOB_OPTIONS: MinimatchOptions = {
  nobrace: true,
  noext: true,
  nonegate: true,
  nocomment: true,
  dot: true,
  platform: "linux",
};

/** What is on without asking. A glob that begins with a double star matches at any depth, also at the top. */
const BUILT_IN_GLOBS = [
  // machine learning
  "**/metrics.json",
  "**/*_metrics.json",
  "**/metrics.yaml",
  "**/metrics.toml",
  "**/metrics.csv",
  "**/metrics.tsv",
  "**/scores.json",
  "**/evaluation.json",
  "**/results.json",
  "**/dvclive/**/metrics.json",
  "**/params.yaml",
  "**/params.json",
  "**/params.toml",
  "**/params.py",
  "**/all_results.json",
  "**/eval_results.json",
  "**/train_results.json",
  "**/trainer_state.json",
  // benchmarks; the second holds the first, but people know both names
  "**/benchmark*.json",
  "**/bench*.json",
  "**/.gas-snapshot",
  // coverage and size
  "**/coverage-summary.json",
  "**/.size-snapshot.json",
];

/** The rules that every repository starts from. */
export const BUILT_IN_PATHS: readonly MetricPath[] = BUILT_IN_GLOBS.map((pattern) => ({
  pattern,
  source: "built-in",
  identity: null,
  enabled: true,
}));

const NEVER_NAMES = new Set(["package.json", "composer.json", "Cargo.toml", "pyproject.toml", "renovate.json"]);
const NEVER_FOLDERS = new Set(["node_modules", "vendor"]);
const NEVER_LOCKS = /(?:^|[-._])(?:lock|shrinkwrap)(?:[-._]|$)/i;

/**
 * @returns whether the path is a project's own file or foreign code (`package.json`, lock files, `node_modules/…`):
 * never a metric file unless the repository or a person names it
 */
export function isNeverMetric(path: string): boolean {
  const segments = path.split("/");
  const name = segments.pop() as string;
  if (NEVER_NAMES.has(name) || name.startsWith("tsconfig") || NEVER_LOCKS.test(name)) return true;
  return segments[0] === ".github" || segments.some((folder) => NEVER_FOLDERS.has(folder));
}

/** @returns whether the pattern is a path to compare with, and no glob: it holds none of `*`, `?`, `[` */
export function isLiteral(pattern: string): boolean {
  return !/[*?[]/.test(pattern);
}

/** @returns the pattern that matches this path only: each `*`, `?` and `[` of it in brackets */
export function patternOfPath(path: string): string {
  return path.replace(/[*?[]/g, "[$&]");
}

/** @returns the one path that a pattern of `patternOfPath()` matches; null for any other glob */
export function pathOfPattern(pattern: string): string | null {
  const path = pattern.replace(/\[([*?[])\]/g, "$1");
  return isLiteral(pattern) || patternOfPath(path) === pattern ? path : null;
}

/**
 * The form in which a pattern that a person typed is stored: without `./`, and a glob without a folder at any depth, so
 * that `*.json` becomes a double star, a slash and `*.json`.
 * @throws TidemarkError `bad-argument` for a pattern that is empty, too long, or leaves the repository
 */
export function storedPattern(typed: string): string {
  const pattern = typed.replace(/^(?:\.\/)+/, "");
  checkLength(pattern);
  if (pattern === "") throw badPattern(typed, "nothing", "a path or a glob such as **/metrics.json");
  if (pattern.startsWith("/")) throw badPattern(typed, "an absolute path", "a path inside the repository");
  if (pattern.split("/").includes("..")) throw badPattern(typed, "a path with ..", "a path inside the repository");
  return isLiteral(pattern) || pattern.includes("/") ? pattern : `**/${pattern}`;
}

/** @returns whether the path is too long to be matched: more than MAX_PATH_BYTES (4,096) bytes of UTF-8 */
export function isPathTooLong(path: string): boolean {
  if (path.length * 3 <= MAX_PATH_BYTES) return false; // no UTF-16 unit takes more than 3 bytes
  return path.length > MAX_PATH_BYTES || utf8Bytes(path) > MAX_PATH_BYTES;
}

/**
 * Adds what a repository declares about itself to its rules. What is there already stays as it is; what would exceed
 * MAX_GLOBS (50) or MAX_DECLARED_PATHS (1,000), or is too long, is left out and counted, since a repository's own files
 * must not be able to stop its import.
 */
export function addDeclared(
  paths: readonly MetricPath[],
  patterns: Iterable<string>,
  source: "dvc.yaml" | "dvc.lock",
): { paths: MetricPath[]; dropped: number } {
  const known = new Set(paths.map((path) => path.pattern));
  const all = [...paths];
  let globs = paths.filter((path) => path.enabled && !isLiteral(path.pattern)).length;
  let declared = paths.filter((path) => path.source === "dvc.yaml" || path.source === "dvc.lock").length;
  let dropped = 0;
  for (const pattern of patterns) {
    if (known.has(pattern)) continue;
    known.add(pattern);
    const literal = isLiteral(pattern);
    const tooLong = literal ? isPathTooLong(pattern) : utf8Bytes(pattern) > MAX_GLOB_BYTES;
    if (tooLong || declared >= MAX_DECLARED_PATHS || (!literal && globs >= MAX_GLOBS)) {
      dropped++;
      continue;
    }
    all.push({ pattern, source, identity: null, enabled: true });
    declared++;
    if (!literal) globs++;
  }
  return { paths: all, dropped };
}

interface CompiledGlob {
  readonly rule: MetricPath;
  /** what every matching path ends in; most paths end in something else and are not matched any further */
  readonly tail: string;
  /** compiled when the first path has that tail */
  glob: Minimatch | null;
}

const BY_SOURCE = { chosen: 0, "dvc.yaml": 1, "dvc.lock": 2, "built-in": 3 } as const;

/**
 * Answers which rule makes a path a metric file. A literal beats every glob, also when it is off: then it hides the
 * path. Among equals people's choice comes before what the repository declares, and that before what is built in; then
 * the first wins. Built-in globs never match foreign code and project files (`isNeverMetric`).
 */
export class MetricPathMatcher {
  readonly #literals = new Map<string, MetricPath>();
  readonly #globs: readonly CompiledGlob[];
  /** what the paths that may match end in, as UTF-16 units; null when they may end in anything */
  readonly #lastUnits: ReadonlySet<number> | null;
  #answers = new Map<string, MetricPath | null>();
  #olderAnswers = new Map<string, MetricPath | null>();

  /**
   * @throws TidemarkError `limit-exceeded` for more than MAX_GLOBS (50) globs, `bad-argument` for a glob of more than
   * MAX_GLOB_BYTES (256) bytes
   */
  constructor(paths: readonly MetricPath[]) {
    const ranked = [...paths].sort((a, b) => BY_SOURCE[a.source] - BY_SOURCE[b.source]);
    for (const rule of ranked) {
      if (isLiteral(rule.pattern) && !this.#literals.has(rule.pattern)) this.#literals.set(rule.pattern, rule);
    }
    const globs = ranked.filter((rule) => rule.enabled && !isLiteral(rule.pattern));
    if (globs.length > MAX_GLOBS) throw tooManyGlobs(globs);
    this.#globs = globs.map(prepare);
    const ends = [...this.#literals.keys(), ...this.#globs.map(({ tail }) => tail)];
    this.#lastUnits = ends.includes("") ? null : new Set(ends.map((end) => end.charCodeAt(end.length - 1)));
  }

  /** @returns the rule that holds for the path, or null when it is no metric file. Asking again costs one look-up. */
  match(path: string): MetricPath | null {
    if (this.#lastUnits !== null && !this.#lastUnits.has(path.charCodeAt(path.length - 1))) return null;
    const known = this.#answers.get(path);
    if (known !== undefined) return known;
    const older = this.#olderAnswers.get(path);
    const answer = older === undefined ? this.#decide(path) : older;
    if (this.#answers.size >= MAX_ANSWERS) {
      this.#olderAnswers = this.#answers;
      this.#answers = new Map();
    }
    this.#answers.set(path, answer);
    return answer;
  }

  #decide(path: string): MetricPath | null {
    if (isPathTooLong(path)) return null;
    const literal = this.#literals.get(path);
    if (literal !== undefined) return literal.enabled ? literal : null;
    for (const each of this.#globs) {
      const { rule, tail } = each;
      if (!path.endsWith(tail)) continue;
      each.glob ??= new Minimatch(rule.pattern, GLOB_OPTIONS);
      if (!each.glob.match(path)) continue;
      return rule.source === "built-in" && isNeverMetric(path) ? null : rule;
    }
    return null;
  }
}

/** @returns what says whether any of these rules names a path, also one that is off */
export function namesPath(rules: readonly MetricPath[]): (path: string) => boolean {
  const on = rules.map((rule) => ({ ...rule, enabled: true }));
  const literals = on.filter(({ pattern }) => isLiteral(pattern));
  const globs = on.filter(({ pattern }) => !isLiteral(pattern));
  const matchers = [new MetricPathMatcher(literals)];
  for (let from = 0; from < globs.length; from += MAX_GLOBS)
    matchers.push(new MetricPathMatcher(globs.slice(from, from + MAX_GLOBS)));
  return (path) => matchers.some((matcher) => matcher.match(path) !== null);
}

/**
 * Adds those built-in rules that are not among the rules of a repository: a newer Tidemark may have more. Where there
 * are MAX_GLOBS (50) already, what people chose stays.
 */
export function withBuiltIn(rules: readonly MetricPath[]): readonly MetricPath[] {
  const known = new Set(rules.map(({ pattern }) => pattern));
  const room = MAX_GLOBS - rules.filter(({ pattern, enabled }) => enabled && !isLiteral(pattern)).length;
  const missing = BUILT_IN_PATHS.filter(({ pattern }) => !known.has(pattern));
  return [...missing.slice(0, Math.max(0, room)), ...rules];
}

function prepare(rule: MetricPath): CompiledGlob {
  checkLength(rule.pattern);
  const plain = rule.pattern.includes("\\") ? "" : rule.pattern; // an escape would make the tail longer than it is
  const tail = plain.slice(plain.search(/(?<![^*?[\]/])[^*?[\]/]*$/));
  return { rule, tail, glob: null };
}

function checkLength(pattern: string): void {
  const bytes = utf8Bytes(pattern);
  if (bytes > MAX_GLOB_BYTES) throw badPattern(pattern, `${bytes} bytes`, `at most ${MAX_GLOB_BYTES} bytes`);
}

function badPattern(pattern: string, found: string, wanted: string): TidemarkError {
  const value = pattern.slice(0, MAX_GLOB_BYTES);
  return new TidemarkError("bad-argument", { attempt: "use the path pattern", value, found, wanted });
}

function tooManyGlobs(globs: readonly MetricPath[]): TidemarkError {
  return new TidemarkError("limit-exceeded", {
    attempt: "use the path pattern",
    value: globs[MAX_GLOBS]?.pattern ?? "",
    found: `${globs.length} globs that are on`,
    wanted: `at most ${MAX_GLOBS} a repository`,
  });
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length; // not Buffer: the web app uses this module too
}
