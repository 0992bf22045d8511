// Extreme values from a file of every format in Git, through Postgres, to the text of the API's answers (P9, D8).
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { fromJsonb, toApiJson } from "../src/domain/value.ts";
import { startApi } from "./helpers/api-server.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";

const NINES = "9".repeat(40);

/** What is written under a name in most formats, and the text that the API answers with. */
const NUMBERS: Readonly<Record<string, readonly [written: string, answered: string]>> = {
  beyond: ["9007199254740993", "9007199254740993"],
  below: ["-9007199254740993", "-9007199254740993"],
  word: ["9223372036854775808", "9223372036854775808"],
  digits40: [NINES, NINES],
  digits41: [`${NINES}9`, "1e+41"],
  huge: ["1e400", '"Infinity"'],
  minushuge: ["-1e400", '"-Infinity"'],
  tiny: ["1e-400", "0"],
  smallest: ["5e-324", "5e-324"],
  largest: ["1.7976931348623157e308", "1.7976931348623157e+308"],
  zero: ["-0.0", "0"],
  sum: ["0.30000000000000004", "0.30000000000000004"],
  short: ["1.10", "1.1"],
};

/** Special numbers as a format writes them. */
function special(nan: string, infinity: string, minus: string): typeof NUMBERS {
  return { nan: [nan, '"NaN"'], infinity: [infinity, '"Infinity"'], minus: [minus, '"-Infinity"'] };
}

/** Texts that could be taken for something else. */
const TEXTS: typeof NUMBERS = { nul: ['"a\\u0000b"', '"a\uFFFDb"'], word2: ['"NaN"', '"NaN"'], yes: ["true", "true"] };

interface Format {
  readonly path: string;
  readonly text: (values: typeof NUMBERS) => string;
  readonly values: typeof NUMBERS;
  /** the key of a name, where it is not the name itself */
  readonly key?: (name: string) => string;
}

const object = (values: typeof NUMBERS): string =>
  `{${Object.entries(values)
    .map(([name, [written]]) => `"${name}": ${written}`)
    .join(", ")}}`;
const lines = (between: string, values: typeof NUMBERS): string =>
  Object.entries(values)
    .map(([name, [written]]) => `${name}${between}${written}\n`)
    .join("");

const FORMATS: readonly Format[] = [
  {
    path: "metrics.json",
    text: object,
    values: { ...NUMBERS, ...TEXTS, ...special("NaN", "Infinity", "-Infinity"), none: ["null", "null"] },
  },
  {
    path: "lines/metrics.json",
    text: (values) => `{"beyond": 1}\n${object(values)}\n`,
    values: { ...NUMBERS, ...TEXTS, ...special("NaN", "Infinity", "-Infinity"), none: ["null", "null"] },
  },
  {
    path: "metrics.yaml",
    text: (values) => lines(": ", values),
    values: { ...NUMBERS, ...TEXTS, ...special(".nan", ".inf", "-.inf"), none: ["null", "null"] },
  },
  {
    path: "metrics.toml",
    text: (values) => lines(" = ", values),
    values: { ...NUMBERS, ...TEXTS, ...special("nan", "inf", "-inf") },
  },
  {
    path: "params.py",
    text: (values) => lines(" = ", values),
    values: { ...NUMBERS, ...TEXTS, yes: ["True", "true"], none: ["None", "null"] },
  },
  {
    path: "metrics.csv",
    text: (values) => `metric,value\n${lines(",", values)}`,
    values: { ...NUMBERS, ...special("NaN", "Infinity", "-Infinity"), yes: ["true", '"true"'] },
    key: (name) => `[metric=${name}].value`,
  },
];

const bench = await openIngestBench();
after(() => bench.close());
const builder = new HistoryBuilder(join(bench.folder, "exact.git"));
const commit = builder.commit({
  files: Object.fromEntries(FORMATS.map(({ path, text, values }) => [path, text(values)])),
});
const sha = (await builder.finish())(commit);
await bench.add({ folder: builder.folder });
const server = await startApi(bench.database);
after(() => server.close());
const ada = await server.signIn(bench.organization);

/** An answer in which every value is the text that was sent for it. */
type Sent = Readonly<Record<string, Readonly<Record<string, unknown>>[]>>;

async function answered(path: string): Promise<Sent> {
  const text = await (await ada.fetch(`/api/v1/repositories/exact${path}`)).text();
  const keep = (_name: string, value: unknown, context?: { source?: string }): unknown => context?.source ?? value;
  return JSON.parse(text, keep) as Sent;
}

for (const { path, values, key = (name: string) => name } of FORMATS) {
  const columns = Object.keys(values).map((name) => `${path}:${key(name)}`);
  const expected = Object.fromEntries(Object.values(values).map(([, answer], index) => [columns[index], answer]));

  test(`a commit's detail tells the values of ${path} exactly, and warns of those that are too large`, async () => {
    const detail = await answered(`/commits/${sha}`);
    const found = (detail["values"] ?? []).map(({ column, value }) => [JSON.parse(String(column)), value] as const);
    assert.deepEqual(Object.fromEntries(found.filter(([column]) => columns.includes(column as string))), expected);
    const file = detail["files"]?.find((each) => each["path"] === JSON.stringify(path));
    assert.equal(file?.["problem"], "null");
    const warned = ((file?.["warnings"] ?? []) as Record<string, string>[]).map(
      ({ reason = "" }) => JSON.parse(reason) as string,
    );
    assert.deepEqual(warned, ["number-too-large", ...("nul" in values ? ["replaced-characters"] : [])]);
  });

  test(`a page of commits tells the values of ${path} exactly`, async () => {
    const page = await answered(`/commits?${columns.map((id) => `columns=${encodeURIComponent(id)}`).join("&")}`);
    const found = page["commits"]?.[0]?.["values"] as readonly unknown[];
    assert.deepEqual(Object.fromEntries(found.map((value, index) => [columns[index], value])), expected);
  });

  test(`Postgres holds the values of ${path} with all their digits`, async () => {
    const sql = `
      SELECT f."values"::text AS "values", s.keys FROM metric_file f
      JOIN metric_shape s ON s.organization_id = $1 AND s.repository_id = f.repository_id AND s.number = f.shape
      WHERE f.organization_id = $1 AND f.path = $2`;
    const [row] = await bench.store.query<{ values: string; keys: string[] }>(sql, [path]);
    const stored = fromJsonb(row?.values ?? "[]").map((value) => toApiJson(value));
    assert.deepEqual(
      Object.fromEntries(stored.map((value, index) => [`${path}:${row?.keys[index]}`, value])),
      expected,
    );
    for (const digits of ["9007199254740993", NINES, "0.30000000000000004"]) assert.ok(row?.values.includes(digits));
  });
}
