// Documents that try to cost more time or memory than they are worth, and how each of them ends.
import type { ProblemReason } from "../../src/domain/model.ts";

/** A document that tries to cost more than it is worth. */
export interface HostileDocument {
  readonly path: string;
  readonly text: () => string;
  /** the one problem, or the reasons of the warnings */
  readonly problem?: ProblemReason;
  readonly warnings?: readonly ProblemReason[];
  readonly keys?: number;
}

const MEGA = 1_000_000;
const many = (count: number, make: (i: number) => string, between = ""): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(between);

/** By what they are: those of each format that a limit, or the way of reading, has to stop. Mostly a megabyte. */
export const HOSTILE_DOCUMENTS: Readonly<Record<string, HostileDocument>> = {
  "JSON: 1,000,000 opening brackets": { path: "m.json", text: () => "[".repeat(MEGA), problem: "too-deep" },
  "JSON: 100,000 nested objects": { path: "m.json", text: () => '{"a":'.repeat(100_000), problem: "too-deep" },
  "JSON: one string": { path: "m.json", text: () => `{"a":"${"x".repeat(MEGA)}"}`, warnings: [], keys: 1 },
  "JSON: one string of escapes": {
    path: "m.json",
    text: () => `{"a":"${"\\u00e9".repeat(160_000)}"}`,
    warnings: [],
    keys: 1,
  },
  "JSON: a key of a megabyte": {
    path: "m.json",
    text: () => `{"${"k".repeat(MEGA)}":1,"b":2}`,
    warnings: ["key-too-long"],
    keys: 1,
  },
  "JSON: 100,000 keys": {
    path: "m.json",
    text: () => `{${many(100_000, (i) => `"k${i}":${i}`, ",")}}`,
    problem: "too-many-leaves",
  },
  "JSON: 50,000 keys, the most that are allowed": {
    path: "m.json",
    text: () => `{${many(50_000, (i) => `"k${i}":${i}`, ",")}}`,
    warnings: [],
    keys: 50_000,
  },
  "JSON: an array of 200,000 numbers": {
    path: "m.json",
    text: () => `[${many(200_000, String, ",")}]`,
    warnings: [],
    keys: 5,
  },
  "JSON: 300,000 empty arrays": {
    path: "m.json",
    text: () => `[${many(300_000, () => "[]", ",")}]`,
    warnings: ["too-many-rows"],
    keys: 1,
  },
  "JSON: 60,000 empty objects under keys": {
    path: "m.json",
    text: () => `{${many(60_000, (i) => `"k${i}":{}`, ",")}}`,
    problem: "too-many-leaves",
  },
  "JSON: 100,000 rows without a name": {
    path: "m.json",
    text: () => `[${many(100_000, (i) => `{"a":${i}}`, ",")}]`,
    warnings: ["too-many-rows"],
    keys: 1,
  },
  "JSON: a megabyte of digits": {
    path: "m.json",
    text: () => `{"a":${"9".repeat(MEGA)}}`,
    warnings: ["number-too-large"],
    keys: 1,
  },
  "JSON: a megabyte of digits behind the point": {
    path: "m.json",
    text: () => `{"a":0.${"1".repeat(MEGA)}}`,
    warnings: [],
    keys: 1,
  },
  "JSON: one key 170,000 times": {
    path: "m.json",
    text: () => `{${many(170_000, () => '"a":1', ",")}}`,
    warnings: ["duplicate-keys"],
    keys: 1,
  },
  "JSON: 25,000 keys, each three times": {
    path: "m.json",
    text: () => `{${many(75_000, (i) => `"k${i % 25_000}":1`, ",")}}`,
    warnings: ["duplicate-keys"],
    keys: 25_000,
  },
  "JSON: a megabyte of blanks": {
    path: "m.json",
    text: () => `${" \t\r\n".repeat(250_000)}{"a":1}`,
    warnings: [],
    keys: 1,
  },
  "JSON: an error at the end": {
    path: "m.json",
    text: () => `[${many(200_000, String, ",")}`,
    problem: "not-readable",
  },
  "JSON: a long key over many leaves": {
    path: "m.json",
    text: () => `{"${"k".repeat(450)}":{${many(40_000, (i) => `"a${i}":1`, ",")}}}`,
    problem: "too-much-text",
  },
  "JSON: a dotted name of 100,000 parts": {
    path: "m.json",
    text: () => `{"${"a.".repeat(500_000)}a":1,"b":2}`,
    warnings: ["key-too-long"],
    keys: 1,
  },
  "JSON: names that every object has, in a megabyte": {
    path: "m.json",
    text: () => `{"__proto__":{"x":1},"constructor":2,"toString":3${" ".repeat(MEGA)}}`,
    warnings: [],
    keys: 3,
  },
  "JSON: a long key over many leaves, four times what fits": {
    path: "m.json",
    text: () => `{"${"k".repeat(250)}":{${many(40_000, (i) => `"${i}":1`, ",")}}}`,
    problem: "too-much-text",
  },
  "JSON: 55 levels over many leaves, four times what fits": {
    path: "m.json",
    text: () => `${many(55, (i) => `{"level_${10 + i}":`)}{${many(40_000, (i) => `"${i}":1`, ",")}}${"}".repeat(55)}`,
    problem: "too-much-text",
  },
  "NDJSON: 100,000 lines": {
    path: "m.json",
    text: () => many(100_000, (i) => `{"a":${i}}`, "\n"),
    warnings: [],
    keys: 1,
  },
  "YAML: depth 100,000": { path: "m.yaml", text: () => `a: ${"[".repeat(100_000)}`, problem: "too-deep" },
  "YAML: 20,000 keys": { path: "m.yaml", text: () => many(20_000, (i) => `k${i}: ${i}\n`), warnings: [], keys: 20_000 },
  "YAML: 70,000 keys": { path: "m.yaml", text: () => many(70_000, (i) => `k${i}: ${i}\n`), problem: "too-many-leaves" },
  "YAML: 2,000 aliases": {
    path: "m.yaml",
    text: () => `a: &a 1\n${many(2000, (i) => `k${i}: *a\n`)}`,
    problem: "not-readable",
  },
  "YAML: a chain of merges": {
    path: "m.yaml",
    text: () => `a0: &a0 {k0: 1}\n${many(900, (i) => `a${i + 1}: &a${i + 1} {<<: *a${i}, k${i + 1}: 1}\n`)}`,
    problem: "not-readable",
  },
  "YAML: a megabyte of digits": {
    path: "m.yaml",
    text: () => `a: ${"9".repeat(MEGA)}`,
    warnings: ["number-too-large"],
    keys: 1,
  },
  "YAML: 250,000 documents": {
    path: "m.yaml",
    text: () => many(250_000, () => "---\n"),
    warnings: ["more-documents"],
    keys: 0,
  },
  "YAML: a megabyte of comments": { path: "m.yaml", text: () => "#\n".repeat(500_000), warnings: [], keys: 0 },
  "YAML: one string": { path: "m.yaml", text: () => `a: ${"x".repeat(MEGA)}`, warnings: [], keys: 1 },
  "YAML: one string of escapes": {
    path: "m.yaml",
    text: () => `a: "${"\\u00e9".repeat(160_000)}"`,
    warnings: [],
    keys: 1,
  },
  "YAML: a key of a megabyte": {
    path: "m.yaml",
    text: () => `? ${"k".repeat(MEGA)}\n: 1\nb: 2\n`,
    warnings: ["key-too-long"],
    keys: 1,
  },
  "YAML: an array of 200,000 numbers": {
    path: "m.yaml",
    text: () => `[${many(200_000, () => "1", ", ")}]`,
    warnings: [],
    keys: 5,
  },
  "YAML: one key 5,000 times": {
    path: "m.yaml",
    text: () => many(5000, () => "a: 1\n"),
    warnings: ["duplicate-keys"],
    keys: 1,
  },
  "YAML: 100,000 aliases": {
    path: "m.yaml",
    text: () => `a: &a 1\nb: [${many(100_000, () => "*a", ", ")}]`,
    problem: "not-readable",
  },
  "YAML: a billion laughs": {
    path: "m.yaml",
    text: () => `a0: &a0 [1, 2, 3]\n${many(30, (i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]\n`)}`,
    problem: "too-many-leaves",
  },
  "YAML: a megabyte of blanks": {
    path: "m.yaml",
    text: () => `a: 1\n${"   \n".repeat(MEGA / 4)}`,
    warnings: [],
    keys: 1,
  },
  "YAML: an error at the end": {
    path: "m.yaml",
    text: () => `${many(40_000, (i) => `k${i}: ${i}\n`)}"`,
    problem: "not-readable",
  },
  "TOML: one string": { path: "m.toml", text: () => `a = "${"x".repeat(MEGA)}"`, warnings: [], keys: 1 },
  "TOML: one string of escapes": {
    path: "m.toml",
    text: () => `a = "${"\\u00e9".repeat(160_000)}"`,
    warnings: [],
    keys: 1,
  },
  "TOML: a key of a megabyte": {
    path: "m.toml",
    text: () => `${"k".repeat(MEGA)} = 1\nb = 2\n`,
    warnings: ["key-too-long"],
    keys: 1,
  },
  "TOML: an array of 200,000 numbers": {
    path: "m.toml",
    text: () => `a = [${many(200_000, () => "1", ", ")}]`,
    warnings: [],
    keys: 5,
  },
  "TOML: 100,000 tables": {
    path: "m.toml",
    text: () => `a = [${many(100_000, () => "{b=1}", ",")}]`,
    warnings: ["too-many-rows"],
    keys: 1,
  },
  "TOML: one key 5,000 times": {
    path: "m.toml",
    text: () => many(5000, () => "a = 1\n"),
    problem: "not-readable",
  },
  "TOML: a megabyte of comments": { path: "m.toml", text: () => "#\n".repeat(MEGA / 2), warnings: [], keys: 0 },
  "TOML: an error at the end": {
    path: "m.toml",
    text: () => `${many(40_000, (i) => `k${i} = ${i}\n`)}"`,
    problem: "not-readable",
  },
  "TOML: a dotted key of 100,000 parts": {
    path: "m.toml",
    text: () => `${"a.".repeat(100_000)}a = 1`,
    problem: "too-deep",
  },
  "TOML: a dotted key of 65 parts": { path: "m.toml", text: () => `${"a.".repeat(64)}a = 1`, problem: "too-deep" },
  "TOML: depth 100,000": { path: "m.toml", text: () => `a = ${"[".repeat(100_000)}`, problem: "not-readable" },
  "TOML: 60,000 keys": {
    path: "m.toml",
    text: () => many(60_000, (i) => `k${i} = ${i}\n`),
    problem: "too-many-leaves",
  },
  "TOML: a megabyte of digits": {
    path: "m.toml",
    text: () => `a = ${"9".repeat(MEGA)}`,
    warnings: ["number-too-large"],
    keys: 1,
  },
  "CSV: a million columns": { path: "m.csv", text: () => ",".repeat(MEGA), problem: "too-many-leaves" },
  "CSV: 1,000 columns, the most that are allowed": {
    path: "m.csv",
    text: () => `${many(1000, (i) => `c${i}`, ",")}\n${many(1000, String, ",")}`,
    warnings: [],
    keys: 1000,
  },
  "CSV: 1,001 columns": { path: "m.csv", text: () => many(1001, (i) => `c${i}`, ","), problem: "too-many-leaves" },
  "CSV: 100,000 rows": {
    path: "m.csv",
    text: () => `step,loss,acc\n${many(100_000, (i) => `${i},1,2\n`)}`,
    problem: "too-many-leaves",
  },
  "CSV: 10,000 rows, the most that are allowed": {
    path: "m.csv",
    text: () => `step,loss,acc\n${many(10_000, (i) => `${i},1,2\n`)}`,
    warnings: [],
    keys: 7,
  },
  "CSV: 10,001 rows": {
    path: "m.csv",
    text: () => `step,loss,acc\n${many(10_001, (i) => `${i},1,2\n`)}`,
    problem: "too-many-leaves",
  },
  "CSV: a quote that opens a megabyte": {
    path: "m.csv",
    text: () => `a,b\n"${"x,\n".repeat(300_000)}`,
    problem: "not-readable",
  },
  "CSV: a cell of a megabyte": { path: "m.csv", text: () => `a,${"x".repeat(MEGA)}`, problem: "not-readable" },
  "CSV: a megabyte of empty lines": { path: "m.csv", text: () => `a,1\n${"\n".repeat(MEGA)}`, warnings: [], keys: 1 },
  "CSV: 200,000 quotes that mean nothing": {
    path: "m.csv",
    text: () => `a,b\n${many(200_000, () => 'x"y\n')}`,
    problem: "too-many-leaves",
  },
  "Python: 1,000,000 opening brackets": {
    path: "params.py",
    text: () => `x = ${"[".repeat(MEGA)}`,
    problem: "too-deep",
  },
  "Python: 500,000 signs": { path: "params.py", text: () => `x = ${"-".repeat(MEGA / 2)}1`, warnings: [], keys: 0 },
  "CSV: one column name 1,000 times": {
    path: "m.csv",
    text: () => `${many(1000, () => "a", ",")}\n${many(1000, String, ",")}`,
    warnings: ["duplicate-keys"],
    keys: 1000,
  },
};
