// Tests of where a warning says that something odd stands: its key, its line, and what can be done.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readMetricFile } from "./read-file.ts";

interface Case {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly messages: readonly string[];
}

const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, "warning-places.cases.json"), "utf8"),
) as readonly Case[];

for (const { name, path, text, messages } of cases) {
  test(`readMetricFile() says where it found ${name}`, () => {
    const { warnings, problem } = readMetricFile(Buffer.from(text), { path, identity: null });
    assert.equal(problem, null);
    assert.deepEqual(
      warnings.map(({ message }) => message),
      messages,
    );
    for (const { line, message } of warnings)
      assert.equal(line ?? null, Number(/in line (\d+)/.exec(message)?.[1]) || null);
  });
}
