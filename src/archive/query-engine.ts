// The port of engines that answer questions over the archive's objects, and how each of them says things.

/** The kinds of objects, each a table of its own (src/archive/tables.ts). */
export type ObjectKind = "values" | "commits" | "columns";

/** An object that a question is about, as the manifest names it. */
export interface ManifestObject {
  readonly kind: ObjectKind;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  /** its folder among the 64 of its kind */
  readonly bucket: number;
}

/** How an engine says what the three say differently. */
export interface Dialect {
  /** a text literal, whatever is in it */
  readonly text: (value: string) => string;
  /** whether a double is a number and not infinite */
  readonly isFinite: (double: string) => string;
  readonly isNaN: (double: string) => string;
  /** a whole number from a double that is one */
  readonly whole: (double: string) => string;
  /** a double that may be NaN or infinite, as a literal */
  readonly double: (value: number) => string;
}

/** How a column of an answer arrives: `integer` as a number below 2^53, `text` as it is. */
export type AnswerType = "integer" | "double" | "text" | "boolean";

/** One question: a statement over exact objects, which is a snapshot since they never change. */
export interface Question {
  readonly objects: readonly ManifestObject[];
  /**
   * Writes the statement. `table` gives what stands after FROM for a kind: rows of the question's objects of that kind
   * and of nothing else. Written for all three: lower snake case names, `max_by`, no OFFSET, ORDER BY with NULLs spelled.
   */
  readonly statement: (dialect: Dialect, table: (kind: ObjectKind) => string) => string;
  /** beside the columns of the statement */
  readonly types: readonly AnswerType[];
  /** most rows that may come; more is an error, since nothing is cut off in silence */
  readonly maxRows: number;
}

/** An answer, column by column: the lists are equally long. */
export interface Answer {
  readonly rows: number;
  readonly columns: readonly (readonly AnswerValue[])[];
  /** what it cost, as far as the engine tells */
  readonly cost?: { readonly scannedBytes: number; readonly dollars: number };
}

/** A value of an answer. NaN and infinities are themselves. */
export type AnswerValue = number | string | boolean | null;

/**
 * Answers questions over objects. Failures are TidemarkErrors: `archive-engine-unreachable` and `archive-engine-busy` may
 * pass, `archive-engine-failed` will not, `archive-object-missing` and `archive-object-damaged` name the object.
 */
export interface QueryEngine {
  readonly kind: "duckdb" | "trino" | "athena";
  readonly dialect: Dialect;
  /** @throws the signal's reason: the question is withdrawn at the engine, too */
  ask(question: Question, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}
