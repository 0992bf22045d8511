// Rows in the text format of COPY, built by hand: tens of thousands of them are written in a second.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";

/** Characters gathered before they become one chunk of bytes: large enough to be cheap, small enough to stay young. */
const CHUNK_CHARACTERS = 65_536;
/** What COPY's text format and only it gives a meaning to. */
const SPECIAL = /[\\\t\n\r]/;
const EACH_SPECIAL = /[\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const EACH_QUOTED = /["\\]/g;

/** Escapes a text for COPY. U+0000 must be gone already: Postgres holds none. */
function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(EACH_SPECIAL, (character) => ESCAPED[character] as string) : text;
}

/**
 * Builds rows of one repository's table. Every row begins with `organization_id` and `repository_id`; the values are
 * then given in the order of the table's columns and closed by `endRow()`.
 */
export class CopyRows {
  readonly #start: string;
  readonly #chunks: Buffer[] = [];
  #row: string;
  #text = "";

  constructor(organizationId: OrganizationId, repositoryId: RepositoryId) {
    this.#start = `${organizationId}\t${repositoryId}`;
    this.#row = this.#start;
  }

  /** A number or a bigint column; null is NULL. */
  number(value: number | bigint | null): this {
    this.#row += value === null ? "\t\\N" : `\t${value}`;
    return this;
  }

  /** A text column, or jsonb whose text is given. */
  text(value: string | null): this {
    this.#row += value === null ? "\t\\N" : `\t${escaped(value)}`;
    return this;
  }

  /** A boolean column. */
  flag(value: boolean): this {
    this.#row += value ? "\tt" : "\tf";
    return this;
  }

  /** A bytea column whose bytes are given as hex digits. */
  hex(digits: string | null): this {
    this.#row += digits === null ? "\t\\N" : `\t\\\\x${digits}`;
    return this;
  }

  /** A bytea[] column. */
  hexArray(items: readonly string[]): this {
    // four backslashes: COPY halves them, the array's quotes halve them again
    this.#row += items.length === 0 ? "\t{}" : `\t{"\\\\\\\\x${items.join('","\\\\\\\\x')}"}`;
    return this;
  }

  /** A bigint[] column; a null inside is NULL. */
  numberArray(items: readonly (number | null)[] | null): this {
    if (items === null) this.#row += "\t\\N";
    else this.#row += `\t{${items.map((item) => item ?? "NULL").join(",")}}`;
    return this;
  }

  /** A text[] column. */
  textArray(items: readonly string[]): this {
    const quoted = items.map((item) => `"${item.replace(EACH_QUOTED, String.raw`\$&`)}"`);
    this.#row += `\t{${escaped(quoted.join(","))}}`;
    return this;
  }

  /** A timestamptz column, given in milliseconds since 1970. */
  time(at: number): this {
    this.#row += `\t${new Date(at).toISOString()}`;
    return this;
  }

  /** Closes the row. */
  endRow(): void {
    this.#text += `${this.#row}\n`;
    this.#row = this.#start;
    if (this.#text.length >= CHUNK_CHARACTERS) this.#flush();
  }

  /** Takes the chunks that are full; what is left of the last one follows with `rest()`. */
  take(): Buffer[] {
    return this.#chunks.splice(0);
  }

  /** Takes all that is left. */
  rest(): Buffer[] {
    if (this.#text !== "") this.#flush();
    return this.take();
  }

  #flush(): void {
    this.#chunks.push(Buffer.from(this.#text, "utf8"));
    this.#text = "";
  }
}

/** Streams the rows that `write` makes of each item: never more than one chunk of them is held. */
export function* copyChunks<T>(
  rows: CopyRows,
  items: Iterable<T>,
  write: (rows: CopyRows, item: T) => void,
): Generator<Buffer> {
  for (const item of items) {
    write(rows, item);
    yield* rows.take();
  }
  yield* rows.rest();
}
