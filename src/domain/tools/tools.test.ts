// Tests of the tools: for each its cases, real shapes and near-misses, as they are read and as nobody else reads them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readMetricFile } from "../formats/read-file.ts";
import type { Value } from "../model.ts";
import { TOOLS } from "./tools.ts";

/** A value, or a value with the unit and the goal that the file or its tool tells. */
type ExpectedValue = Value | readonly [Value, string | null, "higher" | "lower" | null];

interface Case {
  readonly name: string;
  readonly path: string;
  /** the document, or `text` where a JSON value would not do */
  readonly file?: unknown;
  readonly text?: string;
  /** the files of the repository; absent where nobody knows them */
  readonly repository?: readonly string[];
  readonly adapter: string;
  /** every column; NaN and the infinities as {"special": "NaN"} */
  readonly columns?: Readonly<Record<string, ExpectedValue | { readonly special: string }>>;
  readonly warnings?: readonly string[];
  /** message of the problem instead of columns */
  readonly problem?: string;
}

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".cases.json"));

function special(value: NonNullable<Case["columns"]>[string]): ExpectedValue {
  const isSpecial = typeof value === "object" && value !== null && "special" in value;
  return isSpecial ? Number(value.special) : value;
}

for (const name of files) {
  const cases = JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8")) as Case[];
  for (const each of cases) {
    test(`${name.replace(".cases.json", "")}: ${each.name}`, () => {
      const text = each.text ?? JSON.stringify(each.file, null, 2);
      const known = each.repository;
      const isFile = known === undefined ? {} : { isFile: (path: string) => known.includes(path) };
      const reading = readMetricFile(Buffer.from(text), { path: each.path, identity: null, ...isFile });
      assert.equal(reading.problem?.message ?? null, each.problem ?? null);
      assert.equal(reading.adapter, each.adapter);
      if (each.problem !== undefined) return;
      const columns = (reading.document?.keys ?? []).map((key, index) => {
        const value = reading.document?.values[index] as Value;
        const told = reading.facts?.get(key);
        return [key, told === undefined ? value : [value, told.unit, told.goal]];
      });
      const expected = Object.entries(each.columns ?? {}).map(([key, value]) => [key, special(value)]);
      assert.deepEqual(columns, expected);
      if (each.warnings !== undefined)
        assert.deepEqual(
          reading.warnings.map(({ message }) => message),
          each.warnings,
        );
    });
  }
}

test("every tool has two shapes that it reads and one that it leaves to others", () => {
  const all = files.flatMap((name) => JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8")) as Case[]);
  for (const { name } of TOOLS) {
    const file = `${name}.cases.json`;
    assert.ok(files.includes(file), `${file} is missing`);
    const own = JSON.parse(readFileSync(join(import.meta.dirname, file), "utf8")) as Case[];
    const read = all.filter((each) => each.adapter === name && each.problem === undefined);
    assert.ok(read.length >= 2, `${name} has ${read.length} shapes, wanted 2`);
    assert.ok(
      own.some((each) => each.adapter !== name || each.problem !== undefined),
      `${name} has no near-miss`,
    );
  }
});
