// Compares an answer of an engine with the rows that a case names.
import assert from "node:assert/strict";
import type { Answer, AnswerValue } from "../../src/archive/query-engine.ts";
import { timeOf } from "../../src/archive/questions.ts";

const ISO = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Rows of a case may name the first columns only; times are ISO texts there, and what each engine writes here. */
export function assertAnswered({ rows, columns }: Answer, expected: readonly (readonly AnswerValue[])[]): void {
  const width = expected[0]?.length ?? 0;
  const found = Array.from({ length: rows }, (_, row) =>
    columns.slice(0, width).map((column, place) => {
      const cell = column[row] ?? null;
      const wanted = expected[row]?.[place];
      const isTime = typeof wanted === "string" && ISO.test(wanted) && typeof cell === "string";
      return isTime ? new Date(timeOf(cell)).toISOString() : cell;
    }),
  );
  assert.deepEqual(found, expected);
}
