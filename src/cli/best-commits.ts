// Which commits brought in the best values of a column.
import { isBetter } from "../domain/compare.ts";
import type { CatalogueColumn, Goal, Value } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { exactNumberOf } from "../domain/value.ts";
import { TidemarkError } from "../errors.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { idOf } from "./column-names.ts";
import { compared } from "./held-versions.ts";
import type { Reading } from "./reading.ts";

/** A commit that brought in a value. */
export interface RankedCommit {
  readonly commit: HistoryCommit;
  readonly value: Value;
  readonly baseline: Value;
}

/** The ranking of a column. */
export interface Best {
  readonly column: CatalogueColumn;
  readonly goal: "higher" | "lower";
  /** best first */
  readonly ranked: readonly RankedCommit[];
  /** the first of them */
  readonly shown: readonly RankedCommit[];
}

/** @returns which way is better. @throws TidemarkError `bad-argument` when nobody says, or the column holds no numbers */
export function rankingGoal(column: CatalogueColumn, asked: Goal): "higher" | "lower" {
  const value = escapeControls(idOf(column));
  const attempt = "rank commits by the column";
  if (column.kind !== "number") {
    const found = column.kind === "empty" ? "no values" : `values that are no numbers (${column.kind})`;
    throw new TidemarkError("bad-argument", { attempt, value, found, wanted: "a column of numbers" });
  }
  const goal = asked ?? column.goal;
  if (goal !== null) return goal;
  const parts = { found: "nothing that says which way is better", wanted: "--goal higher or --goal lower" };
  throw new TidemarkError("bad-argument", { attempt, value, ...parts });
}

/**
 * Ranks the commits whose value is a finite number that their baseline does not have. A merge that takes over another
 * parent's value brought in nothing.
 */
export function bestCommits(
  { commits, held }: Reading,
  column: CatalogueColumn,
  goal: "higher" | "lower",
): RankedCommit[] {
  const valueAt = new Map<string, number | bigint>();
  const brought: (RankedCommit & { readonly number: number | bigint })[] = [];
  for (const commit of commits.toReversed()) {
    const { value, baseline } = compared(held, commit, column);
    const number = exactNumberOf(value);
    if (number === null) continue;
    valueAt.set(commit.facts.sha, number);
    const isTaken = commit.facts.parents.some((parent) => valueAt.get(parent) === number);
    if (!isTaken && exactNumberOf(baseline) !== number) brought.push({ commit, value, baseline, number });
  }
  return brought.sort((a, b) => {
    if (a.number === b.number) return a.commit.position - b.commit.position;
    return isBetter(a.number, b.number, goal) ? -1 : 1;
  });
}
