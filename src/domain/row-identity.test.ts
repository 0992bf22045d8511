// Tests of row identity: names are inferred from several versions, and neither numbers nor provenance are names.
import assert from "node:assert/strict";
import test from "node:test";
import { processorMs } from "../../test/helpers/processor-time.ts";
import { readText } from "../../test/helpers/reading-cases.ts";
import { sampleRows } from "./formats/read-file.ts";
import type { RowIdentities } from "./model.ts";
import { inferIdentities } from "./row-identity.ts";
import type { RowSample } from "./row-sample.ts";

const FRAMEWORKS = ["ajv", "joi", "zod", "yup", "superstruct", "io-ts"];

/** Infers from documents, newest first. */
function infer(...documents: unknown[]): RowIdentities {
  return inferIdentities(documents.map((document) => sampleOf(JSON.stringify(document))));
}

function sampleOf(text: string, path = "m.json"): RowSample {
  const sample = sampleRows(new TextEncoder().encode(text), path);
  assert.ok(sample !== null);
  return sample;
}

/** The list turned by some places: real arrays are re-ordered in every version. */
function turned<T>(list: readonly T[], by: number): T[] {
  return list.map((_, i) => list[(i + by) % list.length] as T);
}

test("inferIdentities() finds a text that is unique in every version", () => {
  const version = (by: number): unknown =>
    turned(FRAMEWORKS, by).map((name, i) => ({ version: `1.${by}`, requests: 100 + i, name }));
  assert.deepStrictEqual(infer(version(0), version(1), version(2)), { "": ["name"] });
});

test("inferIdentities() finds two fields where none is enough, and three where two are not", () => {
  const rows = FRAMEWORKS.flatMap((lib) => ["loose", "strict"].map((mode, i) => ({ mode, ops: i, lib })));
  assert.deepStrictEqual(infer({ results: rows }, { results: turned(rows, 3) }), { results: ["mode", "lib"] });
  const more = rows.flatMap((row) => ["8", "16"].map((size) => ({ ...row, params: { size }, ops: 1 })));
  assert.deepStrictEqual(infer({ results: more }, { results: turned(more, 5) }), {
    results: ["mode", "lib", "params.size"],
  });
});

test("inferIdentities() prefers the names that people give to names, then the order in the file", () => {
  const rows = FRAMEWORKS.map((name) => ({ slug: `${name}-x`, file: `${name}.js`, name }));
  assert.deepStrictEqual(infer(rows, rows), { "": ["name"] });
  const plain = FRAMEWORKS.map((name) => ({ zeta: `${name}-x`, alpha: name }));
  assert.deepStrictEqual(infer(plain, plain), { "": ["zeta"] });
});

test("inferIdentities() prefers what stays from version to version", () => {
  const version = (n: number): unknown =>
    FRAMEWORKS.map((name, i) => ({ name: i < 3 ? `${name}-${n}` : name, key: name }));
  assert.deepStrictEqual(infer(version(1), version(2), version(3)), { "": ["key"] });
});

test("inferIdentities() refuses names of which less than half come again", () => {
  const version = (n: number): unknown => FRAMEWORKS.map((name) => ({ name: `${name}-${n}` }));
  assert.deepStrictEqual(infer(version(1), version(2), version(3)), {});
});

test("inferIdentities() takes neither numbers nor numbers written as text alone", () => {
  const rows = FRAMEWORKS.map((_, i) => ({ id: i, rank: String(i), score: i + 0.5 }));
  assert.deepStrictEqual(infer(rows, rows), {});
});

test("inferIdentities() takes whole numbers together with a text", () => {
  const rows = FRAMEWORKS.flatMap((name) => [64, 128].map((level) => ({ level, label: name, value: level / 3 })));
  assert.deepStrictEqual(infer(rows, turned(rows, 5)), { "": ["label", "level"] });
});

test("inferIdentities() takes a number whose text never changed, not one that was given anew (F5)", () => {
  const rows = (shift: number): unknown =>
    [0, 1, 2, 3, 4, 5].map((id) => ({ id, kind: ["a", "b", "c"][Math.floor(((id + shift) % 6) / 2)], value: 0.5 }));
  assert.deepStrictEqual(infer(rows(0), rows(0)), { "": ["id"] });
  assert.deepStrictEqual(infer(rows(0), rows(2)), {});
});

test("inferIdentities() takes a text before a figure that did not change for a while, and no figure alone", () => {
  const rows = FRAMEWORKS.map((slug, i) => ({ hits: i * 7, bytes: i, slug }));
  assert.deepStrictEqual(infer(rows, rows, rows), { "": ["slug"] });
  const kinds = FRAMEWORKS.map((_, i) => ({ bytes: i, kind: i < 3 ? "a" : "b" }));
  assert.notDeepEqual(infer(kinds, kinds), { "": ["bytes"] });
  const alone = FRAMEWORKS.map((_, i) => ({ bytes: i }));
  assert.deepStrictEqual(infer(alone, alone), {});
});

test("inferIdentities() takes no provenance, however unique", () => {
  const rows = FRAMEWORKS.map((name) => ({
    sha: name,
    commit_id: `c${name}`,
    version: `v${name}`,
    machineName: `m${name}`,
    branch: name,
  }));
  assert.deepStrictEqual(infer(rows, rows), {});
});

test("inferIdentities() takes no text of more than 128 bytes and none that lacks in more than 5 % of the rows", () => {
  const long = FRAMEWORKS.map((name) => ({ name: name.padEnd(129, "x") }));
  assert.deepStrictEqual(infer(long, long), {});
  const rows = (lacking: number): unknown =>
    Array.from({ length: 100 }, (_, i) => (i < lacking ? { value: 1 } : { value: 1, name: `row ${i}` }));
  assert.deepStrictEqual(infer(rows(1)), { "": ["name"] });
  assert.deepStrictEqual(infer(rows(6)), {}, "F6: missing in 6 %");
});

test("inferIdentities() counts null as lacking", () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ value: 1, name: i < 6 ? null : `row ${i}` }));
  assert.deepStrictEqual(infer(rows), {});
  assert.deepStrictEqual(infer(rows.slice(3)), { "": ["name"] });
});

test("sampleRows() stops at 250,000 values, and what it has is still of use", () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => `{"n":"${i}a","a":1,"b":2}`);
  const sample = sampleOf(`[${rows.join(",")}]`);
  const [table] = sample.arrays.get("") ?? [];
  assert.ok(table !== undefined && table.rows > 60_000 && table.rows < 65_000, `${table?.rows} rows`);
  assert.deepStrictEqual(inferIdentities([sample]), { "": ["n"] });
});

test("inferIdentities() forgives repeated names in one of 20 versions, not in two (F6)", () => {
  const version = (isRepeated: boolean): unknown =>
    [...FRAMEWORKS, ...(isRepeated ? ["ajv"] : [])].map((name) => ({ name }));
  const versions = (repeated: number): unknown[] => Array.from({ length: 20 }, (_, i) => version(i < repeated));
  assert.deepStrictEqual(infer(...versions(1)), { "": ["name"] });
  assert.deepStrictEqual(infer(...versions(2)), {});
});

test("inferIdentities() looks at each array on its own, nested ones too", () => {
  const document = {
    files: ["a.ts", "b.ts"].map((file) => ({
      file,
      groups: [
        {
          fullName: "one",
          benches: [
            { title: "x", hz: 1 },
            { title: "y", hz: 2 },
          ],
        },
        { fullName: "two", benches: [{ title: "x", hz: 3 }] },
      ],
    })),
    runs: [{ acc: 0.5 }],
  };
  const expected = { files: ["file"], "files[].groups": ["fullName"], "files[].groups[].benches": ["title"], runs: [] };
  assert.deepStrictEqual(infer(document, document), expected);
});

test("inferIdentities() drops the position only where every version has one row", () => {
  assert.deepStrictEqual(infer([{ a: 1 }], [{ a: 2 }]), { "": [] });
  assert.deepStrictEqual(infer([{ a: 1 }], [{ a: 2 }, { a: 3 }]), {});
});

test("inferIdentities() names the rows of a table, and takes no series for one", () => {
  const table = "model,acc,size\nx,0.5,1\ny,0.25,2\n";
  assert.deepStrictEqual(inferIdentities([sampleOf(table, "m.csv")]), { "": ["model"] });
  const series = "step,split,loss\n0,train,3\n1,test,2\n";
  assert.deepStrictEqual(inferIdentities([sampleOf(series, "m.csv")]), {});
});

test("inferIdentities() looks at the newest 20 versions, and has nothing to say of none", () => {
  const named = FRAMEWORKS.map((name) => ({ name, v: 1 }));
  const versions = [
    ...Array.from({ length: 20 }, () => named),
    ...Array.from({ length: 20 }, () => [{ v: 1 }, { v: 1 }]),
  ];
  assert.deepStrictEqual(infer(...versions), { "": ["name"] });
  assert.deepStrictEqual(infer(), {});
});

test("inferIdentities() is quick with wide rows that have no identity", () => {
  const rows = Array.from({ length: 5000 }, (_, i) =>
    Object.fromEntries(Array.from({ length: 20 }, (__, f) => [`field${f}`, `${f}-${(i * (f + 3)) % 7}`])),
  );
  const sample = sampleOf(JSON.stringify(rows));
  const start = processorMs();
  inferIdentities(Array.from({ length: 20 }, () => sample));
  assert.ok(processorMs() - start < 20_000, "a ten-fold watchdog");
});

test("an identity that was inferred names the rows, and the document stays when they are turned (F4)", () => {
  const rows = FRAMEWORKS.map((name, i) => ({ requests: i, name }));
  const identity = infer(rows, turned(rows, 2));
  const documents = [0, 1, 4].map((by) => readText(JSON.stringify(turned(rows, by)), "m.json", identity).document);
  const sorted = documents.map((document) => document?.keys.map((key, i) => [key, document.values[i]]).sort());
  assert.deepStrictEqual(sorted[1], sorted[0]);
  assert.deepStrictEqual(sorted[2], sorted[0]);
});
