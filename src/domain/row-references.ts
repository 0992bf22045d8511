// Numbers by which rows name the rows of another array: of use only as long as a number means the same row.
import type { RowIdentities, Value } from "./model.ts";
import type { RowTable } from "./row-sample.ts";

/** What stands between the parts of a row's name, which no file holds there. */
const BETWEEN = "\u{1}";

/** The last name of an array's key without its s. What stands before keeps it from trying every place in a name. */
const LAST_PLURAL = /(?<![^.[\]"])([^.[\]"]+)s$/;

/**
 * Finds the fields that name rows of another array by ids which are given anew from version to version: `framework_id`
 * where `frameworks` has rows of one `id` with different names.
 * @param versions of each array, by its key without row names: the tables of each version
 * @param identities what names the rows of the arrays
 * @returns names of fields
 */
export function unsteadyReferences(
  versions: ReadonlyMap<string, readonly (readonly RowTable[])[]>,
  identities: RowIdentities,
): ReadonlySet<string> {
  const fields = new Set<string>();
  for (const [array, tables] of versions) {
    const stem = LAST_PLURAL.exec(array)?.[1];
    const named = identities[array] ?? [];
    if (stem === undefined || named.length === 0 || named.includes("id")) continue;
    if (!tables.every(({ length }) => length === 1)) continue; // inside other rows the same ids come again
    if (isGivenAnew(tables.flat(), named)) fields.add(`${stem}_id`).add(`${stem}Id`);
  }
  return fields;
}

function isGivenAnew(tables: readonly RowTable[], named: readonly string[]): boolean {
  const nameOf = new Map<Value, string>();
  for (const { rows, fields } of tables) {
    const ids = fields.get("id") ?? [];
    for (let row = 0; row < rows; row++) {
      const id = ids[row];
      if (typeof id !== "number") continue;
      const name = named.map((field) => String(fields.get(field)?.[row])).join(BETWEEN);
      if ((nameOf.get(id) ?? name) !== name) return true;
      nameOf.set(id, name);
    }
  }
  return false;
}
