// What a person sees who chooses the fields that name the rows of an array: the fields that there are, and the names.
import { rowValue } from "./kept-text.ts";
import { formatSegment } from "./key.ts";
import type { Value } from "./model.ts";
import type { RowSample, RowTable } from "./row-sample.ts";

/** Arrays of a file, fields of an array and names that are shown: nobody looks through more. */
const MAX_ARRAYS = 50;
const MAX_FIELDS = 60;
const MAX_NAMES = 40;
/** Values of a field that are shown. */
const MAX_EXAMPLES = 3;
/** Fields that may name a row together. */
export const MAX_IDENTITY_FIELDS = 5;

/** A scalar field of an array's rows. */
export interface RowFieldView {
  readonly name: string;
  /** rows that have it */
  readonly rows: number;
  /** different values */
  readonly different: number;
  readonly examples: readonly string[];
}

/** An array of objects in one version of a file. */
export interface ArrayView {
  /** its key without row names; empty for a list that is the whole file */
  readonly array: string;
  readonly rows: number;
  /** the fields by which the tool that wrote the file names its rows */
  readonly own: readonly string[] | null;
  readonly fields: readonly RowFieldView[];
}

/** The names that some fields give to the rows of an array. */
export interface RowNamesView {
  /** of the first rows, as they stand in keys */
  readonly names: readonly string[];
  readonly rows: number;
  /** rows that lack one of the fields: they are named by their position */
  readonly unnamed: number;
  /** rows whose name another row before them has */
  readonly repeated: number;
}

/** @returns the arrays whose rows can be named, in the order of the file */
export function describeArrays(sample: RowSample): ArrayView[] {
  return [...sample.arrays].slice(0, MAX_ARRAYS).map(([array, tables]) => ({
    array,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    own: tables.find(({ own }) => own !== undefined)?.own ?? null,
    fields: describeFields(tables),
  }));
}

function describeFields(tables: readonly RowTable[]): RowFieldView[] {
  const fields = new Map<string, { rows: number; values: Set<Value> }>();
  for (const table of tables) {
    for (const [name, values] of table.fields) {
      let field = fields.get(name);
      if (field === undefined) fields.set(name, (field = { rows: 0, values: new Set() }));
      for (const value of values) {
        if (value === undefined || value === null) continue;
        field.rows++;
        field.values.add(value);
      }
    }
  }
  return [...fields].slice(0, MAX_FIELDS).map(([name, { rows, values }]) => ({
    name,
    rows,
    different: values.size,
    examples: [...values].slice(0, MAX_EXAMPLES).map((value) => rowValue(String(value))),
  }));
}

/** @returns the names that fields give to the rows of an array; of an array that is not there, none */
export function nameRows(sample: RowSample, array: string, fields: readonly string[]): RowNamesView {
  const names: string[] = [];
  let rows = 0;
  let unnamed = 0;
  let repeated = 0;
  for (const table of sample.arrays.get(array) ?? []) {
    const known = new Set<string>();
    for (let row = 0; row < table.rows; row++) {
      rows++;
      const name = nameOf(table, row, fields);
      if (name === null) unnamed++;
      else {
        if (known.has(name)) repeated++;
        known.add(name);
        if (names.length < MAX_NAMES) names.push(name);
      }
    }
  }
  return { names, rows, unnamed, repeated };
}

function nameOf(table: RowTable, row: number, fields: readonly string[]): string | null {
  const pairs: [string, string][] = [];
  for (const field of fields) {
    const value = table.fields.get(field)?.[row];
    if (value === undefined || value === null) return null;
    pairs.push([field, rowValue(String(value))]);
  }
  return formatSegment({ kind: "row", pairs });
}
