// Keeps our regular expressions harmless (P19, T29): none can backtrack without end, and each is quick on hostile text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { widthOf } from "../src/cli/text-width.ts";
import { escapeControls } from "../src/domain/safe-text.ts";
import { hideInLogs, scrub } from "../src/log.ts";
import { processorMs } from "./helpers/processor-time.ts";
import { hazardsOf, hostileUnits, literalsIn } from "./helpers/regular-expressions.ts";
import { isSource, projectFiles, readText } from "./source-files.ts";

/** The short one first: an expression that is slow there would take an hour on the long one. */
const LENGTHS = [5_000, 50_000] as const;

/** An expression may take 20 ms; ten times that is one that goes over the text again and again. */
const WATCHDOG_MS = 200;
/** Slow once is what the machine does besides, slow each time is the expression. */
const TRIES = 3;

/** What a hostile text is made of, beside what the expression itself is written with. */
const CHARACTERS = '1 a"A0.,_-/:=[(*+es%\n\u00e9';

/** Expressions that are made of texts, and what uses them. */
const MADE: Readonly<Record<string, (text: string) => unknown>> = {
  "src/cli/text-width.ts": widthOf,
  "src/domain/safe-text.ts": escapeControls,
  "src/log.ts": scrub,
};

const programs = projectFiles().filter((path) => isSource(path) && /^(?:src|web)\//.test(path));
const expressions = new Map<string, { readonly expression: RegExp; readonly path: string }>();
for (const path of programs) {
  for (const expression of literalsIn(path, readText(path))) expressions.set(String(expression), { expression, path });
}

/** Fails when `work` is slow each time. */
function assertQuick(work: () => unknown, what: () => string): void {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && best >= WATCHDOG_MS; tries++) {
    const start = processorMs();
    work();
    best = Math.min(best, processorMs() - start);
  }
  assert.ok(best < WATCHDOG_MS, `${what()}: ${Math.round(best)} ms`);
}

/** Fits no expression, in none of its lines. */
const END = "\u0001\n\u0001";

/** Texts that begin as the expression likes it, go on so for long, and disappoint it at the end. */
function hostileTexts(unit: string, own: readonly string[], length: number): string[] {
  const many = unit.repeat(Math.ceil(length / unit.length)) + END;
  const starts = new Set(["", "\u0001", own[0] ?? "", own.find((each) => each.length > 1) ?? ""]);
  return [...starts].map((start) => start + many);
}

test("literalsIn() finds expressions, in templates and markup too, and none in comments, strings and texts", () => {
  const program =
    'const a = /x\\/[/"]+/gu; // no /y/ here\nif (b / 2 / c || !/z/.test("/q/")) f(() => `/r/ ${/s/.source} /t/`, d!/2/e);';
  assert.deepEqual(literalsIn("a.ts", program).map(String), ['/x\\/[/"]+/gu', "/z/", "/s/"]);
  assert.deepEqual(literalsIn("a.tsx", "const b = <p title={`${/u/}`}>1 /v/ 2</p>;").map(String), ["/u/"]);
  assert.throws(() => literalsIn("a.ts", "const = 1"), /a\.ts/);
});

test("hazardsOf() knows expressions that hang", () => {
  const bad = [
    /^(\d+\.?)+$/,
    /^(\d{1,3},?)+$/,
    /^[+-]?\d*\.?\d*$/,
    /(a|b+)*c/,
    /\s*,?\s+x/,
    /(?:x*y?)+/,
    /(?:a{2,}|c)+/,
  ];
  const good = [/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/, /(?:_?\d)*/, /(?:,\d{3})+/, /\d[\d_]*(?:\.\d[\d_]*)?/, /a+b+/, /^\s*x/];
  for (const expression of bad) assert.notDeepEqual(hazardsOf(expression), [], String(expression));
  for (const expression of good) assert.deepEqual(hazardsOf(expression), [], String(expression));
});

test("hostileUnits() gives what slows an expression down", () => {
  for (const [expression, unit] of [
    [/\/+$/, "/"],
    [/a\d+$/, "0"],
    [/repository '.*' not found/, "repository '"],
    [/^Found (.*), wanted (.*)\.$/s, ", wanted "],
    [/packet: +\S+< fetch=.*\bfilter\b/, "packet: a< fetch="],
    [/\u2028+$/, "\u2028"],
  ] as const) {
    assert.ok(hostileUnits(expression).includes(unit), `${expression}: ${JSON.stringify(hostileUnits(expression))}`);
  }
});

test("no regular expression has nested or adjoining overlapping quantifiers", () => {
  assert.ok(expressions.size > 250, `${expressions.size} expressions`);
  const found = [...expressions.values()].flatMap(({ path, expression }) =>
    hazardsOf(expression).map((hazard) => `${path}: ${expression} has ${hazard}`),
  );
  assert.deepEqual(found, []);
});

for (const length of LENGTHS) {
  test(`every regular expression is quick on ${length} characters of anything (T29)`, () => {
    for (const { expression, path } of expressions.values()) {
      const own = hostileUnits(expression);
      for (const unit of new Set([...own, ...Array.from(CHARACTERS)])) {
        for (const text of hostileTexts(unit, own, length)) {
          assertQuick(
            () => text.replace(expression, ""),
            () => `${path}: ${expression} on ${JSON.stringify(unit)}`,
          );
        }
      }
    }
  });
}

test("expressions that are made of texts are known, and quick as well", () => {
  const making = programs.filter((path) => /\bRegExp\(/.test(readText(path)));
  assert.deepEqual(making, Object.keys(MADE));
  hideInLogs("a-secret-that-is-long-enough");
  for (const [path, use] of Object.entries(MADE)) {
    for (const character of `${CHARACTERS}\u200d\ufe0f\u{1f30a}`) {
      const text = character.repeat(LENGTHS[1]);
      assertQuick(
        () => use(text),
        () => `${path} on ${JSON.stringify(character)}`,
      );
    }
  }
});
