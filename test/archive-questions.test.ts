// Every question of the archive is asked of DuckDB, which must answer as the cases say; random columns against the order in Node.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { DuckDBEngine } from "../src/archive/duckdb-engine.ts";
import { type AfterRow, missingOf, rankedOf, topOf } from "../src/archive/questions.ts";
import { compareValues, numberOf, valueIn } from "../src/domain/value.ts";
import type { Value } from "../src/domain/model.ts";
import { writeObjects } from "./helpers/archive-objects.ts";
import { countingStore } from "./helpers/counting-store.ts";
import { assertAnswered } from "./helpers/answered.ts";
import { QUESTION_CASES } from "./helpers/question-cases.ts";
import { QUESTION_OBJECTS } from "./helpers/question-objects.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const root = temporaryFolder();
const place = join(root, "store");
const engine = new DuckDBEngine({
  store: { ...countingStore(place), kind: "folder", place },
  cacheFolder: join(root, "cache"),
});
after(() => engine.close());
const never = new AbortController().signal;
const objects = await writeObjects(place, QUESTION_OBJECTS);

test("there are forty questions at least, each with a title of its own", () => {
  assert.ok(QUESTION_CASES.length >= 40, String(QUESTION_CASES.length));
  assert.equal(new Set(QUESTION_CASES.map(({ title }) => title)).size, QUESTION_CASES.length);
});

for (const { title, question, rows } of QUESTION_CASES) {
  test(`DuckDB answers: ${title}`, async () => {
    assertAnswered(await engine.ask(question(objects), never), rows);
  });
}

function isMissingIn(value: Value, kind: "number" | "mixed"): boolean {
  return valueIn(value, kind) === null;
}

/** Values of a column as the archiver writes them, some of them hard to tell apart. */
function storedOf(value: Value): { kind: string; num: number | null; text: string | null } {
  const num = numberOf(value);
  if (value === null) return { kind: "null", num: null, text: null };
  if (typeof value === "boolean") return { kind: "boolean", num: Number(value), text: null };
  if (typeof value === "string") return { kind: "text", num, text: value };
  const isExact = Number.isFinite(num) && Math.abs(num ?? 0) >= 2 ** 53 && Number.isInteger(num);
  return { kind: "number", num, text: isExact ? String(BigInt(value)) : null };
}

test("DuckDB orders a column of anything as Node does, whatever its kind, and goes on behind any row", async () => {
  const seed = Number(process.env["TIDEMARK_TEST_SEED"] ?? 20_261_127);
  console.log(`# seed ${seed}`);
  const random = seededRandom(seed);
  const big = (): bigint =>
    (random(2) === 0 ? 1n : -1n) * (9007199254740992n + BigInt(random(6)) * 10n ** BigInt(random(20)));
  const makers: readonly (() => Value)[] = [
    () => random(5) - 2,
    () => (random(1_000) - 500) / 7,
    () => pick(random, [Number.NaN, Infinity, -Infinity, 5e-324, -1.7976931348623157e308]),
    big,
    () => String(big()),
    () => pick(random, ["1,234", "12%", "1e3", "-0.5", "NaN", "inf", "N/A", "", "--", "null"]),
    () => random(2) === 0,
    () => pick(random, ["a", "B", "ä", "\uffee", "\u{10000}", "a'b", "%", "\\", "1 "]),
    () => null,
  ];
  const values = Array.from({ length: 400 }, () => pick(random, makers)());
  const written = await writeObjects(place, [
    {
      kind: "values",
      repository: 3,
      rows: values.map((value, position) => ({ repository_id: 3, column_id: 1, position, ...storedOf(value) })),
    },
    { kind: "commits", repository: 3, rows: values.map((_, position) => ({ repository_id: 3, position })) },
  ]);
  const scope = { objects: written, repository: 3 };
  for (const kind of ["number", "mixed"] as const) {
    for (const order of ["ascending", "descending"] as const) {
      const all = values
        .map((value, position) => ({ position, value: valueIn(value, kind) }))
        .sort((a, b) => compareValues(a.value, b.value, order) || b.position - a.position)
        .map(({ position }) => position);
      const ask = (row?: AfterRow) =>
        engine.ask(
          topOf(scope, { number: 1, kind }, { order, limit: 400, ...(row === undefined ? {} : { after: row }) }),
          never,
        );
      const { columns } = await ask();
      assert.deepEqual(columns[0], all, `${kind} ${order}`);
      const missing = all.filter((position) => isMissingIn(values[position] ?? null, kind));
      const ranked = await engine.ask(rankedOf(scope, { number: 1, kind }, { order, limit: 400 }), never);
      const rest = await engine.ask(missingOf(scope, { number: 1, kind }, { limit: 400 }), never);
      assert.deepEqual([ranked.columns[0], rest.columns[0]], [all.slice(0, -missing.length), missing]);
      const at = random(399);
      const [position, rank, double, detail] = columns.map((column) => column[at]);
      const behind = await ask({ position, rank, double, detail } as AfterRow);
      assert.deepEqual(behind.columns[0], all.slice(at + 1), `${kind} ${order} behind ${at}`);
    }
  }
});
