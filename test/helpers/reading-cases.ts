// Cases of reading a metric file, kept as JSON beside each format: text in, keys and values or the problem out.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { readMetricFile } from "../../src/domain/formats/read-file.ts";
import { KeySteps } from "../../src/domain/key-step.ts";
import type { Reading, RowIdentities, Value } from "../../src/domain/model.ts";

/** One case. Special numbers are `{"n":"NaN"}`, `{"n":"-0"}`; exact integers `{"i":"9007199254740993"}`. */
interface ReadingCase {
  readonly name: string;
  readonly path: string;
  /** lines, joined by line feeds */
  readonly text: string | readonly string[];
  readonly identity?: RowIdentities;
  readonly adapter?: string;
  readonly read?: Readonly<Record<string, Value | { readonly n: string } | { readonly i: string }>>;
  readonly problem?: Readonly<Record<string, unknown>>;
  /** reasons, in their order */
  readonly warnings?: readonly string[];
  readonly unstable?: readonly string[];
}

/** Defines a test for each case of the file at `url`; names kept from the cases before must not change any. */
export function testReadingCases(url: URL): void {
  const cases: ReadingCase[] = JSON.parse(readFileSync(url, "utf8"));
  const steps = new KeySteps();
  for (const each of cases) {
    test(`readMetricFile() ${each.name}`, () => {
      const text = typeof each.text === "string" ? each.text : each.text.join("\n");
      const bytes = new TextEncoder().encode(text);
      const options = { path: each.path, identity: each.identity ?? null };
      const reading = readMetricFile(bytes, options);
      check(reading, each);
      for (let time = 0; time < 2; time++) {
        assert.deepStrictEqual(readMetricFile(bytes, { ...options, steps }), reading);
      }
    });
  }
}

/** The document as an object, for comparing. @throws AssertionError when there is none */
export function documentOf(reading: Reading): Record<string, Value> {
  assert.equal(reading.problem, null, reading.problem?.message);
  assert.ok(reading.document !== null);
  const { keys, values } = reading.document;
  assert.equal(keys.length, values.length);
  assert.equal(new Set(keys).size, keys.length, "no key comes twice");
  return Object.fromEntries(keys.map((key, i) => [key, values[i] as Value]));
}

/** Reads a text, with the identities of its rows. */
export function readText(text: string, path: string, identity: RowIdentities | null = null): Reading {
  return readMetricFile(new TextEncoder().encode(text), { path, identity });
}

function check(reading: Reading, expected: ReadingCase): void {
  if (expected.adapter !== undefined) assert.equal(reading.adapter, expected.adapter);
  if (expected.problem === undefined) {
    const wanted = Object.entries(expected.read ?? {}).map(([key, value]) => [key, valueOf(value)]);
    assert.deepStrictEqual(Object.entries(documentOf(reading)), wanted);
  } else {
    assert.equal(reading.document, null);
    const { problem } = reading;
    assert.deepStrictEqual({ ...problem, message: undefined }, { ...expected.problem, message: undefined });
    if ("message" in expected.problem) assert.equal(problem?.message, expected.problem["message"]);
  }
  const reasons = reading.warnings.map(({ reason }) => reason);
  assert.deepStrictEqual(reasons, expected.warnings ?? []);
  assert.deepStrictEqual([...reading.unstableKeys], expected.unstable ?? []);
}

function valueOf(value: Value | { readonly n: string } | { readonly i: string }): Value {
  if (typeof value !== "object" || value === null) return value;
  return "n" in value ? Number(value.n) : BigInt(value.i);
}
