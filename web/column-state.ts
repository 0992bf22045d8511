// What the pages of columns and comparisons show: pure, so that every state is tested without a browser.
import type { Comparison } from "../src/api/contract/compare.ts";
import type { Problem } from "../src/api/contract/contract.ts";
import type { Repository } from "../src/api/contract/repositories.ts";
import type { Series } from "../src/api/contract/series.ts";
import { type Asked, type AskedState, endsThePage, withoutAnswer } from "./page-state.ts";

/** The page of columns over the history. */
export type ColumnState =
  | AskedState
  /** being imported, and nothing can be drawn yet */
  | { readonly kind: "importing"; readonly repository: Repository }
  /** the repository could not be read, and has nothing from before */
  | { readonly kind: "import-failed"; readonly repository: Repository; readonly problem: string }
  /** it has no column at all */
  | { readonly kind: "no-columns"; readonly repository: Repository }
  | {
      readonly kind: "chart";
      readonly repository: Repository;
      readonly series: Series;
      readonly stale: Problem | null;
    };

/** The page of a comparison. */
export type CompareState =
  | AskedState
  /** fewer than two commits are chosen */
  | { readonly kind: "choosing"; readonly repository: Repository }
  | {
      readonly kind: "comparison";
      readonly repository: Repository;
      readonly pages: readonly Comparison[];
      readonly stale: Problem | null;
    };

/**
 * @param hasColumns `false`: nobody named a column, and the repository has none; undefined while that is not known
 * @returns what the page of columns shows
 */
export function columnState(
  repository: Asked<Repository>,
  series: Asked<Series>,
  hasColumns: boolean | undefined,
): ColumnState {
  const problem = repository.problem ?? series.problem;
  if (endsThePage(problem)) return withoutAnswer(problem);
  const found = repository.data;
  if (found === undefined) return withoutAnswer(repository.problem);
  const drawn = series.data?.lines.some(({ points }) => points.length > 0) === true;
  const busy = found.state === "waiting" || found.state === "importing";
  if (!drawn && busy) return { kind: "importing", repository: found };
  if (!drawn && found.state === "failed" && found.problem !== null)
    return { kind: "import-failed", repository: found, problem: found.problem };
  if (hasColumns === false) return { kind: "no-columns", repository: found };
  if (series.data === undefined) return withoutAnswer(series.problem);
  return { kind: "chart", repository: found, series: series.data, stale: problem };
}

/** @returns what the page of a comparison shows. @param chosen how many commits the address names */
export function compareState(
  repository: Asked<Repository>,
  pages: Asked<readonly Comparison[]>,
  chosen: number,
): CompareState {
  const found = repository.data;
  if (endsThePage(repository.problem)) return withoutAnswer(repository.problem);
  if (found === undefined) return withoutAnswer(repository.problem);
  if (chosen < 2) return { kind: "choosing", repository: found };
  if (endsThePage(pages.problem) || pages.data === undefined) return withoutAnswer(pages.problem);
  return { kind: "comparison", repository: found, pages: pages.data, stale: repository.problem ?? pages.problem };
}
