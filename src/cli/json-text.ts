// JSON as commands write it: long integers keep their digits, special numbers are texts.
import { toApiJson } from "../domain/value.ts";

/** What can be written. */
export type Json = string | number | bigint | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** @returns JSON text of a value */
export function jsonText(value: Json): string {
  if (value === null || typeof value !== "object") return toApiJson(value);
  if (isList(value)) return `[${value.map(jsonText).join(",")}]`;
  return `{${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}:${jsonText(each)}`)
    .join(",")}}`;
}

/** @returns JSON text of a list, one line for each of its entries */
export function jsonLines(list: readonly Json[]): string {
  return list.length === 0 ? "[]\n" : `[\n${list.map(jsonText).join(",\n")}\n]\n`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
