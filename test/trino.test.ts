// A real Trino over the very same objects, in a folder and in S3: every question is answered as DuckDB answers it, and the
// printed tables are its own.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { ddlStatements, nowView } from "../src/archive/ddl.ts";
import { ddlQuestions } from "../src/archive/ddl-questions.ts";
import { TRINO_DIALECT } from "../src/archive/dialects.ts";
import { FolderStore } from "../src/archive/folder-store.ts";
import type { ObjectStore } from "../src/archive/object-store.ts";
import type { QueryEngine, Question } from "../src/archive/query-engine.ts";
import { S3Store } from "../src/archive/s3-store.ts";
import { TABLES } from "../src/archive/tables.ts";
import { TrinoClient } from "../src/archive/trino-client.ts";
import { TrinoEngine } from "../src/archive/trino-engine.ts";
import { PUBLIC_ONLY } from "../src/outbound.ts";
import { assertAnswered } from "./helpers/answered.ts";
import { writeObjects } from "./helpers/archive-objects.ts";
import { ARCHIVED_DEMO, DEMO_ANSWERS, DEMO_EXAMPLE } from "./helpers/archived-demo.ts";
import { QUESTION_CASES } from "./helpers/question-cases.ts";
import { QUESTION_OBJECTS } from "./helpers/question-objects.ts";
import { startS3Server, withoutS3Server } from "./helpers/real-s3.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { findTrino, overFolder, overS3, patient, startTrino } from "./helpers/trino-server.ts";

/** Of so many cases one is asked over S3, too; in the long form each. */
const EACH = process.env["TIDEMARK_TEST_ROUNDS"] === undefined ? 8 : 1;

const program = findTrino();
const none = "no Trino with a Java for it: .ci/make-trino fetches one";
if (program === null) test("a real Trino answers as DuckDB does", { skip: none }, () => undefined);
else await tryTrino(program);

async function tryTrino(found: NonNullable<typeof program>): Promise<void> {
  const root = temporaryFolder();
  const place = join(root, "store");
  const objects = await writeObjects(place, QUESTION_OBJECTS);
  const demo = await writeObjects(place, ARCHIVED_DEMO);
  const never = new AbortController().signal;
  const withoutS3 = withoutS3Server("versitygw");
  const s3 = withoutS3 === false ? await startS3Server("versitygw", join(root, "s3")) : null;
  after(() => s3?.close());
  const catalogs = { lake: overFolder(place), ...(s3 !== null && { bucket: overS3(s3) }) };
  const trino = await startTrino(found, join(root, "trino"), catalogs);
  after(() => trino.close());
  const folderStore = new FolderStore({ kind: "folder", folder: place });

  /** Makes the printed tables in a catalog. @returns an engine that asks there */
  const open = async (catalog: string, store: ObjectStore, location: string | null): Promise<QueryEngine> => {
    const server = { url: trino.url, user: "tidemark", catalog, schema: "archive", password: null };
    const client = new TrinoClient(server);
    const run = (sql: string): Promise<void> => client.run(sql, () => undefined, never);
    await run("CREATE SCHEMA archive");
    for (const sql of ddlStatements("trino", { place: location ?? store.place, objects: demo })) await run(sql);
    return patient(new TrinoEngine({ store, server, location }));
  };
  const engine = await open("lake", folderStore, "local:///");

  for (const { title, question, rows } of QUESTION_CASES) {
    test(`Trino answers: ${title}`, async () => {
      assertAnswered(await engine.ask(question(objects), never), rows);
    });
  }

  test("Trino answers the same over S3", { skip: withoutS3 }, async (t) => {
    assert.ok(s3);
    const store = new S3Store(s3.place("some/prefix"), PUBLIC_ONLY);
    for (const { key, bytes, sha256 } of [...objects, ...demo]) {
      await store.put(key, { path: join(place, key), bytes, sha256 }, never);
    }
    const other = await open("bucket", store, null);
    // where the bytes come from changes no answer: some of each kind
    for (const { title, question, rows } of QUESTION_CASES.filter((_, at) => at % EACH === 0)) {
      await t.test(title, async () => assertAnswered(await other.ask(question(objects), never), rows));
    }
    await store.remove([objects[0]?.key ?? ""], never);
    const [gone] = objects;
    assert.ok(gone);
    const server = { url: trino.url, user: "tidemark", catalog: "bucket", schema: "archive", password: null };
    const fresh = patient(new TrinoEngine({ store, server, location: null }));
    await assert.rejects(fresh.ask({ ...count, objects }, never), {
      code: "archive-object-missing",
      message: new RegExp(gone.key),
    });
  });

  const now = ddlQuestions(TRINO_DIALECT, nowView, DEMO_EXAMPLE);
  const all = ddlQuestions(TRINO_DIALECT, (kind) => TABLES[kind].name, DEMO_EXAMPLE);
  for (const [at, { types, rows }] of DEMO_ANSWERS.entries()) {
    for (const { title, sql } of [now[at], all[at]].filter((one) => one !== undefined)) {
      test(`Trino answers over the printed tables: ${title}`, async () => {
        assertAnswered(await engine.ask({ objects: [], types, maxRows: 100, statement: () => sql }, never), rows);
      });
    }
  }

  const count: Omit<Question, "objects"> = {
    types: ["integer"],
    maxRows: 1,
    statement: (_, table) => `SELECT count(*) FROM ${table("values")}`,
  };

  test("Trino sees the objects that are named and no other", async () => {
    const [first] = objects;
    assert.ok(first);
    const whole = await engine.ask({ ...count, objects }, never);
    assert.notDeepEqual((await engine.ask({ ...count, objects: [first] }, never)).columns, whole.columns);
    assert.deepEqual((await engine.ask({ ...count, objects: [] }, never)).columns, [[0]]);
    // written by somebody, named by nobody
    await writeObjects(place, [
      { kind: "values", repository: 7, rows: [{ repository_id: 7, column_id: 1, position: 99 }] },
    ]);
    assert.deepEqual((await engine.ask({ ...count, objects }, never)).columns, whole.columns);
  });

  test("Trino gives up a statement that is withdrawn", async () => {
    const asker = new AbortController();
    const slow = (table: string): string =>
      `SELECT count(*) FROM ${Array.from("abcdefgh", (name) => `${table} AS ${name}`).join(", ")}`;
    const asked = engine.ask({ ...count, objects, statement: (_, table) => slow(table("values")) }, asker.signal);
    setTimeout(() => asker.abort(new Error("the reader left")), 500);
    await assert.rejects(asked, /the reader left/);
    const answer = await engine.ask(
      {
        objects: [],
        types: ["integer"],
        maxRows: 1,
        statement: () =>
          "SELECT count(*) FROM system.runtime.queries WHERE state = 'RUNNING' AND query LIKE '%AS h%' AND query NOT LIKE '%runtime%'",
      },
      never,
    );
    assert.deepEqual(answer.columns, [[0]]);
  });

  test("Trino says in its own words what it cannot do", async () => {
    const ask = (sql: string) => engine.ask({ ...count, objects: [], statement: () => sql }, never);
    await assert.rejects(ask("SELECT 1/0"), {
      code: "archive-engine-failed",
      message: /found the error DIVISION_BY_ZERO/,
    });
    await assert.rejects(ask("SELECT count(*) FROM nothing"), {
      message: /TABLE_NOT_FOUND, wanted the tables of tidemark archive ddl/,
    });
  });
}
