// A statement that is put together for one question: its texts name their values by place.
import type { RepositoryId } from "../domain/model.ts";
import type { SqlValue } from "./organization-store.ts";

/** The values of a statement while it is written. $1 is the organisation, $2 the repository. */
export class StatementValues {
  readonly #values: SqlValue[];

  constructor(repository: RepositoryId) {
    this.#values = [repository];
  }

  /** Adds a value. @returns what stands for it in the text, with its type */
  add(value: SqlValue, type: string): string {
    this.#values.push(value);
    return `$${this.#values.length + 1}::${type}`;
  }

  /** All of them, from $2 on. */
  get list(): readonly SqlValue[] {
    return this.#values;
  }
}

/**
 * Rows of `files` for each row of a table: the number of a file, and of its baseline's where that is among them. OFFSET 0
 * keeps it one table, to be joined as a whole: else Postgres may look through all versions for each commit.
 */
export function unnested(id: string, files: string, table: string): string {
  const names = files.includes(",") ? "file, base" : "file";
  return `(SELECT ${id}, at.* FROM ${table} c CROSS JOIN LATERAL unnest(${files}) AS at(${names}) OFFSET 0)`;
}
