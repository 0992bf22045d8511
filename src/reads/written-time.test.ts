// Times in the zone in which they were written, against the calendar of Date and Intl.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/helpers/seeded-random.ts";
import { writtenDay, writtenTime } from "./written-time.ts";

test("writtenTime() gives the same moment, with the zone as written", () => {
  assert.equal(writtenTime("1700000000 +0100", 1_700_000_000), "2023-11-14T23:13:20+01:00");
  assert.equal(writtenTime("1700000000 -0330", 1_700_000_000), "2023-11-14T18:43:20-03:30");
  assert.equal(writtenTime("1700000000 +0000", 1_700_000_000), "2023-11-14T22:13:20Z");
  assert.equal(writtenTime("1700000000 -0000", 1_700_000_000), "2023-11-14T22:13:20Z");
});

test("writtenTime() takes an absurd zone for UTC", () => {
  for (const written of ["1 +9999", "1 +1401", "1 +0160", "1 0100", "1", "", "1 +01:00", "1 +100"]) {
    assert.equal(writtenTime(written, 1), "1970-01-01T00:00:01Z", written);
  }
  assert.equal(writtenTime("1 -1200", 1), "1969-12-31T12:00:01-12:00");
});

test("writtenTime() tells what is written, not the time that it is sorted by", () => {
  assert.equal(writtenTime("99999999999 +0000", 1_700_000_000), "5138-11-16T09:46:39Z");
  assert.equal(writtenTime("253402300799 +0000", 5), "9999-12-31T23:59:59Z");
  assert.equal(writtenTime("253402297199 +0100", 5), "9999-12-31T23:59:59+01:00");
  assert.equal(writtenTime("-5 +0000", 0), "1969-12-31T23:59:55Z");
  for (const written of [
    "253402300800 +0000",
    "253402297200 +0100",
    "18446744073709551615 +2500",
    `${"9".repeat(400)} +0000`,
  ])
    assert.equal(writtenTime(written, 5), "9999-12-31T23:59:59Z", written);
  assert.equal(writtenTime("", 5), "1970-01-01T00:00:05Z");
});

test("writtenDay() is the day as written, and the raw text of what no date can say", () => {
  assert.equal(writtenDay("99999999999 +0000", 5), "5138-11-16");
  assert.equal(writtenDay("1700000000 +0530", 5), "2023-11-15");
  assert.equal(writtenDay("253402300799 +0000", 5), "9999-12-31");
  assert.equal(writtenDay("18446744073709551615 +2500", 5), "18446744073709551615");
  assert.equal(writtenDay(`${"9".repeat(400)} +0000`, 5), `${"9".repeat(20)}…`);
  assert.equal(writtenDay("", 5), "1970-01-01");
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
