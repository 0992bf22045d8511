// A commit that was read, as a filter asks of it.
import type { FilterRow } from "../domain/filter-match.ts";
import type { ColumnRef } from "../domain/filter.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { idOf } from "./column-names.ts";
import { compared, type ComparedValue, warningsOf } from "./held-versions.ts";
import type { Reading } from "./reading.ts";

/** @returns how a filter asks each commit of a reading; a best is the best of all that was read */
export function filterRows(reading: Reading): (commit: HistoryCommit) => FilterRow {
  const { held, columns } = reading;
  const kinds = new Map(columns.map((column) => [idOf(column), column.kind]));
  const comparedIn = (commit: HistoryCommit, column: ColumnRef): ComparedValue =>
    compared(held, commit, { ...column, kind: kinds.get(idOf(column)) ?? "empty" });
  // of a figure that never changed every commit is the best
  const changing = columns.filter(({ changes }) => changes > 0);
  const bestPositions = new Map(changing.map((column) => [idOf(column), column.bestPosition]));
  return (commit) => ({
    branches: reading.branchesOf(commit),
    author: commit.facts.author.name,
    message: commit.facts.subject,
    sha: commit.facts.sha,
    committedAt: commit.facts.committer.at,
    warnings: warningsOf(held, commit).length,
    valueOf: (column: ColumnRef) => comparedIn(commit, column).value,
    baselineOf: (column: ColumnRef) => comparedIn(commit, column).baseline,
    isBest: (column: ColumnRef) => bestPositions.get(idOf(column)) === commit.position,
  });
}
