// Keeps the regular expressions of the readers harmless (P19): none can backtrack, and each is quick on hostile text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeControls } from "../src/domain/safe-text.ts";
import { hazardsOf, literalsIn } from "./helpers/regular-expressions.ts";
import { isSource, projectFiles, readText } from "./source-files.ts";

/** The short one first: an expression that is slow there would take an hour on the long one. */
const LENGTHS = [10_000, 100_000] as const;

/** An expression may take 20 ms; ten times that is one that goes over the text again and again. */
const WATCHDOG_MS = 200;

/** What a hostile text is made of. */
const CHARACTERS = '1 a"A0.,_-/:=[(*+es%\n\u00e9';

/** Expressions that are made of texts, and what uses them. */
const MADE = { "src/domain/safe-text.ts": escapeControls };

const programs = projectFiles().filter((path) => isSource(path) && path.startsWith("src/domain/"));
const expressions = programs.flatMap((path) =>
  literalsIn(readText(path)).map((expression) => [path, expression] as const),
);

test("literalsIn() finds expressions, and none in comments, strings and templates", () => {
  const program =
    'const a = /x\\/[/"]+/gu; // no /y/ here\nif (b / 2 / c || /z/.test("/q/")) return `/r/ ${/s/.source} /t/`;';
  assert.deepEqual(literalsIn(program).map(String), ['/x\\/[/"]+/gu', "/z/", "/s/"]);
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

test("no regular expression of the domain has nested or adjoining overlapping quantifiers", () => {
  assert.ok(expressions.length > 60, `${expressions.length} expressions`);
  const found = expressions.flatMap(([path, expression]) =>
    hazardsOf(expression).map((hazard) => `${path}: ${expression} has ${hazard}`),
  );
  assert.deepEqual(found, []);
});

for (const length of LENGTHS) {
  test(`every regular expression of the domain is quick on ${length} characters of anything`, () => {
    for (const character of CHARACTERS) {
      const many = character.repeat(length);
      for (const text of [many, `${many}\u0001`, `\u0001${many}[`]) {
        for (const [path, expression] of expressions) {
          const start = performance.now();
          text.replace(expression, "");
          const elapsed = performance.now() - start;
          assert.ok(elapsed < WATCHDOG_MS, `${path}: ${expression} on ${JSON.stringify(character)}: ${elapsed} ms`);
        }
      }
    }
  });
}

test("expressions that are made of texts are known, and quick as well", () => {
  const making = programs.filter((path) => /\bRegExp\(/.test(readText(path)));
  assert.deepEqual(making, Object.keys(MADE));
  for (const use of Object.values(MADE)) {
    for (const character of `${CHARACTERS}\u200d\ufe0f\u{1f30a}`) {
      const start = performance.now();
      use(character.repeat(LENGTHS[1]));
      assert.ok(performance.now() - start < WATCHDOG_MS, JSON.stringify(character));
    }
  }
});
