// A chart as an SVG file of its own: panels below each other, readable on light and dark, no script, nothing to load.
import { columnDecimals, formatInColumn } from "../domain/format-value.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { placeOn, type Scale, scaleOf } from "../domain/chart-scale.ts";
import { idOf } from "./column-names.ts";
import { dayOf } from "./commit-object.ts";
import type { Plot } from "./plot-output.ts";
import { bucketsOf, type Series } from "./plot-series.ts";

const WIDTH = 960;
const PANEL_HEIGHT = 220;
const TITLE_HEIGHT = 32;
const LEFT = 96;
const RIGHT = 16;
const FOOT = 40;
/** Points of a line: more than two for each pixel are not seen. */
const MAX_PLACES = 2 * (WIDTH - LEFT - RIGHT);
const TICKS = 5;
const STYLE = `text{font:13px system-ui,sans-serif;fill:#444}.t{font-weight:600;fill:#111}.g{stroke:#8884}.l{fill:none;stroke:#0b62c4;stroke-width:1.6;stroke-linejoin:round}.p{fill:#0b62c4}.b{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#bbb}.t{fill:#eee}.l{stroke:#6db3ff}.p{fill:#6db3ff}.b{fill:#16181c}}`;

/** @returns the text of a file */
export function plotSvg({ series, commits, branch }: Plot): string {
  const height = series.length * (PANEL_HEIGHT + TITLE_HEIGHT) + FOOT;
  const panels = series.map((each, index) => panel(each, index * (PANEL_HEIGHT + TITLE_HEIGHT)));
  const [oldest, newest] = [commits.at(-1), commits[0]].map((commit) =>
    commit === undefined ? "" : `${dayOf(commit.facts.author)} ${commit.facts.sha.slice(0, 7)}`,
  );
  const y = height - FOOT / 2;
  const what = `${series.map(({ column }) => idOf(column)).join(", ")} in ${commits.length} commits of ${branch}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escaped(what)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="b" width="${WIDTH}" height="${height}"/>`,
    ...panels,
    text(LEFT, y, oldest ?? ""),
    text(WIDTH - RIGHT, y, newest ?? "", "end"),
    "</svg>\n",
  ].join("\n");
}

function panel(series: Series, top: number): string {
  const { column, values } = series;
  const title = text(LEFT, top + 20, `${idOf(column)}${column.unit === null ? "" : ` (${column.unit})`}`, "start", "t");
  const scale = scaleOf(values, TICKS);
  if (scale === null) return [title, text(LEFT, top + 60, "no value that can be drawn")].join("\n");
  const yOf = (value: number): number => top + TITLE_HEIGHT + (1 - placeOn(scale, value)) * (PANEL_HEIGHT - 24) + 12;
  return [title, ...grid(scale, yOf), ...strokes(values, yOf)].join("\n");
}

function grid({ ticks }: Scale, yOf: (value: number) => number): string[] {
  const decimals = columnDecimals(ticks);
  return ticks.flatMap((tick) => {
    const y = round(yOf(tick));
    const line = `<line class="g" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`;
    return [line, text(LEFT - 8, y + 4, formatInColumn(tick, decimals), "end")];
  });
}

/** A line for each run without a gap; a value alone is a dot. */
function strokes(values: Float64Array, yOf: (value: number) => number): string[] {
  const places = Math.min(values.length, MAX_PLACES);
  const runs: string[][] = [];
  bucketsOf(values, places).forEach((bucket, index) => {
    if (bucket === null) return;
    const x = round(LEFT + (index * (WIDTH - LEFT - RIGHT)) / Math.max(1, places - 1));
    const { low, high, first, last, joined } = bucket;
    const run = joined ? runs.at(-1) : undefined;
    const points = low === high ? [first] : [first, low, high, last];
    const written = points.map((value) => `${x},${round(yOf(value))}`);
    if (run === undefined) runs.push(written);
    else run.push(...written);
  });
  return runs.map((points) => {
    const [x, y] = (points[0] as string).split(",");
    if (points.length === 1) return `<circle class="p" cx="${x}" cy="${y}" r="2.5"/>`;
    return `<polyline class="l" points="${points.join(" ")}"/>`;
  });
}

function text(x: number, y: number, content: string, anchor = "start", name = ""): string {
  const kind = name === "" ? "" : ` class="${name}"`;
  return `<text${kind} x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

/** Texts of a repository are no markup, and hide nothing. */
function escaped(content: string): string {
  const signs: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return escapeControls(content).replace(/[&<>"']/g, (sign) => signs[sign] as string);
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
