// Why a metric file has no values, as an error that stops its reading and as the problem that people see.
import { TidemarkError } from "../errors.ts";
import type { ProblemReason, Warning } from "./model.ts";

/** Where in a file it went wrong, from 1, and the figures of a limit in bytes. */
export type ProblemPlace = Partial<Pick<Warning, "line" | "column" | "size" | "limit">>;

/**
 * Makes the error that stops the reading of a file.
 * @param found what is in the file: "a comma"
 * @param wanted what would have been right: "a value"
 * @returns a `file-unreadable` error; `problemOf()` gives its problem
 */
export function unreadable(
  reason: ProblemReason,
  found: string,
  wanted: string,
  place: ProblemPlace = {},
): TidemarkError {
  const at = place.line === undefined ? "" : ` in line ${place.line}${column(place)}`;
  const problem: Warning = { reason, message: `Found ${found}${at}, wanted ${wanted}.`, ...place };
  const parts = { attempt: "read", value: "the metric file", found: `${found}${at}`, wanted };
  return new TidemarkError("file-unreadable", parts, { cause: problem });
}

/** @returns the problem of an error that `unreadable()` made, null for any other error */
export function problemOf(error: unknown): Warning | null {
  if (!(error instanceof TidemarkError) || error.code !== "file-unreadable") return null;
  return error.cause as Warning;
}

function column(place: ProblemPlace): string {
  return place.column === undefined ? "" : `, column ${place.column}`;
}
