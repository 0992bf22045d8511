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
