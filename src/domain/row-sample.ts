// The rows of a document's arrays, field by field: what row identities are inferred from.
import { cutText, detach } from "./kept-text.ts";
import { parseKey } from "./key.ts";
import type { Leaves } from "./leaves.ts";
import { MAX_ROW_VALUE_BYTES, MAX_SAMPLED_LEAVES } from "./limits.ts";
import type { Value } from "./model.ts";

/** The rows of one array as columns: scalar fields, nested ones with dots between their names, in written order. */
export interface RowTable {
  readonly rows: number;
  /** values by row, undefined or beyond the end where a row lacks the field; long texts are cut after 129 bytes */
  readonly fields: ReadonlyMap<string, readonly (Value | undefined)[]>;
  /** the fields by which its tool names its rows */
  readonly own?: readonly string[];
}

/** The arrays of objects of one file version, by the array's key without row names; several when it is nested. */
export interface RowSample {
  readonly arrays: ReadonlyMap<string, readonly RowTable[]>;
}

/** A table that is still being filled. */
export interface RowColumns {
  rows: number;
  readonly fields: Map<string, (Value | undefined)[]>;
  readonly own?: readonly string[];
}

/** Collects rows while a document is flattened. What is beyond the limit of a sample is left out. */
export class RowSampler {
  readonly #arrays = new Map<string, RowColumns[]>();
  readonly #fieldNames = new Map<string, string>();
  readonly #texts = new Map<string, string>();
  #cells = 0;

  /** whether rows that their tool names are taken as well: people may choose other names */
  readonly takesOwn: boolean;

  constructor(takesOwn = false) {
    this.takesOwn = takesOwn;
  }

  /**
   * Begins the table of an array.
   * @param pattern the array's key without row names
   * @param own the fields by which its tool names its rows
   */
  open(pattern: string, own?: readonly string[]): RowColumns {
    const table: RowColumns = { rows: 0, fields: new Map(), ...(own ? { own } : {}) };
    const tables = this.#arrays.get(pattern);
    if (tables === undefined) this.#arrays.set(pattern, [table]);
    else tables.push(table);
    return table;
  }

  /** Adds the row whose leaves stand from a place to the end. */
  row(table: RowColumns, leaves: Leaves, from: number): void {
    if (this.#cells >= MAX_SAMPLED_LEAVES) return;
    const row = table.rows++;
    this.#cells++;
    for (let i = from; i < leaves.length; i++) {
      const value = leaves.values[i];
      if (value === undefined) continue;
      this.#cells++;
      const name = this.#fieldName(leaves.keys[i] as string);
      let values = table.fields.get(name);
      if (values === undefined) table.fields.set(name, (values = []));
      values[row] = typeof value === "string" ? this.#text(value) : value;
    }
  }

  /** @returns what was collected */
  finish(): RowSample {
    return { arrays: this.#arrays };
  }

  #fieldName(key: string): string {
    const known = this.#fieldNames.get(key);
    if (known !== undefined) return known;
    const segments = parseKey(key.startsWith(".") ? key.slice(1) : key);
    const name = segments.map((segment) => (segment.kind === "name" ? segment.name : "")).join(".");
    this.#fieldNames.set(key, name);
    return name;
  }

  #text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const own = detach(cutText(text, MAX_ROW_VALUE_BYTES + 1));
    this.#texts.set(own, own);
    return own;
  }
}
