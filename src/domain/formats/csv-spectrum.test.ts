// Tests of tables against csv-spectrum (P13): quotes, line ends inside and outside of them, and what stands in each cell.
import assert from "node:assert/strict";
import { promisify } from "node:util";
import test from "node:test";
import spectrum from "csv-spectrum";
import { documentOf, readText } from "../../../test/helpers/reading-cases.ts";
import type { Value } from "../model.ts";

/** Rows of a field that they do not have are told apart by their position: so every cell is seen. */
const EVERY_ROW = { "": ["no such field"] };

/** Its JSON holds another telephone number than its table. */
const MISMATCH = { file: "location_coordinates", json: "1234567890", csv: "2095257564" };

const files = await promisify(spectrum)();

test("readMetricFile() reads all 12 tables of csv-spectrum, cell by cell (P13)", () => {
  assert.equal(files.length, 12);
  for (const { name, csv, json } of files) {
    const rows = JSON.parse(json.toString()) as Record<string, string>[] | Record<string, string>;
    const expected = (Array.isArray(rows) ? rows : [rows]).flatMap((row, i) =>
      Object.entries(row).map(([column, text]) => [i, column, asInTable(name, text)]),
    );
    const document = documentOf(readText(csv.toString(), `${name}.csv`, EVERY_ROW));
    const found = Object.entries(document).map(([key, value]) => {
      const [, row, column] = /^\[(\d+)\](.*)$/.exec(key) ?? [];
      return [Number(row), nameOf(column ?? ""), cellOf(value)];
    });
    assert.deepStrictEqual(found, expected, name);
  }
});

function asInTable(file: string, text: string): string {
  return file === MISMATCH.file && text === MISMATCH.json ? MISMATCH.csv : text;
}

/** A cell's text as it was written: plain numbers are numbers, and an empty cell is null. */
function cellOf(value: Value): string {
  return value === null ? "" : String(value);
}

function nameOf(step: string): string {
  return step.startsWith(".") ? step.slice(1) : (JSON.parse(step.slice(1, -1)) as string);
}
