// CSV and TSV by csv-parse: a list of names and values, a series of steps, or a table whose rows have an identity.
import { createRequire } from "node:module";
import type * as CsvParse from "csv-parse/sync";
import type { Flattener } from "../flatten.ts";
import { MAX_FILE_BYTES } from "../limits.ts";
import { unreadable } from "../unreadable.ts";
import { type Adapter, type FileText, firstContentLine } from "./adapter.ts";
import { cellValue, isMissingCell, isNumberCell } from "./csv-cell.ts";
import { findStepColumn, isDvcliveSeries, tellSeries } from "./csv-series.ts";

/** Records of a table: more steps or rows are data, not figures. */
const MAX_RECORDS = 10_000;

/** Columns of a table: csv-parse has no limit of its own, and a megabyte of commas is a million of them. */
const MAX_COLUMNS = 1000;

/** Characters of a record: what is longer is a quote that was never closed. */
const MAX_RECORD_CHARACTERS = 65_536;

let library: typeof CsvParse | null = null;
/** Loaded with the first table: 5 ms of a command that nearly never meets one. */
const csvParse = (): typeof CsvParse =>
  (library ??= createRequire(import.meta.url)("csv-parse/sync") as typeof CsvParse);

const EXTENSIONS = ["csv", "tsv"];
const DELIMITERS = [",", ";", "\t"] as const;

/** CSV and TSV. */
export const csv: Adapter = {
  name: "csv",
  version: 2,
  extensions: EXTENSIONS,
  maxBytes: MAX_FILE_BYTES,
  sniff(file: FileText) {
    if (EXTENSIONS.includes(file.extension)) return "yes";
    if (["json", "ndjson", "jsonl", "yaml", "yml", "toml"].includes(file.extension)) return "no";
    return /[,;\t]/.test(firstContentLine(file.text)) ? "maybe" : "no";
  },
  read({ text, path, extension }, target) {
    const records = parseRecords(text, extension === "tsv" ? "\t" : delimiterOf(text));
    if (records.length === 0) throw unreadable("not-readable", "an empty file", "a table");
    if (extension === "tsv" && isDvcliveSeries(path) && (records[0] as string[]).includes("step")) {
      target.openObject(); // its last values are in the file beside it: they would stand in the table twice
      target.close();
      return;
    }
    if (tellNamesAndValues(records, target)) return;
    const hasHeader = (records[0] as string[]).every((cell) => !isNumberCell(cell));
    const rows = hasHeader ? records.slice(1) : records;
    const names = namesOf(hasHeader ? (records[0] as string[]) : [], rows, target);
    const stepColumn = target.hasRowsOf("") ? -1 : findStepColumn(names, rows);
    if (stepColumn >= 0 || (!target.wantsRowsOf("") && hasOnlyNumbers(rows)))
      tellSeries(names, rows, stepColumn, target);
    else tellRows(names, rows, target);
  },
};

function parseRecords(text: string, delimiter: string): string[][] {
  const { CsvError, parse } = csvParse();
  try {
    const records = parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      max_record_size: MAX_RECORD_CHARACTERS,
      to: MAX_RECORDS + 2, // one for the header, one to see that there are too many
      on_record: limited,
    });
    if (records.length > MAX_RECORDS + 1)
      throw unreadable("too-many-leaves", `a table of more than ${MAX_RECORDS} rows`, `at most ${MAX_RECORDS}`);
    return records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? { line: error["lines"] } : {};
    throw unreadable("not-readable", foundBy(error.code), "a table", line);
  }
}

function limited(record: string[]): string[] {
  if (record.length <= MAX_COLUMNS) return record;
  throw unreadable("too-many-leaves", `a table of more than ${MAX_COLUMNS} columns`, `at most ${MAX_COLUMNS}`);
}

function foundBy(code: string): string {
  if (code === "CSV_QUOTE_NOT_CLOSED") return "a quote that is not closed";
  if (code === "CSV_MAX_RECORD_SIZE") return `a row of more than ${MAX_RECORD_CHARACTERS} characters`;
  return code;
}

/** The one of comma, semicolon and tab that the first line holds most of, outside quotes. */
function delimiterOf(text: string): string {
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let isQuoted = false;
  for (const character of firstContentLine(text)) {
    if (character === '"') isQuoted = !isQuoted;
    const count = counts.get(character);
    if (count !== undefined && !isQuoted) counts.set(character, count + 1);
  }
  return DELIMITERS.reduce((best, each) => ((counts.get(each) ?? 0) > (counts.get(best) ?? 0) ? each : best));
}

/** A file of two columns, each name once, most values numbers, is an object. @returns whether it is one */
function tellNamesAndValues(records: readonly string[][], target: Flattener): boolean {
  if (!records.every((record) => record.length === 2)) return false;
  const [first] = records as [string[]];
  const hasHeader = !isNumberCell(first[1] as string) && records.length > 1;
  const rows = hasHeader ? records.slice(1) : records;
  if (findStepColumn([(first[0] as string).trim(), ""], rows) >= 0) return false;
  const names = new Set(rows.map(([name]) => (name as string).trim()));
  if (names.size !== rows.length || names.has("") || rows.some(([name]) => isNumberCell(name as string))) return false;
  const present = rows.filter(([, value]) => !isMissingCell(value as string));
  const numbers = present.filter(([, value]) => isNumberCell(value as string));
  if (numbers.length === 0 || numbers.length * 2 < present.length) return false;
  target.openObject();
  for (const [name, value] of rows as [string, string][]) {
    target.name(name.trim(), 0);
    target.scalar(cellValue(value, target.warnings));
  }
  target.close();
  return true;
}

/** Names of the columns: those of the header, each once; what has none is named by its place. */
function namesOf(header: readonly string[], rows: readonly string[][], target: Flattener): string[] {
  const width = rows.reduce((most, row) => Math.max(most, row.length), header.length);
  const seen = new Set<string>();
  return Array.from({ length: width }, (_, i) => {
    const wanted = header[i]?.trim() || `column${i + 1}`;
    let name = wanted;
    for (let n = 2; seen.has(name); n++) name = `${wanted}_${n}`;
    seen.add(name);
    if (name !== wanted) {
      const message = `The column ${JSON.stringify(wanted.slice(0, 40))} comes more than once: the next ones are numbered.`;
      target.warnings.add("duplicate-keys", () => ({ message }));
    }
    return name;
  });
}

function hasOnlyNumbers(rows: readonly string[][]): boolean {
  return rows.every((row) => row.every((cell) => isNumberCell(cell) || isMissingCell(cell)));
}

function tellRows(names: readonly string[], rows: readonly string[][], target: Flattener): void {
  target.openArray();
  for (const row of rows) {
    target.openObject();
    for (let i = 0; i < row.length; i++) {
      target.name(names[i] as string, 0);
      target.scalar(cellValue(row[i] as string, target.warnings));
    }
    target.close();
  }
  target.close();
}
