// The names of array rows while a document is read: fields looked up among a row's leaves, provenance left out.
import { formatSegment } from "./key.ts";
import type { KeyText, Leaves } from "./leaves.ts";
import type { RowIdentities } from "./model.ts";
import { leftOut } from "./provenance.ts";
import { rowValue, utf8Length } from "./kept-text.ts";
import type { WarningList } from "./warning-list.ts";

/** The fields that name the rows of one array. */
export interface RowFields {
  /** none: the array has one row in every version, and its position is left out */
  readonly fields: readonly RowField[];
  readonly leftOut: LeftOut;
}

interface RowField {
  readonly name: string;
  /** the texts that the field's key can have behind a row's name: a dot in the field is a nested one or its own */
  readonly keys: readonly string[];
}

/** A row's name as key text, and where its leaves begin and end. */
interface NamedRow {
  readonly from: number;
  readonly to: number;
  count: number;
}

/** The rows of one open array, by their names. */
export type NamedRows = Map<string, NamedRow>;

/** Makes the fields ready for the reading of a document, by the array's key without row names. */
export function prepareFields(identities: RowIdentities): ReadonlyMap<string, RowFields> {
  return new Map(Object.entries(identities).map(([array, names]) => [array, rowFields(names)]));
}

function rowFields(names: readonly string[]): RowFields {
  return { fields: names.map((name) => ({ name, keys: keysOf(name) })), leftOut: new Map() };
}

/** @returns the fields of these names, from those that were made ready before */
export function fieldsFrom(known: Map<string, RowFields>, names: readonly string[]): RowFields {
  const key = names.join("\0");
  let fields = known.get(key);
  if (fields === undefined) known.set(key, (fields = rowFields(names)));
  return fields;
}

/**
 * Names the row whose leaves stand from a place to the end: they lose the identity and what is provenance, and get the
 * name before their keys.
 * @param base the array's key, and its bytes
 * @param rows those named before in this array; a repeated name gets `#=2`, and both rows are marked
 * @returns whether the row could be named: false when it lacks a field of its identity
 */
export function nameRow(
  leaves: Leaves,
  from: number,
  identity: RowFields,
  base: KeyText,
  rows: NamedRows,
  warnings: WarningList,
): boolean {
  const pairs: [string, string][] = [];
  const places: number[] = [];
  for (const field of identity.fields) {
    const at = findField(leaves, from, field);
    if (at < 0) return false;
    places.push(at);
    pairs.push([field.name, rowValue(String(leaves.values[at]))]);
  }
  for (const at of places) leaves.remove(at, at + 1);
  leaveOutProvenance(leaves, from, identity.leftOut);
  let name = formatSegment({ kind: "row", pairs });
  const known = rows.get(name);
  if (known !== undefined) {
    const repeated = name;
    name = formatSegment({ kind: "row", pairs: [...pairs, ["#", String(++known.count)]] });
    leaves.mark(known.from, known.to);
    warnings.add("rows-repeated", () => ({
      message: `The row ${repeated} of ${base.text === "" ? "the list" : base.text} comes more than once: the next ones are numbered.`,
    }));
  } else rows.set(name, { from, to: leaves.length, count: 1 });
  const key = { text: base.text + name, bytes: base.bytes + utf8Length(name) };
  leaves.prefix(from, leaves.length, key, known !== undefined);
  return true;
}

function findField(leaves: Leaves, from: number, field: RowField): number {
  for (let i = from; i < leaves.length; i++) {
    const value = leaves.values[i];
    const key = leaves.keys[i] as string;
    if ((key === field.keys[0] || key === field.keys[1]) && value !== undefined && value !== null) return i;
  }
  return -1;
}

/** For each key of a row whether it is left out, as far as it was asked for. */
export type LeftOut = Map<string, ReturnType<typeof leftOut>>;

/** Removes what says where and when a row was made, whether it has a name or not. @param from where its leaves begin */
export function leaveOutProvenance(leaves: Leaves, from: number, known: LeftOut): void {
  for (let i = from; i < leaves.length; i++) {
    const key = leaves.keys[i] as string;
    let rule = known.get(key);
    if (rule === undefined) known.set(key, (rule = leftOut(key.slice(1))));
    if (rule === "always" || (rule === "as text" && typeof leaves.values[i] === "string")) leaves.remove(i, i + 1);
  }
}

function keysOf(field: string): readonly string[] {
  const whole = formatSegment({ kind: "name", name: field });
  if (!field.includes(".")) return [whole];
  const nested = field.split(".").map((name) => formatSegment({ kind: "name", name }));
  return [nested.join(""), whole];
}
