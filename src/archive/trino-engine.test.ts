// Tries Trino's protocol on a server that answers as it is told: what is repeated, what is refused, what is cancelled.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type FakePage, startFakeTrino } from "../../test/helpers/fake-trino.ts";
import { TidemarkError } from "../errors.ts";
import { Secret } from "../secrets.ts";
import type { ObjectStore } from "./object-store.ts";
import type { AnswerType, ManifestObject, Question } from "./query-engine.ts";
import { TrinoEngine, type TrinoSettings } from "./trino-engine.ts";

const fake = await startFakeTrino();
after(() => fake.close());
const never = new AbortController().signal;
const pauses: number[] = [];
const there = new Map<string, number>();
let heads = 0;
const store = {
  uri: (key: string) => `s3://bucket/it's/${key}`,
  head: async (key: string) => {
    heads += 1;
    const bytes = there.get(key);
    return bytes === undefined ? null : { key, bytes, writtenAt: new Date(0) };
  },
} as unknown as ObjectStore;
const object: ManifestObject = {
  kind: "values",
  key: "values/bucket=17/ab.parquet",
  bytes: 10,
  sha256: "ab",
  bucket: 17,
};
there.set(object.key, 10);

function engineOf(rest: Partial<TrinoSettings> = {}): TrinoEngine {
  const server = { url: fake.url, user: "tidemark", catalog: "lake", schema: "tidemark", password: null };
  const options = { pause: async (ms: number) => void pauses.push(ms) };
  return new TrinoEngine({ store, server, location: null, options, ...rest });
}

function question(types: readonly AnswerType[] = ["integer"], maxRows = 100): Question {
  return { objects: [object], types, maxRows, statement: (_, table) => `SELECT position FROM ${table("values")}` };
}

const COLUMNS = [{ name: "position", type: "bigint" }];
const page = (numbers: readonly number[], next?: false): FakePage => ({
  columns: COLUMNS,
  data: numbers.map((number) => [number]),
  ...(next === false ? { next } : {}),
});

test("TrinoEngine posts one statement that names the question's objects, and follows its pages", async () => {
  fake.reset([{}, { columns: COLUMNS }, page([1, 2]), {}, page([3]), { next: false }]);
  const answer = await engineOf().ask(question(), never);
  assert.deepEqual(answer, { rows: 3, columns: [[1, 2, 3]] });
  assert.equal(fake.statements.length, 1);
  assert.equal(
    fake.statements[0]?.sql.replace(/\s+/g, " "),
    `SELECT position FROM (SELECT repository_id, column_id, position, num, text, kind FROM tidemark_values WHERE bucket IN (17)` +
      ` AND "$path" IN ('s3://bucket/it''s/values/bucket=17/ab.parquet'))`,
  );
  const { headers } = fake.statements[0] ?? { headers: {} };
  const sent = Object.entries(headers).filter(([name]) => name.startsWith("x-trino-"));
  assert.deepEqual(Object.fromEntries(sent), {
    "x-trino-user": "tidemark",
    "x-trino-catalog": "lake",
    "x-trino-schema": "tidemark",
    "x-trino-source": "tidemark",
    "x-trino-time-zone": "UTC",
    "x-trino-session": "query_max_run_time=30s",
  });
  assert.equal(fake.open(), 0);
  assert.equal(fake.asked.filter((line) => line.startsWith("DELETE")).length, 0, "nothing is left to cancel");
});

test("TrinoEngine reads NaN, infinities, texts and truth values, and refuses a rounded integer", async () => {
  const columns = ["double", "varchar(3)", "boolean", "bigint"].map((type) => ({ name: "x", type }));
  const data = [
    ["NaN", "NaN", true, 9007199254740991],
    ["-Infinity", "", false, null],
    [1.5e300, null, null, -1],
  ];
  const types = ["double", "text", "boolean", "integer"] as const;
  fake.reset([{ columns, data }, { next: false }]);
  assert.deepEqual((await engineOf().ask(question(types), never)).columns, [
    [Number.NaN, Number.NEGATIVE_INFINITY, 1.5e300],
    ["NaN", "", null],
    [true, false, null],
    [9007199254740991, null, -1],
  ]);
  fake.reset([{ body: `{"id":"q1","columns":[{"type":"bigint"}],"data":[[9007199254740993]]}` }]);
  await assert.rejects(engineOf().ask(question(), never), { message: /found an answer that does not fit/ });
  fake.reset([{ columns: [{ name: "x", type: "decimal(3,1)" }], data: [] }]);
  await assert.rejects(engineOf().ask(question(), never), { message: /found an answer that does not fit/ });
  fake.reset([{ columns: [...COLUMNS, ...COLUMNS], data: [] }]);
  await assert.rejects(engineOf().ask(question(), never), { message: /found 2 columns, wanted 1/ });
});

test("TrinoEngine asks again for what a server cannot give now, with the pauses that it names", async () => {
  const later = { status: 503 };
  fake.reset([
    later,
    later,
    later,
    {},
    later,
    { status: 502 },
    { status: 504 },
    { status: 429, headers: { "retry-after": "2" } },
    page([7], false),
  ]);
  pauses.length = 0;
  assert.deepEqual((await engineOf().ask(question(), never)).columns, [[7]]);
  assert.deepEqual(pauses, [75, 75, 75, 75, 75, 75, 2_000]);

  fake.reset([later]);
  await assert.rejects(engineOf().ask(question(), never), {
    code: "archive-engine-busy",
    message: /HTTP 503, 10 times/,
  });
  // the server may have begun: the same statement is not posted twice
  fake.reset([{ status: 502 }, page([7], false)]);
  await assert.rejects(engineOf().ask(question(), never), { code: "archive-engine-failed", message: /found HTTP 502/ });
  assert.equal(fake.statements.length, 1);
  fake.reset([{ status: 401 }]);
  await assert.rejects(engineOf().ask(question(), never), { message: /HTTP 401, wanted TIDEMARK_TRINO_USER/ });
});

test("TrinoEngine cancels a query after an error of its own, a stranger's address, or too many rows", async () => {
  const cancelled = (): string[] => fake.asked.filter((line) => line.startsWith("DELETE"));
  fake.reset([page([1]), page([2]), { error: { errorName: "DIVISION_BY_ZERO", message: "in /secret/place" } }]);
  await assert.rejects(engineOf().ask(question(), never), (error: TidemarkError) => {
    assert.equal(error.code, "archive-engine-failed");
    assert.equal(
      error.message,
      'Cannot ask the archive with "Trino": found the error DIVISION_BY_ZERO, wanted an answer.',
    );
    return true;
  });
  assert.equal(fake.open(), 0);

  for (const nextUri of ["http://127.0.0.2:1/v1/x", "https://127.0.0.1/", "file:///etc/passwd", "no address"]) {
    fake.reset([page([1]), { ...page([2]), nextUri }]);
    await assert.rejects(engineOf().ask(question(), never), { message: /goes on at another address/ });
    assert.equal(fake.open(), 0, nextUri);
    assert.equal(cancelled().length, 1);
  }
  fake.reset([{ ...page([1]), nextUri: "http://127.0.0.2:1/v1/x" }]);
  await assert.rejects(engineOf().ask(question(), never), { message: /goes on at another address/ });
  assert.match(cancelled()[0] ?? "", /^DELETE \/v1\/query\/q\d+$/);

  fake.reset([page([1, 2, 3])]);
  await assert.rejects(engineOf().ask(question(["integer"], 7), never), { message: /found more than 7 rows/ });
  assert.equal(fake.open(), 0);
  fake.reset([{ body: "<html>" }]);
  await assert.rejects(engineOf().ask(question(), never), { message: /found an answer that is not Trino's/ });
});

test("TrinoEngine cancels what is withdrawn or takes too long", async () => {
  const leaver = new AbortController();
  fake.reset([page([1]), { hang: true }]);
  const asked = engineOf().ask(question(), leaver.signal);
  while (fake.asked.length < 2) await setImmediate();
  leaver.abort(new Error("the reader left"));
  await assert.rejects(asked, /the reader left/);
  assert.equal(fake.open(), 0);

  fake.reset([page([1]), { hang: true }]);
  await assert.rejects(engineOf({ questionMs: 100 }).ask(question(), never), { message: /no answer within 0.1 s/ });
  assert.equal(fake.open(), 0);
});

test("TrinoEngine says which object is missing or of another size, which Trino would leave out in silence", async () => {
  const gone = { ...object, key: "values/bucket=17/cd.parquet" };
  fake.reset([page([1], false)]);
  const engine = engineOf();
  await assert.rejects(engine.ask({ ...question(), objects: [object, gone] }, never), {
    code: "archive-object-missing",
    message: new RegExp(gone.key),
  });
  await assert.rejects(engine.ask({ ...question(), objects: [{ ...object, bytes: 11, key: "values/x" }] }, never), {
    code: "archive-object-missing",
  });
  assert.equal(fake.asked.length, 0);
  heads = 0;
  await engine.ask(question(), never);
  assert.equal(heads, 0, "what was there a moment ago is not looked for again");
  // one that goes under a query: Trino fails with words of its own
  there.delete(object.key);
  fake.reset([{ error: { errorName: "HIVE_CANNOT_OPEN_SPLIT", message: "no such key" } }]);
  await assert.rejects(engine.ask(question(), never), { code: "archive-object-missing" });
  there.set(object.key, 10);
});

test("TrinoEngine signs in with the password, and names no other place of the objects than it is told", async () => {
  fake.reset([page([1], false)]);
  const server = {
    url: fake.url,
    user: "ada",
    catalog: "lake",
    schema: "s",
    password: Secret.of("a password of a test"),
  };
  await engineOf({ server, location: "local:///" }).ask(question(), never);
  const login = Buffer.from("ada:a password of a test").toString("base64");
  assert.equal(fake.statements[0]?.headers.authorization, `Basic ${login}`);
  assert.match(fake.statements[0]?.sql ?? "", /IN \('local:\/\/\/values\/bucket=17\/ab.parquet'\)/);
});

test("TrinoEngine says when nobody answers", async () => {
  const server = { url: "http://127.0.0.1:1", user: "ada", catalog: "lake", schema: "s", password: null };
  await assert.rejects(engineOf({ server }).ask(question(), never), (error: unknown) => {
    assert.ok(error instanceof TidemarkError);
    assert.equal(error.code, "archive-engine-unreachable");
    assert.match(error.message, /Cannot ask the archive with Trino at "http:\/\/127.0.0.1:1"/);
    return true;
  });
});
