// Tests of Python parameters (P15): a table computed by CPython, what becomes columns, and hostile files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { processorMs } from "../../../test/helpers/processor-time.ts";
import { documentOf, readText } from "../../../test/helpers/reading-cases.ts";
import type { ProblemReason } from "../model.ts";
import { problemOf } from "../unreadable.ts";
import { WarningList } from "../warning-list.ts";
import { readPython } from "./python.ts";
import type { PythonValue } from "./python-literal.ts";
import { readMetricFile } from "./read-file.ts";

/** A value: `{"i": digits}` an exact integer, `{"f": digits}` a double, `{"n": "-0"}` a special one, `{"d": pairs}` a dict. */
type Written =
  | string
  | number
  | boolean
  | null
  | readonly Written[]
  | { readonly i: string }
  | { readonly f: string }
  | { readonly n: string }
  | { readonly d: readonly (readonly [string, Written])[] };

/**
 * What CPython 3.11 makes of a source: the module is parsed by `ast`, values are those of `ast.literal_eval`, and names
 * are taken where DVC takes them. Sets are sorted; bytes are texts by Latin-1, complex numbers as Python writes them.
 */
interface Snippet {
  readonly name: string;
  readonly source: string;
  readonly read?: readonly (readonly [string, Written])[];
  readonly refused?: true;
}

const snippets: readonly Snippet[] = JSON.parse(readFileSync(new URL("python.cases.json", import.meta.url), "utf8"));

for (const { name, source, read, refused } of snippets) {
  test(`readPython() agrees with CPython about ${name}`, () => {
    const find = (): ReadonlyMap<string, PythonValue> => readPython(source, new WarningList());
    if (refused === true) assert.throws(find, (error) => problemOf(error)?.reason === "not-readable");
    else assert.deepStrictEqual(find(), fromTable({ d: read ?? [] }));
  });
}

test("the table has the 60 sources that are wanted, each named once", () => {
  assert.ok(snippets.length >= 60, `${snippets.length} sources`);
  assert.equal(new Set(snippets.map(({ name }) => name)).size, snippets.length);
});

test("readMetricFile() gives the parameters of a Python file as columns", () => {
  const source = [
    "SEED = 42",
    "layers = [64, 32]",
    "class Train:",
    "    lr: float = 1e-3",
    "    class Optimizer:",
    "        name = 'adam'",
    "    def __init__(self):",
    "        self.epochs = 10",
    "augment = {'flip': True, 'crop size': (28, 28)}",
  ].join("\n");
  for (const path of ["params.py", "src/Config.PY"]) {
    const reading = readText(source, path);
    assert.equal(reading.adapter, "python");
    assert.deepEqual(reading.warnings, []);
    assert.deepEqual(documentOf(reading), {
      SEED: 42,
      "layers.length": 2,
      "layers.last": 32,
      "layers.min": 32,
      "layers.max": 64,
      "layers.mean": 48,
      "Train.lr": 0.001,
      "Train.Optimizer.name": "adam",
      "Train.epochs": 10,
      "augment.flip": true,
      'augment["crop size"].length': 2,
      'augment["crop size"].last': 28,
      'augment["crop size"].min': 28,
      'augment["crop size"].max': 28,
      'augment["crop size"].mean': 28,
    });
  }
});

test("readMetricFile() warns of repeated keys of a dict and of numbers beyond all doubles, not of what it skips", () => {
  const { warnings } = readText("a = {'x': 1, 'x': 2}\nb = 1e999\nc = f(1)\nd = d = 1\n", "params.py");
  assert.deepEqual(
    warnings.map(({ reason }) => reason),
    ["duplicate-keys", "number-too-large"],
  );
});

test("readMetricFile() says where a Python file is broken", () => {
  const { problem } = readText("a = 1\nb = [1,\n  (2,\n", "params.py");
  assert.equal(problem?.message, 'Found a bracket that does not close in line 3, column 3, wanted ")".');
  assert.equal(readText("a = 'x", "params.py").problem?.line, 1);
});

test("readMetricFile() reads a Python file in the code page of Windows, with a warning", () => {
  const bytes = Buffer.from("name = 'gr\u{f6}\u{df}e'\n", "latin1");
  const reading = readMetricFile(bytes, { path: "params.py", identity: null });
  assert.deepEqual(documentOf(reading), { name: "größe" });
  assert.deepEqual(
    reading.warnings.map(({ reason }) => reason),
    ["encoding"],
  );
});

test("readPython() keeps the text of a name that only Unicode knows, and skips a wrong escape", () => {
  const read = readPython("a = '\\N{DASH}'\nb = '\\x4'\nc = '\\U00110000'\nd = '\\q'\n", new WarningList());
  assert.deepEqual(
    [...read],
    [
      ["a", "\\N{DASH}"],
      ["d", "\\q"],
    ],
  );
});

test("readPython() finds the end of f-strings as Python 3.12 nests them", () => {
  const source =
    "a = f'{b['c']}'\nb = f\"{f\"{1}\"}\"\nc = f'{x:'>10}'\nd = f'''{\n'''x'''}'''\ne = f'\\N{DASH}{y}'\nf = 1\n";
  assert.deepEqual([...readPython(source, new WarningList())], [["f", 1]]);
});

/** Ten times what the slowest of these takes: a watchdog, not a figure. */
const WATCHDOG_MS = 3_000;
const MEGA = 1_000_000;

const HOSTILE: Readonly<Record<string, { source: () => string; problem?: ProblemReason; keys?: number }>> = {
  "300,000 pairs of brackets": {
    source: () => `x = ${"[".repeat(300_000)}${"]".repeat(300_000)}`,
    problem: "too-deep",
  },
  "lists that open in 100,000 lines": { source: () => "x = [1,\n".repeat(100_000), problem: "too-deep" },
  "500,000 minus signs": { source: () => `x = ${"-".repeat(500_000)}1`, keys: 0 },
  "a million opening braces in an f-string": {
    source: () => `x = f"${"{(".repeat(MEGA / 2)}"`,
    problem: "not-readable",
  },
  "200,000 strings side by side": { source: () => `x = ${"'a' ".repeat(200_000)}`, keys: 1 },
  "a million digits": { source: () => `x = ${"9".repeat(MEGA)}`, keys: 1 },
  "a million digits of base 16": { source: () => `x = 0x${"f".repeat(MEGA)}`, keys: 1 },
  "a million underscores": { source: () => `x = 1${"_".repeat(MEGA)}`, keys: 0 },
  "a million letters behind a digit": { source: () => `x = 1${"e".repeat(MEGA)}`, keys: 0 },
  "a million points": { source: () => `x = 1${".".repeat(MEGA)}`, keys: 0 },
  "a string of a million characters": { source: () => `x = "${"a".repeat(MEGA)}"`, keys: 1 },
  "250,000 escapes": { source: () => `x = "${"\\x41".repeat(250_000)}"`, keys: 1 },
  "a million blanks": { source: () => `x = 1${" ".repeat(MEGA)}`, keys: 1 },
  "a million line ends": { source: () => "\n".repeat(MEGA), keys: 0 },
  "500,000 joined lines": { source: () => `x = ${"\\\n".repeat(500_000)}1`, keys: 1 },
  "a comment of a million characters": { source: () => `#${"#".repeat(MEGA)}\nx = 1`, keys: 1 },
  "300,000 statements in a line": { source: () => "a;".repeat(300_000), keys: 0 },
  "80,000 classes in a line": { source: () => "class A: ".repeat(80_000), keys: 0 },
  "a thousand classes in each other": {
    source: () => Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}class A:\n`).join(""),
    problem: "too-deep",
  },
  "80,000 names": {
    source: () => Array.from({ length: 80_000 }, (_, i) => `a${i} = 1\n`).join(""),
    problem: "too-many-leaves",
  },
  "one name 120,000 times": { source: () => "a = 1\n".repeat(120_000), keys: 1 },
  "a name of a megabyte": { source: () => `${"a".repeat(MEGA)} = 1\nb = 2`, keys: 1 },
};

for (const [name, { source, problem, keys }] of Object.entries(HOSTILE)) {
  test(`readMetricFile() is quick with a Python file of ${name}`, () => {
    const text = source();
    const start = processorMs();
    const reading = readText(text, "params.py");
    const took = processorMs() - start;
    assert.equal(reading.problem?.reason ?? null, problem ?? null);
    assert.equal(reading.document?.keys.length, keys);
    assert.ok(took < WATCHDOG_MS, `${took} ms`);
  });
}

test("readMetricFile() refuses a Python file of more than 1 MiB", () => {
  assert.equal(readText(`# ${" ".repeat(2 ** 20)}`, "params.py").problem?.reason, "too-large");
});

test("readMetricFile() gives a result or a problem for every beginning of a Python file, and without any of its bytes", () => {
  const source = snippets.map((snippet) => snippet.source).find((text) => text.includes("self.z")) ?? "";
  const texts = Array.from({ length: source.length }, (_, i) => i).flatMap((i) => [
    source.slice(0, i),
    source.slice(0, i) + source.slice(i + 1),
  ]);
  for (const text of [...texts, ...snippets.map((snippet) => snippet.source)]) readText(text, "params.py");
  assert.ok(texts.length > 300);
});

function fromTable(written: Written): PythonValue {
  if (typeof written !== "object" || written === null) return written;
  if (Array.isArray(written)) return written.map(fromTable);
  if ("i" in written) return BigInt(written.i);
  if ("f" in written) return Number(written.f);
  if ("n" in written) return Number(written.n);
  const { d } = written as { readonly d: readonly (readonly [string, Written])[] };
  return new Map(d.map(([key, value]) => [key, fromTable(value)]));
}
