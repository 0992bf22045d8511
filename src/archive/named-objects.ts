// What stands after FROM in engines that know tables: the rows of exactly the objects that a question names.
import { quoteText } from "./dialects.ts";
import { emptyTable } from "./parquet.ts";
import type { ManifestObject, ObjectKind } from "./query-engine.ts";
import { TABLES } from "./tables.ts";

/**
 * The path of every object is in the text: what was published since, what was replaced, and what nobody published is not
 * seen. The buckets beside them keep the engine from listing more than these.
 * @param uri the engine's own name of an object
 */
export function namedObjects(
  kind: ObjectKind,
  objects: readonly ManifestObject[],
  uri: (key: string) => string,
): string {
  const { name, columns } = TABLES[kind];
  const own = objects.filter((object) => object.kind === kind);
  if (own.length === 0) return emptyTable(kind, trinoType);
  const buckets = [...new Set(own.map(({ bucket }) => bucket))].sort((a, b) => a - b);
  const paths = own.map(({ key }) => quoteText(uri(key)));
  return `(SELECT ${columns.map((column) => column.name).join(", ")} FROM ${name}
    WHERE bucket IN (${buckets.join(", ")}) AND "$path" IN (${paths.join(", ")}))`;
}

/** @returns what Trino and Athena call a type of the archive */
export function trinoType(type: string): string {
  return type === "TIMESTAMP_MS" ? "TIMESTAMP(3)" : type;
}
