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

const DAY_MS = 86_400_000;
/** Texts of days: a history has thousands of commits in a few hundred days. */
const days = new Map<number, string>();
const MAX_DAYS = 10_000;

/** ISO 8601 in UTC, as `toISOString()` writes it, several times as fast. @param at milliseconds since 1970 */
function timeText(at: number): string {
  const day = Math.floor(at / DAY_MS);
  let text = days.get(day);
  if (text === undefined) {
    text = new Date(day * DAY_MS).toISOString().slice(0, 11);
    if (days.size >= MAX_DAYS) days.clear();
    days.set(day, text);
  }
  const ms = at - day * DAY_MS;
  const seconds = Math.floor(ms / 1000);
  return `${text}${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}.${String(ms % 1000).padStart(3, "0")}Z`;
}

function two(number: number): string {
  const whole = Math.floor(number);
  return whole < 10 ? `0${whole}` : `${whole}`;
}

/** Whose rows are built. */
export interface RowOwner {
  readonly organizationId: OrganizationId;
  readonly repositoryId: RepositoryId;
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

  constructor({ organizationId, repositoryId }: RowOwner) {
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
    this.#row += `\t${timeText(at)}`;
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

/** Builds the rows of all items at once, so that they are ready before a transaction begins. */
export function builtRows<T>(owner: RowOwner, items: Iterable<T>, write: (rows: CopyRows, item: T) => void): Buffer[] {
  const rows = new CopyRows(owner);
  for (const item of items) write(rows, item);
  return rows.rest();
}

/** Builds the rows of items while they are sent: never more than one chunk of them is held. */
export function* streamedRows<T>(
  owner: RowOwner,
  items: Iterable<T>,
  write: (rows: CopyRows, item: T) => void,
): Generator<Buffer> {
  const rows = new CopyRows(owner);
  for (const item of items) {
    write(rows, item);
    yield* rows.take();
  }
  yield* rows.rest();
}
