// Tests of metric paths: what globs mean, what is built in, what is never a metric file, limits, hostile patterns.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { processorMs } from "../../test/helpers/processor-time.ts";
import { pick, seededRandom } from "../../test/helpers/seeded-random.ts";
import {
  addDeclared,
  BUILT_IN_PATHS,
  isLiteral,
  isNeverMetric,
  isPathTooLong,
  MAX_DECLARED_PATHS,
  MAX_GLOB_BYTES,
  MAX_GLOBS,
  MAX_PATH_BYTES,
  MetricPathMatcher,
  storedPattern,
} from "./metric-paths.ts";
import type { MetricPath } from "./model.ts";

interface Cases {
  readonly meaning: readonly { pattern: string; matches: readonly string[]; not: readonly string[] }[];
  readonly builtIn: { yes: readonly string[]; no: readonly string[] };
  readonly never: { yes: readonly string[]; no: readonly string[] };
  readonly stored: readonly { typed: string; stored?: string; error?: string }[];
}

const cases: Cases = JSON.parse(readFileSync(new URL("metric-paths.cases.json", import.meta.url), "utf8"));
/** A pattern may take ten times what the slowest was seen to take: this is a watchdog, not a figure. */
const WATCHDOG_MS = 200;
const SEED = 20_261_126;

for (const { pattern, matches, not } of cases.meaning) {
  test(`match() knows what ${pattern} means`, () => {
    const matcher = new MetricPathMatcher([rule(pattern)]);
    for (const path of matches) assert.equal(matcher.match(path)?.pattern, pattern, path);
    for (const path of not) assert.equal(matcher.match(path), null, path);
  });
}

test("match() takes every built-in file and nothing beside", () => {
  const matcher = new MetricPathMatcher(BUILT_IN_PATHS);
  assert.deepEqual(
    cases.builtIn.yes.filter((path) => matcher.match(path) === null),
    [],
  );
  assert.deepEqual(
    cases.builtIn.no.filter((path) => matcher.match(path) !== null),
    [],
  );
});

test("isNeverMetric() knows project files and foreign code", () => {
  assert.deepEqual(
    cases.never.yes.filter((path) => !isNeverMetric(path)),
    [],
  );
  assert.deepEqual(cases.never.no.filter(isNeverMetric), []);
});

test("match() takes a never-file that somebody names", () => {
  const matcher = new MetricPathMatcher([...BUILT_IN_PATHS, rule("vendor/**/metrics.json"), rule("package.json")]);
  assert.equal(matcher.match("vendor/x/metrics.json")?.source, "chosen");
  assert.equal(matcher.match("package.json")?.source, "chosen");
});

test("match() compares a literal and never reads it as a pattern", () => {
  const matcher = new MetricPathMatcher([rule("a.json"), rule("{a,b}.json"), rule("x/+(y)")]);
  assert.equal(matcher.match("axjson"), null);
  assert.equal(matcher.match("x/a.json"), null);
  assert.equal(matcher.match("b.json"), null);
  assert.equal(matcher.match("{a,b}.json")?.pattern, "{a,b}.json");
  assert.equal(matcher.match("x/+(y)")?.pattern, "x/+(y)");
});

test("match() lets a literal beat a glob, and one that is off hide its path", () => {
  const identity = { results: ["name"] };
  const matcher = new MetricPathMatcher([
    ...BUILT_IN_PATHS,
    { pattern: "a/results.json", source: "dvc.yaml", identity, enabled: true },
    { pattern: "b/results.json", source: "chosen", identity: null, enabled: false },
  ]);
  assert.deepEqual(matcher.match("a/results.json")?.identity, identity);
  assert.equal(matcher.match("b/results.json"), null);
  assert.equal(matcher.match("c/results.json")?.source, "built-in");
});

test("match() asks people's choice first, whatever the order of the rules", () => {
  const paths: MetricPath[] = [
    { pattern: "a.json", source: "dvc.yaml", identity: null, enabled: true },
    { pattern: "a.json", source: "chosen", identity: null, enabled: false },
    { pattern: "**/metrics.json", source: "built-in", identity: null, enabled: true },
    { pattern: "x/*.json", source: "chosen", identity: null, enabled: true },
    { pattern: "**/scores.json", source: "built-in", identity: null, enabled: false },
  ];
  for (const rules of [paths, paths.toReversed()]) {
    const matcher = new MetricPathMatcher(rules);
    assert.equal(matcher.match("a.json"), null);
    assert.equal(matcher.match("x/metrics.json")?.source, "chosen");
    assert.equal(matcher.match("scores.json"), null);
  }
});

test("match() answers the same after its memory has been turned over", () => {
  const matcher = new MetricPathMatcher(BUILT_IN_PATHS);
  const paths = Array.from({ length: 200_000 }, (_, i) => (i % 1_000 === 0 ? `${i}/metrics.json` : `src/${i}.ts`));
  const first = paths.map((path) => matcher.match(path) !== null);
  assert.equal(first.filter(Boolean).length, 200);
  assert.deepEqual(
    paths.map((path) => matcher.match(path) !== null),
    first,
  );
});

test("match() never takes a path over the limit", () => {
  const matcher = new MetricPathMatcher([rule("**/*.json")]);
  const longest = `${"ä".repeat((MAX_PATH_BYTES - 6) / 2)}x.json`;
  assert.equal(Buffer.byteLength(longest), MAX_PATH_BYTES);
  assert.equal(isPathTooLong(longest), false);
  assert.equal(matcher.match(longest)?.pattern, "**/*.json");
  assert.equal(isPathTooLong(`x${longest}`), true);
  assert.equal(matcher.match(`x${longest}`), null);
  assert.equal(isPathTooLong("x".repeat(MAX_PATH_BYTES + 1)), true);
});

test("MetricPathMatcher() takes 50 globs and refuses the 51st (P17)", () => {
  const globs = Array.from({ length: MAX_GLOBS }, (_, i) => rule(`${i}/*`));
  const off = { ...rule("off/*"), enabled: false };
  assert.doesNotThrow(() => new MetricPathMatcher([...globs, off, rule("literal")]));
  assert.throws(() => new MetricPathMatcher([...globs, rule("last/*")]), {
    code: "limit-exceeded",
    message: 'Cannot use the path pattern "last/*": found 51 globs that are on, wanted at most 50 a repository.',
  });
});

test("MetricPathMatcher() takes a glob of 256 bytes and refuses 257 (P17)", () => {
  const longest = `${"ä".repeat((MAX_GLOB_BYTES - 2) / 2)}x*`;
  assert.doesNotThrow(() => new MetricPathMatcher([rule(longest)]));
  assert.throws(() => new MetricPathMatcher([rule(`${longest}*`)]), { code: "bad-argument" });
  assert.throws(() => storedPattern(`${longest}*`), { code: "bad-argument" });
});

test("match() answers patterns that other matchers hang on (P17)", () => {
  const a = "a".repeat(60);
  const hostile: [pattern: string, path: string][] = [
    ["*a*a*a*b", a],
    ["*a*a*a*a*b", a],
    ["*a*a*a*a*a*b", a],
    ["*a*a*a*a*a*a*b", a],
    ["*a*a*a*a*a*a*a*b", a],
    ["*a*a*a*a*b", `${"a".repeat(200)}c`],
    ["*a*a*a*b", `${"a".repeat(1_000)}c`],
    ["**/a/".repeat(50), "a/".repeat(2_000)],
    ["**/".repeat(85), "a/".repeat(2_000)],
    ["*a".repeat(128), "a".repeat(4_000)],
    ["[".repeat(256), "[".repeat(256)],
    [`${"{a,b}".repeat(20)}*`, a],
  ];
  for (const [pattern, path] of hostile) {
    const start = processorMs();
    new MetricPathMatcher([rule(pattern)]).match(path);
    assert.ok(processorMs() - start < WATCHDOG_MS, pattern.slice(0, 20));
  }
});

test(`match() answers 6,000 patterns that are made by chance (P17), seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const parts = ["*", "**/", "**", "?", "[ab]", "[!a]", "[", "a", "a/", "/", "b", "{a,b}", "!", "\\", "é"];
  const subjects = ["a".repeat(4_000), "a/".repeat(2_000), `${"ab/".repeat(1_300)}b`];
  for (let made = 0; made < 6_000; made++) {
    let pattern = "*";
    for (let left = random(120); left > 0 && Buffer.byteLength(pattern) < MAX_GLOB_BYTES - 5; left--)
      pattern += pick(random, parts);
    const start = processorMs();
    new MetricPathMatcher([rule(pattern)]).match(pick(random, subjects));
    assert.ok(processorMs() - start < WATCHDOG_MS, pattern);
  }
});

test("match() answers 100,000 paths of a repository with eight globs, none of which they match (P17)", () => {
  const globs = [
    "**/m.json",
    "runs/**/x.csv",
    "*_scores.json",
    "a/**",
    "**/[ab].yaml",
    "b/?.toml",
    "*/out/*.tsv",
    "**/z/**",
  ];
  const matcher = new MetricPathMatcher(globs.map(rule));
  const start = processorMs();
  for (let i = 0; i < 100_000; i++) assert.equal(matcher.match(`src/module_${i % 300}/part/file_${i}.ts`), null);
  assert.ok(processorMs() - start < 8 * WATCHDOG_MS, "ten times what it takes");
});

test("addDeclared() adds what is new and counts what is over a limit", () => {
  const own = [{ ...rule("a.json"), enabled: false }];
  const patterns = [
    "a.json",
    "b.json",
    "b.json",
    "x/**",
    "y".repeat(MAX_PATH_BYTES + 1),
    `${"z".repeat(MAX_GLOB_BYTES)}*`,
  ];
  const { paths, dropped } = addDeclared(own, patterns, "dvc.yaml");
  assert.deepEqual(
    paths.map((path) => [path.pattern, path.source, path.enabled]),
    [
      ["a.json", "chosen", false],
      ["b.json", "dvc.yaml", true],
      ["x/**", "dvc.yaml", true],
    ],
  );
  assert.equal(dropped, 2);
});

test("addDeclared() never makes a set that the matcher refuses", () => {
  const globs = Array.from({ length: 200 }, (_, i) => `${i}/**`);
  const literals = Array.from({ length: 2_000 }, (_, i) => `${i}.json`);
  const some = addDeclared(BUILT_IN_PATHS, globs, "dvc.yaml");
  assert.equal(some.paths.length, MAX_GLOBS);
  const more = addDeclared(some.paths, literals, "dvc.lock");
  assert.equal(more.paths.filter((path) => path.source !== "built-in").length, MAX_DECLARED_PATHS);
  assert.equal(some.dropped + more.dropped + more.paths.length - BUILT_IN_PATHS.length, 2_200);
  assert.doesNotThrow(() => new MetricPathMatcher(more.paths));
});

test("isLiteral() knows a glob by *, ? and [", () => {
  assert.deepEqual(["a.json", "{a,b}", "!a", "a]"].map(isLiteral), [true, true, true, true]);
  assert.deepEqual(["*", "a?", "[a]"].map(isLiteral), [false, false, false]);
});

for (const { typed, stored, error } of cases.stored) {
  test(`storedPattern() of ${JSON.stringify(typed)}`, () => {
    if (error === undefined) assert.equal(storedPattern(typed), stored);
    else assert.throws(() => storedPattern(typed), { code: "bad-argument", message: error });
  });
}

function rule(pattern: string): MetricPath {
  return { pattern, source: "chosen", identity: null, enabled: true };
}
