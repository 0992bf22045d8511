// Tests of what the parser's thread answers: what it leaves out because it was sent before, and what it no longer knows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Value } from "../domain/model.ts";
import { type FlatReading, Parser, unpacked } from "./parse-task.ts";

function read(
  parser: Parser,
  text: string,
  about: { path?: string; series?: string; withFiles?: boolean } = {},
): FlatReading {
  const { path = "m.json", series = path, withFiles = false } = about;
  const bytes = new TextEncoder().encode(text);
  return parser.run({
    kind: "read",
    bytes,
    path,
    series,
    identity: null,
    identityIsChosen: false,
    withFiles,
  }) as FlatReading;
}

test("Parser leaves out the shape that a series had the last time, and only that", () => {
  const parser = new Parser();
  assert.deepEqual(read(parser, '{"a":1,"b":2}').shape?.keys, ["a", "b"]);
  assert.equal(read(parser, '{"a":3,"b":4}').shape, null);
  assert.deepEqual(read(parser, '{"a":3,"b":4}', { series: "other" }).shape?.keys, ["a", "b"]);
  assert.deepEqual(read(parser, '{"a":3}').shape?.keys, ["a"]);
  assert.equal(read(parser, "[1,").shape, null, "a version without a document has none");
  assert.equal(read(parser, '{"a":4}').shape, null, "and changes nothing");
  assert.deepEqual(read(parser, '{"a":1,"b":2}').shape?.keys, ["a", "b"], "only the last one counts");
});

test("Parser sends a shape again when its facts changed", () => {
  const parser = new Parser();
  const benchmark = (time_unit: string, value: number): string => {
    const benchmarks = [
      { name: "BM_Sort", run_type: "iteration", iterations: 5, real_time: value, cpu_time: 1, time_unit },
    ];
    return JSON.stringify({ context: { num_cpus: 2, library_build_type: "release" }, benchmarks });
  };
  const unitOf = ({ shape }: FlatReading): unknown => [...(shape?.facts?.values() ?? [])].map(({ unit }) => unit)[0];
  assert.equal(unitOf(read(parser, benchmark("ns", 1))), "ns");
  assert.equal(read(parser, benchmark("ns", 2)).shape, null);
  assert.equal(unitOf(read(parser, benchmark("ms", 2))), "ms");
  assert.ok(read(parser, benchmark("ns", 2)).shape !== null);
});

test("Parser forgets the oldest shapes when they take more than 30 MB", () => {
  const parser = new Parser();
  const wide = JSON.stringify(
    Object.fromEntries(Array.from({ length: 15_000 }, (_, i) => [`k${i}`.padEnd(240, "-"), i])),
  );
  for (let series = 0; series < 6; series++) assert.ok(read(parser, wide, { series: String(series) }).shape !== null);
  assert.equal(read(parser, wide, { series: "0" }).shape, null);
  assert.ok(read(parser, wide, { series: "6" }).shape !== null);
  assert.ok(read(parser, wide, { series: "0" }).shape !== null, "it was forgotten");
  assert.equal(read(parser, wide, { series: "6" }).shape, null);
});

test("Parser keeps no names of megabytes from one file to the next", () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const parser = new Parser();
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 30; i++) {
    const { warnings } = read(parser, `{"${String(i).padEnd(1_000_000, "k")}":1}`);
    assert.deepEqual(
      warnings.map(({ reason }) => reason),
      ["key-too-long"],
    );
  }
  gc();
  const grown = process.memoryUsage().heapUsed - before;
  assert.ok(grown < 5_000_000, `${grown} bytes after 30 names of 1 MB`);
});

test("Parser sends numbers as bytes, and anything else as it is", () => {
  const parser = new Parser();
  const valuesOf = (text: string): readonly Value[] => unpacked(read(parser, text).values as Float64Array);
  const numbers = [1, -0, 0.1, Number.NaN, Number.POSITIVE_INFINITY, 5e-324];
  assert.ok(read(parser, "[1]").values instanceof Float64Array);
  assert.deepEqual(valuesOf('{"a":1,"b":-0,"c":0.1,"d":NaN,"e":Infinity,"f":5e-324}'), numbers);
  assert.deepEqual(valuesOf('{"a":9007199254740993,"b":"x","c":null,"d":true}'), [9007199254740993n, "x", null, true]);
});

test("Parser infers identities from what it looked at, and tells when that is not all", () => {
  const rows = new TextEncoder().encode('[{"name":"a","x":1},{"name":"b","x":2}]');
  const parser = new Parser();
  const look = (sample: number): void => {
    parser.run({ kind: "sample", bytes: rows, path: "m.json", sample });
  };
  look(1);
  look(1);
  assert.deepEqual(parser.run({ kind: "infer", sample: 1, count: 2 }), { identities: { "": ["name"] } });
  assert.equal(parser.run({ kind: "infer", sample: 1, count: 2 }), null, "it is given once");
  assert.deepEqual(
    parser.run({ kind: "infer", sample: 2, count: 0 }),
    { identities: null },
    "no version could be looked at",
  );
  for (let sample = 10; sample < 19; sample++) look(sample);
  assert.equal(parser.run({ kind: "infer", sample: 10, count: 1 }), null, "nine at a time are too many");
  assert.deepEqual(parser.run({ kind: "infer", sample: 11, count: 1 }), { identities: { "": ["name"] } });
});

test("Parser knows the files that it was told last", () => {
  const parser = new Parser();
  const metric = { total: 2, covered: 1, skipped: 0, pct: 50 };
  const entry = { lines: metric, statements: metric, functions: metric, branches: metric };
  const text = JSON.stringify({ total: entry, "/ci/build/src/a.ts": entry, "/ci/build/src/b.ts": entry });
  const path = "coverage-summary.json";
  assert.equal(read(parser, text, { path }).needsFiles, true);
  parser.knowFiles("src/a.ts\0src/b.ts");
  const known = read(parser, text, { path, withFiles: true });
  assert.equal(known.needsFiles, undefined);
  assert.ok(known.shape?.keys.includes('["src/a.ts"].lines.pct'), known.shape?.keys.join(" "));
  parser.knowFiles("build/src/a.ts\0build/src/b.ts");
  assert.ok(read(parser, text, { path, withFiles: true }).shape?.keys.includes('["build/src/a.ts"].lines.pct'));
});
