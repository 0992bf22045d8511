// What a person sees who names the rows of an array: fields of the newest version, and the names that they give.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readMetricFile, sampleRows } from "./formats/read-file.ts";
import { describeArrays, nameRows } from "./row-choice.ts";

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const results = bytes({
  results: [
    { suite: "a", name: "x", ops: 1.5, note: null },
    { suite: "b", name: "x", ops: 2.5, params: { size: 10 } },
    { suite: "b", name: "y", ops: 3.5, params: { size: 10 } },
  ],
  plain: [1, 2, 3],
});
const sample = sampleRows(results, "r.json", true) ?? assert.fail();

test("describeArrays() tells the fields of each array with how many values they have", () => {
  assert.deepEqual(describeArrays(sample), [
    {
      array: "results",
      rows: 3,
      own: null,
      fields: [
        { name: "suite", rows: 3, different: 2, examples: ["a", "b"] },
        { name: "name", rows: 3, different: 2, examples: ["x", "y"] },
        { name: "ops", rows: 3, different: 3, examples: ["1.5", "2.5", "3.5"] },
        { name: "note", rows: 0, different: 0, examples: [] },
        { name: "params.size", rows: 2, different: 1, examples: ["10"] },
      ],
    },
  ]);
});

test("nameRows() says which names come twice and which rows have none", () => {
  assert.deepEqual(nameRows(sample, "results", ["name"]), {
    names: ["[name=x]", "[name=x]", "[name=y]"],
    rows: 3,
    unnamed: 0,
    repeated: 1,
  });
  assert.deepEqual(nameRows(sample, "results", ["name", "params.size"]), {
    names: ["[name=x,params.size=10]", "[name=y,params.size=10]"],
    rows: 3,
    unnamed: 1,
    repeated: 0,
  });
  assert.deepEqual(nameRows(sample, "absent", ["name"]), { names: [], rows: 0, unnamed: 0, repeated: 0 });
});

test("nameRows() gives the names that the reader gives", () => {
  const { names } = nameRows(sample, "results", ["suite", "name"]);
  const identity = { results: ["suite", "name"] };
  const read = readMetricFile(results, { path: "r.json", identity, identityIsChosen: true });
  for (const name of names) assert.ok(read.document?.keys.includes(`results${name}.ops`), name);
});

test("describeArrays() tells by which fields a tool names its rows, and offers the others", () => {
  const report = bytes({
    machine_info: {},
    benchmarks: [{ fullname: "t.py::a", group: "g", name: "a", stats: { mean: 1 } }],
  });
  const [array] = describeArrays(sampleRows(report, "b.json", true) ?? assert.fail());
  assert.deepEqual([array?.array, array?.own], ["benchmarks", ["fullname"]]);
  assert.ok(array?.fields.some(({ name }) => name === "group"));
  assert.deepEqual(describeArrays(sampleRows(report, "b.json") ?? assert.fail()), [], "none to be inferred");
});
