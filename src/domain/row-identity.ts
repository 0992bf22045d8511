// Which fields name the rows of an array: inferred from several versions of a file, since position never does.
import { MAX_ROW_VALUE_BYTES } from "./limits.ts";
import type { RowIdentities, Value } from "./model.ts";
import { guessGoal, guessUnit } from "./column.ts";
import { formatKey } from "./key.ts";
import { isProvenanceName } from "./provenance.ts";
import { unsteadyReferences } from "./row-references.ts";
import type { RowSample, RowTable } from "./row-sample.ts";
import { utf8Length } from "./kept-text.ts";
import { isMissing, numberOf } from "./value.ts";

/** Versions that are looked at: more would not change the choice, and cost their reading. */
export const SAMPLED_VERSIONS = 20;

/** Share of the rows that must have a field, and of the versions in which it must be unique. */
const MIN_SHARE = 0.95;

/** Share of a text field's values above which it is numbers written as text. */
const MAX_NUMERIC_SHARE = 0.5;

/** Least mean overlap of the names of neighbouring versions: below it they are not names but values. */
const MIN_OVERLAP = 0.5;

/** Fields of a combination, and fields that are tried at all: the number of combinations grows with their power. */
const MAX_FIELDS = 3;
const MAX_CANDIDATES = 12;

/** Names that people give to names, the best first. */
const PREFERRED = "name fullname benchmark test case task label command file path url id".split(" ");

/** The instances of one array in one version: several when it lies inside other rows. */
type Version = readonly RowTable[];

interface Candidate {
  readonly field: string;
  /** a text that is not numbers; whole numbers only help to tell rows of the same text apart */
  readonly isText: boolean;
  /** place among the names that people prefer, then in the file */
  readonly preference: number;
}

/** What is gathered about a field over all rows. */
interface FieldSummary {
  present: number;
  texts: number;
  numericTexts: number;
  wholeNumbers: number;
  others: number;
  isLong: boolean;
  isConstant: boolean;
  first: Value;
}

/**
 * Infers what names the rows of each array.
 * @param samples of one file's versions, newest first; those beyond 20 are not looked at
 * @returns for each array that has an identity its fields, best first found; an empty list for an array that has one
 *   row in every version, whose position is then left out. An array without an entry has none
 */
export function inferIdentities(samples: readonly RowSample[]): RowIdentities {
  const used = samples.slice(0, SAMPLED_VERSIONS);
  const arrays = new Set(used.flatMap((sample) => [...sample.arrays.keys()]));
  const versions = new Map<string, readonly Version[]>();
  for (const array of arrays) {
    versions.set(
      array,
      used.map((sample) => sample.arrays.get(array)).filter((version) => version !== undefined),
    );
  }
  const identities = identitiesOf(versions, new Set());
  const refused = unsteadyReferences(versions, identities);
  return refused.size === 0 ? identities : identitiesOf(versions, refused);
}

/** @returns whether a version has rows to be named: where none has, nothing is known yet of what names them */
export function haveRows(samples: readonly RowSample[]): boolean {
  return samples.some(({ arrays }) => arrays.size > 0);
}

/** @param refused names of fields that are no candidates */
function identitiesOf(versions: ReadonlyMap<string, readonly Version[]>, refused: ReadonlySet<string>): RowIdentities {
  const identities: [string, readonly string[]][] = [];
  for (const [array, own] of versions) {
    const fields = identityOf(own, refused);
    if (fields !== null) identities.push([array, fields]);
  }
  return Object.fromEntries(identities);
}

function identityOf(versions: readonly Version[], refused: ReadonlySet<string>): readonly string[] | null {
  if (versions.every((tables) => tables.every((table) => table.rows === 1))) return [];
  const candidates = candidatesOf(versions).filter(({ field }) => !refused.has(lastName(field)));
  for (let size = 1; size <= MAX_FIELDS; size++) {
    const fields = bestOf(combinations(candidates, size), versions);
    if (fields !== null) return fields;
  }
  return null;
}

/** The combination that is unique in nearly every version and whose names stay most alike from version to version. */
function bestOf(options: readonly (readonly Candidate[])[], versions: readonly Version[]): readonly string[] | null {
  let best: { fields: readonly string[]; overlap: number; preference: readonly number[] } | null = null;
  for (const option of options) {
    const fields = option.map(({ field }) => field);
    if (!option.some(({ isText }) => isText) && !(fields.length === 1 && isSteadyNumber(fields[0] as string, versions)))
      continue;
    const names = uniqueNames(fields, versions);
    if (names === null) continue;
    const overlap = meanOverlap(names);
    if (overlap < MIN_OVERLAP) continue;
    // a text before a number: figures that did not change for a while look like names
    const preference = [option.filter(({ isText }) => !isText).length, ...option.map((each) => each.preference)];
    if (best === null || overlap > best.overlap || (overlap === best.overlap && isBefore(preference, best.preference)))
      best = { fields, overlap, preference };
  }
  return best === null ? null : best.fields;
}

function candidatesOf(versions: readonly Version[]): readonly Candidate[] {
  const { rows, fields } = summarise(versions);
  const order = [...fields.keys()];
  const candidates: Candidate[] = [];
  for (const [field, summary] of fields) {
    if (isProvenanceName(lastName(field)) || summary.others > 0) continue;
    if (summary.present < rows * MIN_SHARE || summary.isConstant || summary.isLong) continue;
    const isText = summary.texts > 0 && summary.numericTexts <= summary.texts * MAX_NUMERIC_SHARE;
    const preferred = PREFERRED.indexOf(field.toLowerCase());
    const preference = preferred >= 0 ? preferred : PREFERRED.length + order.indexOf(field);
    candidates.push({ field, isText, preference });
  }
  // texts first: a combination needs one, and there is a limit
  candidates.sort((a, b) => Number(b.isText) - Number(a.isText) || a.preference - b.preference);
  return candidates.slice(0, MAX_CANDIDATES).sort((a, b) => a.preference - b.preference);
}

function summarise(versions: readonly Version[]): { rows: number; fields: ReadonlyMap<string, FieldSummary> } {
  const fields = new Map<string, FieldSummary>();
  let rows = 0;
  for (const table of versions.flat()) {
    rows += table.rows;
    for (const [field, values] of table.fields) {
      for (const value of values) {
        if (value === undefined || value === null) continue;
        let summary = fields.get(field);
        if (summary === undefined) fields.set(field, (summary = newSummary(value)));
        addTo(summary, value);
      }
    }
  }
  return { rows, fields };
}

function newSummary(first: Value): FieldSummary {
  const counts = { present: 0, texts: 0, numericTexts: 0, wholeNumbers: 0, others: 0 };
  return { ...counts, isLong: false, isConstant: true, first };
}

function addTo(summary: FieldSummary, value: Value): void {
  summary.present++;
  if (value !== summary.first) summary.isConstant = false;
  if (typeof value === "string") {
    summary.texts++;
    if (isMissing(value) || numberOf(value) !== null) summary.numericTexts++;
    if (utf8Length(value) > MAX_ROW_VALUE_BYTES) summary.isLong = true;
  } else if (typeof value === "boolean" || typeof value === "bigint" || Number.isInteger(value)) summary.wholeNumbers++;
  else summary.others++; // a fraction is a figure
}

/**
 * The names that these fields give to the rows of each version.
 * @returns null when they are not unique within their array in 95 % of the versions
 */
function uniqueNames(fields: readonly string[], versions: readonly Version[]): readonly ReadonlySet<string>[] | null {
  let repeated = 0;
  const names: Set<string>[] = [];
  for (const tables of versions) {
    const all = new Set<string>();
    let isUnique = true;
    for (const table of tables) isUnique = addNames(table, fields, all) && isUnique;
    if (!isUnique && ++repeated > versions.length * (1 - MIN_SHARE)) return null;
    names.push(all);
  }
  return names;
}

/** @returns whether no two rows of the table have the same name; stops at the first that do */
function addNames(table: RowTable, fields: readonly string[], all: Set<string>): boolean {
  const columns = fields.map((field) => table.fields.get(field));
  const own = new Set<string>();
  for (let row = 0; row < table.rows; row++) {
    let name = "";
    let isWhole = true;
    for (const column of columns) {
      const value = column?.[row];
      if (value === undefined || value === null) isWhole = false;
      else name += `${value}\u{1}`;
    }
    if (!isWhole) continue; // such a row is named by its position
    if (own.has(name)) return false;
    own.add(name);
    all.add(name);
  }
  return true;
}

/** Mean of |A∩B| / |A∪B| over neighbouring versions; 1 when there is only one version. */
function meanOverlap(names: readonly ReadonlySet<string>[]): number {
  if (names.length < 2) return 1;
  let sum = 0;
  for (let i = 1; i < names.length; i++) {
    const newer = names[i - 1] as ReadonlySet<string>;
    const older = names[i] as ReadonlySet<string>;
    const both = newer.intersection(older).size;
    const either = newer.size + older.size - both;
    sum += either === 0 ? 1 : both / either;
  }
  return sum / (names.length - 1);
}

/** @returns whether each number always stood beside the same text, over at least two versions */
function isSteadyNumber(field: string, versions: readonly Version[]): boolean {
  if (versions.length < 2 || isFigureName(lastName(field))) return false;
  const tables = versions.flat();
  const textFields = new Set(tables.flatMap((table) => [...table.fields.keys()]));
  textFields.delete(field);
  return [...textFields].some((text) => !isProvenanceName(text) && isSteadyPairing(field, text, tables));
}

/** @returns whether the name of a field says that it holds what was measured: `bytes`, `hz`, `size` */
function isFigureName(name: string): boolean {
  const key = formatKey([{ kind: "name", name }]);
  const unit = guessUnit("", key);
  return unit !== null || guessGoal("", key, unit).goal !== null;
}

function lastName(field: string): string {
  return field.slice(field.lastIndexOf(".") + 1);
}

function isSteadyPairing(field: string, text: string, tables: readonly RowTable[]): boolean {
  const textOf = new Map<Value, Value>();
  for (const table of tables) {
    const numbers = table.fields.get(field) ?? [];
    const texts = table.fields.get(text) ?? [];
    for (let row = 0; row < table.rows; row++) {
      const number = numbers[row] ?? null;
      const value = texts[row];
      if (typeof value !== "string" || isMissing(value) || numberOf(value) !== null) return false;
      const known = textOf.get(number);
      if (known === undefined) textOf.set(number, value);
      else if (known !== value) return false;
    }
  }
  return new Set(textOf.values()).size > 1;
}

function combinations(candidates: readonly Candidate[], size: number, from = 0): readonly (readonly Candidate[])[] {
  if (size === 0) return [[]];
  const result: (readonly Candidate[])[] = [];
  for (let i = from; i <= candidates.length - size; i++) {
    for (const rest of combinations(candidates, size - 1, i + 1)) result.push([candidates[i] as Candidate, ...rest]);
  }
  return result;
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}
