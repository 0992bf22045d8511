// Athena's pages as an answer: all values are texts there, and the first row of all names the columns.
import type { ResultSet } from "@aws-sdk/client-athena";
import { athenaFailure } from "./athena-failure.ts";
import type { Answer, AnswerType, AnswerValue, Question } from "./query-engine.ts";
import { isOfType } from "./trino-page.ts";

/** An answer while its pages arrive. */
export class AthenaRows {
  readonly #question: Question;
  readonly #columns: AnswerValue[][];
  #rows = 0;
  #isBegun = false;

  constructor(question: Question) {
    this.#question = question;
    this.#columns = question.types.map(() => []);
  }

  /** @throws TidemarkError `archive-engine-failed` */
  add({ Rows: rows = [], ResultSetMetadata: metadata }: ResultSet): void {
    const { types, maxRows } = this.#question;
    if (!this.#isBegun) checkTypes(types, metadata?.ColumnInfo?.map(({ Type: type }) => type ?? "") ?? []);
    const own = this.#isBegun ? rows : rows.slice(1);
    this.#isBegun = true;
    this.#rows += own.length;
    if (this.#rows > maxRows) throw unfit(`more than ${maxRows} rows`, `at most ${maxRows}`);
    for (const { Data: data = [] } of own) {
      for (const [place, type] of types.entries()) this.#columns[place]?.push(valueOf(type, data[place]?.VarCharValue));
    }
  }

  whole(): Answer {
    return { rows: this.#rows, columns: this.#columns };
  }
}

function checkTypes(wanted: readonly AnswerType[], found: readonly string[]): void {
  if (found.length !== wanted.length) throw unfit(`${found.length} columns`, String(wanted.length));
  for (const [place, type] of wanted.entries()) {
    const name = (found[place] ?? "").toLowerCase().replace(/^float$/, "real");
    if (!isOfType(type, name)) throw unfit(`column ${place + 1} as ${name.slice(0, 40)}`, `${type}: cast it`);
  }
}

function valueOf(type: AnswerType, text: string | undefined): AnswerValue {
  if (text === undefined) return null;
  if (type === "text") return text;
  if (type === "boolean") return text === "true";
  const number = Number(text);
  if (type === "double") {
    if (Number.isNaN(number) && text !== "NaN") throw unfit("a text in place of a number", "a number");
    return number;
  }
  if (!Number.isSafeInteger(number)) throw unfit("an integer beyond 2^53", "it as a text: cast it");
  return number;
}

function unfit(found: string, wanted: string): Error {
  return athenaFailure("archive-engine-failed", found, wanted);
}
