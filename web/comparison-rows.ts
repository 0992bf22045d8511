// From the rows of a comparison to what its table shows, file by file.
import type { ColumnHead } from "../src/api/contract/commits.ts";
import type { ComparedRow, Comparison } from "../src/api/contract/compare.ts";
import { change, type Direction, isBetter, judge, relativeChange, sameValue } from "../src/domain/compare.ts";
import {
  columnDecimals,
  exactText,
  formatChange,
  formatInColumn,
  formatRelativeChange,
} from "../src/domain/format-value.ts";
import type { Value } from "../src/domain/model.ts";
import { numberOf } from "../src/domain/value.ts";
import { valueOf } from "./cell.ts";

/** One value of a comparison. */
export interface ComparedCell {
  /** in a few digits; "" where it is missing */
  readonly text: string;
  readonly exact: string;
  /** from the baseline: `+24`, "new", "gone"; "" where nothing changed, and at the baseline itself */
  readonly change: string;
  /** in per cent of the baseline; "" where that says nothing */
  readonly relative: string;
  readonly direction: Direction;
  /** the best of the row, where a goal says what that is and not all are the same */
  readonly best: boolean;
}

/** One column over the compared commits. */
export interface ComparedLine {
  readonly column: ColumnHead;
  /** beside the commits */
  readonly cells: readonly ComparedCell[];
}

/** The columns of one file. */
export interface ComparedFile {
  readonly path: string;
  readonly lines: readonly ComparedLine[];
}

/** Places of the best values of a row; none without a goal, and where all numbers are the same. */
function bestPlaces(values: readonly Value[], goal: ColumnHead["goal"]): ReadonlySet<number> {
  const numbers = values.map((value) => numberOf(value));
  const finite = numbers.filter((number): number is number => number !== null && !Number.isNaN(number));
  if (goal === null || finite.length < 2) return new Set();
  const best = finite.reduce((found, number) => (isBetter(number, found, goal) ? number : found));
  const places = numbers.flatMap((number, place) => (number === best ? [place] : []));
  return places.length === numbers.filter((number) => number !== null).length ? new Set() : new Set(places);
}

function changeWords(now: Value, before: Value, decimals: number | null): string {
  if (now === null) return before === null ? "" : "gone";
  if (before === null) return "new";
  if (sameValue(now, before)) return "";
  return change(now, before) === null ? formatChange(now, before) : formatChange(now, before, decimals);
}

/** @returns a row as it is drawn. @param baseline the place of the commit that the others are compared with */
export function comparedLine({ column, values: sent }: ComparedRow, baseline: number): ComparedLine {
  const values = sent.map((value) => valueOf(value, column.kind));
  const decimals = column.kind === "text" ? null : columnDecimals(values);
  const before = values[baseline] ?? null;
  const best = bestPlaces(values, column.goal);
  const cells = values.map((now, place): ComparedCell => {
    const own = place === baseline;
    const part = own ? null : relativeChange(now, before);
    return {
      text: formatInColumn(now, decimals),
      exact: exactText(now),
      change: own ? "" : changeWords(now, before, decimals),
      relative: part === null || part === 0 ? "" : formatRelativeChange(part),
      direction: own ? "none" : judge(now, before, column.goal),
      best: best.has(place),
    };
  });
  return { column, cells };
}

/** @returns the rows of all pages file by file, in their order */
export function comparedFiles(pages: readonly Comparison[]): readonly ComparedFile[] {
  const lines = pages.flatMap(({ rows, baseline }) => rows.map((row) => comparedLine(row, baseline)));
  return [...Map.groupBy(lines, ({ column }) => column.path)].map(([path, ofPath]) => ({ path, lines: ofPath }));
}

/** How many columns went which way from the baseline to one other commit. */
export interface ComparedCounts {
  readonly better: number;
  readonly worse: number;
  /** changed, and nobody says which way is better */
  readonly other: number;
  readonly fresh: number;
  readonly gone: number;
}

/** @returns how many columns went which way. @param place of the other commit */
export function comparedCounts(files: readonly ComparedFile[], place: number): ComparedCounts {
  const counts = { better: 0, worse: 0, other: 0, fresh: 0, gone: 0 };
  for (const { cells } of files.flatMap(({ lines }) => lines)) {
    const cell = cells[place];
    if (cell === undefined || cell.change === "") continue;
    if (cell.change === "new") counts.fresh += 1;
    else if (cell.change === "gone") counts.gone += 1;
    else if (cell.direction === "better" || cell.direction === "worse") counts[cell.direction] += 1;
    else counts.other += 1;
  }
  return counts;
}

/** @returns how far two commits of one line are apart; null where they are not on one */
export function commitsApart(commits: Comparison["commits"]): number | null {
  const [a, b] = commits;
  if (commits.length !== 2 || a === undefined || b === undefined) return null;
  const shared = a.branches.some((branch) => b.branches.includes(branch));
  return shared ? Math.abs(a.ordinal - b.ordinal) : null;
}
