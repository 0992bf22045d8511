// Values that come back from the archive have the very text that Postgres had.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openTestDatabase } from "../../test/helpers/test-database.ts";
import { seededRandom } from "../../test/helpers/seeded-random.ts";
import { withClient } from "../../test/helpers/with-client.ts";
import { storedText } from "./thawed-values.ts";

const SEED = 61_000;
const NUMBERS = 3_000;

const db = await openTestDatabase();
after(() => db.close());

test("storedText() writes numbers as Postgres does, small and large ones without an exponent", async () => {
  const random = seededRandom(SEED);
  const view = new DataView(new ArrayBuffer(8));
  const numbers = [0, 1, -1, 0.1, 1e-7, -1.5e-7, 5e-324, 2 ** 52 + 0.5, 123456.789e-10, 1e20, 1e21, -1.25e22, 1.7e308];
  while (numbers.length < NUMBERS) {
    view.setUint32(0, random(2 ** 32));
    view.setUint32(4, random(2 ** 32));
    const number = view.getFloat64(0);
    if (Number.isFinite(number) && number !== 0) numbers.push(number);
  }
  const [row] = await withClient(db.adminUrl, async (client) => {
    const sql = "SELECT ARRAY(SELECT value::text FROM jsonb_array_elements($1::jsonb)) AS texts";
    return (await client.query<{ texts: string[] }>(sql, [JSON.stringify(numbers)])).rows;
  });
  const written = numbers.map((number) => storedText("number", number, null));
  assert.deepEqual(written, row?.texts);
});

test("storedText() writes all else as it stands in a document", () => {
  assert.equal(storedText("number", Number.NaN, null), '{"n":"NaN"}');
  assert.equal(storedText("number", -Infinity, null), '{"n":"-Infinity"}');
  assert.equal(storedText("number", 9007199254740992, "9007199254740993"), "9007199254740993");
  assert.equal(storedText("text", 12, "12 %"), '"12 %"');
  assert.equal(storedText("boolean", 1, null), "true");
  assert.equal(storedText("boolean", 0, null), "false");
  assert.equal(storedText("null", null, null), "null");
});
