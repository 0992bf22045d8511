// Tries Athena's calls on a server of our own that speaks its protocol. The service itself was never asked.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { startFakeAthena } from "../../test/helpers/fake-athena.ts";
import { PUBLIC_ONLY } from "../outbound.ts";
import { Secret } from "../secrets.ts";
import { AthenaEngine } from "./athena-engine.ts";
import type { ObjectStore } from "./object-store.ts";
import type { AnswerType, ManifestObject, Question } from "./query-engine.ts";

const fake = await startFakeAthena();
after(() => fake.close());
const never = new AbortController().signal;
const pauses: number[] = [];
const object: ManifestObject = {
  kind: "values",
  key: "values/bucket=17/ab.parquet",
  bytes: 10,
  sha256: "ab",
  bucket: 17,
};
const store = {
  uri: (key: string) => `s3://bucket/${key}`,
  head: async (key: string) => ({ key, bytes: key.includes("gone") ? 0 : 10, writtenAt: new Date(0) }),
} as unknown as ObjectStore;

function engineOf(questionMs?: number, output: string | null = null): AthenaEngine {
  const keys = { accessKey: Secret.of("AKIATESTTESTTESTTEST"), secretKey: Secret.of("a-secret-key-of-a-test") };
  const place = { workgroup: "tidemark", output, database: "lake", region: "eu-central-1", keys };
  const options = { endpoint: fake.url, pause: async (ms: number) => void pauses.push(ms) };
  const engine = new AthenaEngine({ store, place, allow: PUBLIC_ONLY, options, ...(questionMs && { questionMs }) });
  after(() => engine.close());
  return engine;
}

function question(types: readonly AnswerType[] = ["integer"], maxRows = 10_000): Question {
  return { objects: [object], types, maxRows, statement: (_, table) => `SELECT position FROM ${table("values")}` };
}

const named = (name: string) => fake.calls.filter((call) => call.name === name);
const numbers = (count: number): string[][] => Array.from({ length: count }, (_, number) => [String(number)]);
const engine = engineOf();

test("AthenaEngine starts one statement with its objects, and waits for its end", async () => {
  fake.reset([
    {
      states: ["QUEUED", "QUEUED", "RUNNING", "RUNNING", "RUNNING", "RUNNING", "SUCCEEDED"],
      rows: numbers(2),
      scannedBytes: 40_100_000,
    },
  ]);
  pauses.length = 0;
  const answer = await engine.ask(question(), never);
  assert.deepEqual(answer, { rows: 2, columns: [[0, 1]], cost: { scannedBytes: 40_100_000, dollars: 0.000205 } });
  assert.deepEqual(pauses, [200, 300, 450, 675, 1_000, 1_000]);
  const { ClientRequestToken: token, QueryString: sql, ...rest } = named("StartQueryExecution")[0]?.body ?? {};
  assert.match(String(token), /^[0-9a-f]{64}$/);
  assert.match(
    String(sql),
    /WHERE bucket IN \(17\)\s+AND "\$path" IN \('s3:\/\/bucket\/values\/bucket=17\/ab.parquet'\)/,
  );
  assert.deepEqual(rest, {
    QueryExecutionContext: { Database: "lake" },
    WorkGroup: "tidemark",
    ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 60 } },
  });
  assert.equal(fake.started(), 1);
  fake.reset([{ isReused: true }]);
  const reused = await engineOf(undefined, "s3://bucket/results/").ask(question(), never);
  assert.deepEqual(reused.cost, { scannedBytes: 0, dollars: 0 });
  assert.deepEqual(named("StartQueryExecution")[0]?.body["ResultConfiguration"], {
    OutputLocation: "s3://bucket/results/",
  });
});

test("AthenaEngine reads 2,500 rows in three pages with one header, and pays for ten megabytes at least", async () => {
  fake.reset([{ rows: numbers(2_500), scannedBytes: 5 }]);
  const { rows, columns, cost } = await engine.ask(question(), never);
  assert.equal(rows, 2_500);
  assert.deepEqual(
    columns[0],
    Array.from({ length: 2_500 }, (_, number) => number),
  );
  assert.deepEqual(
    named("GetQueryResults").map(({ body }) => body["NextToken"]),
    [undefined, "1000", "2000"],
  );
  assert.deepEqual(cost, { scannedBytes: 5, dollars: 0.00005 });
  await assert.rejects(engine.ask(question(["integer"], 2_499), never), { message: /found more than 2499 rows/ });
});

test("AthenaEngine reads texts as what they are: numbers, NaN, infinities, truth, nothing", async () => {
  const types = ["double", "varchar", "boolean", "bigint"];
  fake.reset([
    {
      types,
      rows: [
        ["NaN", "NaN", "true", "-1"],
        ["-Infinity", "", "false", null],
        ["1.5E300", null, null, "9007199254740991"],
      ],
    },
  ]);
  const answer = await engine.ask(question(["double", "text", "boolean", "integer"]), never);
  assert.deepEqual(answer.columns, [
    [Number.NaN, Number.NEGATIVE_INFINITY, 1.5e300],
    ["NaN", "", null],
    [true, false, null],
    [-1, null, 9007199254740991],
  ]);
  fake.reset([{ rows: [["9007199254740993"]] }]);
  await assert.rejects(engine.ask(question(), never), { message: /found an integer beyond 2\^53/ });
  fake.reset([{ types: ["decimal"], rows: [["1"]] }]);
  await assert.rejects(engine.ask(question(), never), { message: /found column 1 as decimal, wanted integer/ });
});

test("AthenaEngine asks again for what is throttled or lost, and starts nothing twice", async () => {
  fake.reset([{ rows: numbers(1) }]);
  const throttled = { status: 400, type: "TooManyRequestsException" };
  fake.refusals.set("StartQueryExecution", [throttled, "lost"]);
  fake.refusals.set("GetQueryExecution", [throttled, { status: 500, type: "InternalServerException" }]);
  fake.refusals.set("GetQueryResults", [throttled]);
  assert.deepEqual((await engine.ask(question(), never)).columns, [[0]]);
  const starts = named("StartQueryExecution");
  assert.equal(starts.length, 3);
  assert.equal(new Set(starts.map(({ body }) => body["ClientRequestToken"])).size, 1, "the same token");
  assert.equal(fake.started(), 1);
  // two who ask the same have an execution each
  await engine.ask(question(), never);
  assert.equal(fake.started(), 2);
});

test("AthenaEngine says what an execution ended with, and starts another where that may help", async () => {
  const reason = "/secret/path: 42";
  fake.reset([{ states: ["FAILED"], reason, error: { ErrorCategory: 2, ErrorType: 1003, Retryable: false } }]);
  await assert.rejects(engine.ask(question(), never), (error: { code: string; message: string }) => {
    assert.equal(error.code, "archive-engine-failed");
    const said = "found the state FAILED (category 2, type 1003), wanted the state SUCCEEDED.";
    assert.equal(error.message, `Cannot ask the archive with "Athena": ${said}`);
    return true;
  });
  assert.equal(fake.started(), 1);
  const passing = { ErrorCategory: 1, ErrorType: 1, Retryable: true };
  fake.reset([{ states: ["FAILED"], error: passing }, { states: ["RUNNING", "CANCELLED"] }, { rows: numbers(1) }]);
  assert.deepEqual((await engine.ask(question(), never)).columns, [[0]]);
  assert.equal(new Set(named("StartQueryExecution").map(({ body }) => body["ClientRequestToken"])).size, 3);
  fake.reset([{ states: ["CANCELLED"] }]);
  await assert.rejects(engine.ask(question(), never), { message: /found the state CANCELLED,/ });
  assert.equal(fake.started(), 3);
  fake.reset([{ states: ["CANCELLED"], reason: "Bytes scanned limit was exceeded" }]);
  await assert.rejects(engine.ask(question(), never), {
    message: /found more bytes than the workgroup lets a query scan/,
  });
  assert.equal(fake.started(), 1);
});

test("AthenaEngine stops what is withdrawn, also while it is being started, and what takes too long", async () => {
  const stopped = async (): Promise<void> => {
    while (named("StopQueryExecution").length === 0) await setImmediate();
    assert.deepEqual(fake.open(), []);
  };
  for (const call of ["GetQueryExecution", "StartQueryExecution"]) {
    fake.reset([{ states: ["RUNNING"] }]);
    const asker = new AbortController();
    const asked = engine.ask(question(), asker.signal);
    while (named(call).length === 0) await setImmediate();
    asker.abort(new Error("the reader left"));
    await assert.rejects(asked, /the reader left/);
    await stopped();
  }
  fake.reset([{ states: ["RUNNING"] }]);
  await assert.rejects(engineOf(100).ask(question(), never), { message: /found no answer within 0.1 s/ });
  await stopped();
});

test("AthenaEngine says which setting a refusal is about", async () => {
  const cases: readonly [string, RegExp][] = [
    [
      "AccessDeniedException",
      /found a refusal \(AccessDeniedException\), wanted the rights that docs\/archive.md names/,
    ],
    ["InvalidRequestException", /wanted the workgroup, database and tables that docs\/archive.md names/],
    ["SomethingNewException", /found SomethingNewException/],
  ];
  for (const [type, message] of cases) {
    fake.reset([{}]);
    fake.refusals.set("StartQueryExecution", [{ status: 400, type }]);
    await assert.rejects(engine.ask(question(), never), { code: "archive-engine-failed", message });
  }
});

test("AthenaEngine refuses what is too large, what would be read whole, and what is not there", async () => {
  fake.reset([{}]);
  const many = Array.from({ length: 1_501 }, (_, number) => ({ ...object, key: `values/bucket=17/${number}.parquet` }));
  await assert.rejects(engine.ask({ ...question(), objects: many }, never), {
    message: /found 1501 objects, wanted at most 1500/,
  });
  const long = { ...question(), statement: () => `SELECT '${"ä".repeat(131_072)}'` };
  await assert.rejects(engine.ask(long, never), {
    message: /found a statement of 262153 bytes, wanted at most 262144/,
  });
  for (const sql of ["SELECT num FROM tidemark_values", "SELECT 'it''s' FROM \"tidemark_values\" WHERE text = 'x'"]) {
    await assert.rejects(engine.ask({ ...question(), statement: () => sql }, never), {
      message: /found a table without its objects/,
    });
  }
  const gone = { ...object, key: "values/bucket=17/gone.parquet" };
  await assert.rejects(engine.ask({ ...question(), objects: [gone] }, never), { code: "archive-object-damaged" });
  assert.equal(fake.started(), 0);
  const text = { ...question(["text"]), statement: () => "SELECT 'tidemark_values'" };
  fake.reset([{ types: ["varchar"], rows: [["tidemark_values"]] }]);
  assert.deepEqual((await engine.ask(text, never)).columns, [["tidemark_values"]]);
});
