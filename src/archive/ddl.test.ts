// Tries the printed definitions on DuckDB, and compares the others with what each engine's manual asks for.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { ARCHIVED_DEMO, DEMO_ANSWERS, DEMO_EXAMPLE } from "../../test/helpers/archived-demo.ts";
import { writeObjects } from "../../test/helpers/archive-objects.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { ddlStatements, nowView } from "./ddl.ts";
import { ddlQuestions } from "./ddl-questions.ts";
import { DUCKDB_DIALECT } from "./dialects.ts";
import { openDuckDB } from "./duckdb.ts";
import type { ManifestObject } from "./query-engine.ts";
import { TABLES } from "./tables.ts";

const root = temporaryFolder();
const place = join(root, "it's here");
const objects = await writeObjects(place, ARCHIVED_DEMO);
const room = { memoryBytes: 2 ** 29, threads: 1, spillFolder: join(root, "spill"), spillBytes: 2 ** 30 };
const duckdb = await openDuckDB({ ...room, folders: [place] });
const connection = await duckdb.connect();
after(() => {
  connection.closeSync();
  duckdb.close();
});

async function rowsOf(sql: string): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowsJS().map((row) => row.map((cell) => (typeof cell === "bigint" ? Number(cell) : cell)));
}

for (const isNow of [false, true]) {
  const name = isNow ? nowView : (kind: ManifestObject["kind"]) => TABLES[kind].name;
  test(`the tables for DuckDB answer the five questions, ${isNow ? "over the objects that count" : "over all files"}`, async () => {
    await connection.run(`DROP VIEW IF EXISTS ${TABLES.values.name}`);
    for (const sql of ddlStatements("duckdb", { place: `file://${place}`, objects: isNow ? objects : null })) {
      await connection.run(sql);
    }
    assert.deepEqual(
      await rowsOf(`SELECT count(*) > 0 FROM ${TABLES.values.name}`),
      [[true]],
      "tables are there in any case",
    );
    for (const [at, { sql }] of ddlQuestions(DUCKDB_DIALECT, name, DEMO_EXAMPLE).entries()) {
      assert.deepEqual(await rowsOf(sql), DEMO_ANSWERS[at]?.rows);
    }
  });
}

test("a view of the objects that count sees no others, and of none no rows", async () => {
  const count = async (): Promise<unknown> => (await rowsOf(`SELECT count(*) FROM ${nowView("values")}`))[0]?.[0];
  const before = await count();
  await writeObjects(place, [
    { kind: "values", repository: 41, rows: [{ repository_id: 41, column_id: 1, position: 99 }] },
  ]);
  assert.equal(await count(), before);
  for (const sql of ddlStatements("duckdb", { place, objects: [] })) await connection.run(sql);
  assert.equal(await count(), 0);
});

test("the tables for Glue compute their partitions, and have a type of Hive for each column", () => {
  const [values = "", commits = "", columns = ""] = ddlStatements("glue", {
    place: "s3://bucket/prefix",
    objects: null,
  });
  assert.equal(
    values,
    `CREATE EXTERNAL TABLE \`tidemark_values\` (
  \`repository_id\` bigint,
  \`column_id\` bigint,
  \`position\` bigint,
  \`num\` double,
  \`text\` string,
  \`kind\` string
)
PARTITIONED BY (\`bucket\` int)
STORED AS PARQUET
LOCATION 's3://bucket/prefix/values/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.bucket.type' = 'integer',
  'projection.bucket.range' = '0,63',
  'storage.location.template' = 's3://bucket/prefix/values/bucket=\${bucket}/'
)`,
  );
  assert.match(commits, /`committed_at` timestamp,/);
  assert.match(columns, /LOCATION 's3:\/\/bucket\/prefix\/columns\/'/);
});

test("the views for Glue and Trino name every object and its bucket", () => {
  for (const engine of ["glue", "trino"] as const) {
    const statements = ddlStatements(engine, { place: "s3://bucket/prefix/", objects: objects.slice(0, 1) });
    assert.equal(statements.length, 6);
    const view = statements.find((sql) => sql.includes("VIEW tidemark_values_now")) ?? "";
    const [object] = objects;
    assert.ok(
      view.includes(`bucket IN (${object?.bucket})`) && view.includes(`'s3://bucket/prefix/${object?.key}'`),
      view,
    );
    assert.match(statements.at(-1) ?? "", /VIEW tidemark_columns_now[^]*WHERE 1 = 0/);
  }
});
