// The fields of a row's own object of parameters that can be part of its name.
import { isList, isObject, type JsonObject, nodeAt } from "../formats/json-tree.ts";

/**
 * Names the parameters of a row in the order in which they are written.
 * @param object name of the field that holds them
 * @returns `params.size` for each that has a value; not those with a dot in their name, which would be another place
 */
export function nameableFields(row: JsonObject, object: string): string[] {
  const parameters = nodeAt(row, object);
  if (!isObject(parameters)) return [];
  return [...parameters]
    .filter(([name, value]) => value !== null && !isObject(value) && !isList(value) && !name.includes("."))
    .map(([name]) => `${object}.${name}`);
}
