// Times in the zone in which they were written, against the calendar of Date and Intl.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/helpers/seeded-random.ts";
import { writtenTime } from "./written-time.ts";

test("writtenTime() gives the same moment, with the zone as written", () => {
  assert.equal(writtenTime("1700000000 +0100", 1_700_000_000), "2023-11-14T23:13:20+01:00");
  assert.equal(writtenTime("1700000000 -0330", 1_700_000_000), "2023-11-14T18:43:20-03:30");
  assert.equal(writtenTime("1700000000 +0000", 1_700_000_000), "2023-11-14T22:13:20Z");
  assert.equal(writtenTime("1700000000 -0000", 1_700_000_000), "2023-11-14T22:13:20Z");
});

test("writtenTime() takes an absurd zone for UTC", () => {
  for (const written of ["1 +9999", "1 +1401", "1 +0160", "1 0100", "1", "", "1 +01:00", "1 +100"]) {
    assert.equal(writtenTime(written, 86_399), "1970-01-01T23:59:59Z", written);
  }
  assert.equal(writtenTime("1 -1200", 0), "1969-12-31T12:00:00-12:00");
});

test("writtenTime() agrees with Date over four hundred years", () => {
  const random = seededRandom(20_261_124);
  for (let round = 0; round < 5_000; round++) {
    const seconds = random(4_294_967_295) * 3;
    const minutes = random(14 * 60);
    const sign = random(2) === 0 ? "+" : "-";
    const zone = `${sign}${String(Math.floor(minutes / 60)).padStart(2, "0")}${String(minutes % 60).padStart(2, "0")}`;
    const text = writtenTime(`${seconds} ${zone}`, seconds);
    assert.equal(Date.parse(text), seconds * 1_000, `${text} of ${seconds} ${zone}`);
    assert.equal(writtenTime(`${seconds} +0000`, seconds), new Date(seconds * 1_000).toISOString().replace(".000", ""));
  }
});
