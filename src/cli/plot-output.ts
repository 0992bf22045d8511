// What `tidemark plot` shows in a terminal: a panel for each column, below each other, above one axis of commits.
import { formatCount, formatValue } from "../domain/format-value.ts";
import { escapeControls } from "../domain/safe-text.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { idOf } from "./column-names.ts";
import { dayOf } from "./commit-object.ts";
import type { Paint } from "./paint.ts";
import { drawPanel, labelWidthOf, panelScale } from "./plot-panel.ts";
import type { Series } from "./plot-series.ts";
import { cutEnd, cutStart, widthOf } from "./text-width.ts";

/** Lines of a panel: one column alone, or one of several. */
const ALONE = 16;
const AMONG_OTHERS = 8;
/** Where no terminal says how wide it is, and beyond which a chart is only stretched. */
const USUAL_WIDTH = 80;
const MAX_WIDTH = 160;

/** What to draw. */
export interface Plot {
  readonly series: readonly Series[];
  /** newest first, as they were read */
  readonly commits: readonly HistoryCommit[];
  readonly branch: string;
}

/** @param width of the terminal; Infinity: none @returns lines, none wider */
export function plotLines({ series, commits, branch }: Plot, width: number, paint: Paint): string[] {
  const room = Math.min(Number.isFinite(width) ? width : USUAL_WIDTH, MAX_WIDTH);
  const height = series.length === 1 ? ALONE : AMONG_OTHERS;
  const scales = series.map((each) => panelScale(each, height));
  const labelWidth = Math.min(Math.floor(room / 3), Math.max(0, ...scales.map(labelWidthOf)));
  const place = { width: room, height, labelWidth, paint };
  const panels = series.flatMap((each, index) => {
    const scale = scales[index] ?? null;
    const title = titleOf(each, room, paint);
    return scale === null
      ? [title, cutEnd("no value that can be drawn", room), ""]
      : [title, ...drawPanel(each, scale, place), ""];
  });
  panels.pop();
  const axis = `${" ".repeat(labelWidth)} └${"─".repeat(Math.max(0, room - labelWidth - 2))}`;
  const lines = scales.every((each) => each === null)
    ? panels
    : [...panels, paint.dim(axis), ...ends(commits, room, labelWidth, paint)];
  const foot = `${formatCount(commits.length)} ${commits.length === 1 ? "commit" : "commits"} of ${branch}, oldest to the left`;
  return [...lines, "", ...[foot, ...oddSentences(series)].map((line) => cutEnd(line, room))];
}

/** The column, its goal, and its newest and extreme values. */
function titleOf({ column, values }: Series, width: number, paint: Paint): string {
  const { goal, unit } = column;
  const shown = (value: number): string => formatValue(value, unit);
  const present = values.filter((value) => !Number.isNaN(value));
  const newest = present.at(-1);
  const mark = goal === null ? "" : goal === "higher" ? " ▲" : " ▼";
  const [low, high] = [
    present.reduce((a, b) => Math.min(a, b), Infinity),
    present.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  const when = Number.isNaN(values.at(-1)) ? "last" : "now";
  const figures =
    newest === undefined ? "" : `  ${when} ${shown(newest)}, lowest ${shown(low)}, highest ${shown(high)}`;
  const name = cutStart(escapeControls(idOf(column)) + mark, Math.max(12, width - widthOf(figures)));
  return `${paint.strong(name)}${cutEnd(figures, Math.max(0, width - widthOf(name)))}`;
}

/** The oldest and the newest commit below the ends of the axis; only the dates, or nothing, where there is no room. */
function ends(commits: readonly HistoryCommit[], width: number, labelWidth: number, paint: Paint): string[] {
  const [newest, oldest] = [commits[0], commits.at(-1)];
  if (newest === undefined || oldest === undefined) return [];
  const margin = labelWidth + 2;
  for (const text of [endText, dateOf]) {
    const [left, right] = [text(oldest), text(newest)];
    const gap = width - margin - left.length - right.length;
    if (gap >= 2) return [paint.dim(`${" ".repeat(margin)}${left}${" ".repeat(gap)}${right}`)];
  }
  return [];
}

function dateOf({ facts }: HistoryCommit): string {
  return dayOf(facts.author);
}

function endText(commit: HistoryCommit): string {
  return `${dateOf(commit)} ${commit.facts.sha.slice(0, 7)}`;
}

/** A gap is told where something stands in it. */
function oddSentences(series: readonly Series[]): string[] {
  return series
    .filter(({ odd }) => odd > 0)
    .map(({ column, odd }) => {
      const commits = odd === 1 ? "1 commit has" : `${formatCount(odd)} commits have`;
      return `a gap in ${escapeControls(column.key)}: ${commits} NaN, an infinity or a text`;
    });
}
