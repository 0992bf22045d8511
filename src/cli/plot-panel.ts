// One column's chart in a terminal: a title, the values' axis to the left, a line of Braille dots.
import { columnDecimals, formatInColumn } from "../domain/format-value.ts";
import { BrailleCanvas } from "./braille.ts";
import { placeOn, type Scale, scaleOf } from "../domain/chart-scale.ts";
import { bucketsOf, type Series } from "./plot-series.ts";
import type { Paint } from "./paint.ts";
import { cutEnd, padStart, widthOf } from "./text-width.ts";

/** Lines between two figures of the axis, at least. */
const LINES_PER_TICK = 3;
/** Figures of an axis take at most so much of the width. */
const MAX_LABEL_WIDTH = 16;

/** Where a chart is drawn. */
export interface PanelPlace {
  readonly width: number;
  /** lines, without the title */
  readonly height: number;
  /** cells left of the axis, the same for all panels that stand below each other */
  readonly labelWidth: number;
  readonly paint: Paint;
}

/** @returns the axis of a series; null where there is nothing to draw */
export function panelScale({ values }: Series, height: number): Scale | null {
  return scaleOf(values, Math.max(2, Math.floor(height / LINES_PER_TICK) + 1));
}

/** @returns cells that the axis' figures need */
export function labelWidthOf(scale: Scale | null): number {
  return scale === null ? 0 : Math.min(MAX_LABEL_WIDTH, Math.max(...labelsOf(scale).map(widthOf)));
}

/** @returns as many lines as the place is high */
export function drawPanel(series: Series, scale: Scale, place: PanelPlace): string[] {
  const { height, labelWidth, paint } = place;
  const columns = Math.max(1, place.width - labelWidth - 2);
  const canvas = new BrailleCanvas(columns, height);
  drawSeries(canvas, series.values, scale);
  const labels = labelsOf(scale);
  const rowOf = new Map(
    scale.ticks.map((tick, index) => [Math.floor(dotOf(canvas, scale, tick) / 4), labels[index] as string]),
  );
  return canvas.lines().map((line, row) => {
    const label = rowOf.get(row);
    const axis = `${padStart(cutEnd(label ?? "", labelWidth), labelWidth)} ${label === undefined ? "│" : "┤"}`;
    return `${paint.dim(axis)}${line}`.trimEnd();
  });
}

function labelsOf({ ticks }: Scale): string[] {
  const decimals = columnDecimals(ticks);
  return ticks.map((tick) => formatInColumn(tick, decimals));
}

/** The row of dots on which a value stands. */
function dotOf({ height }: BrailleCanvas, scale: Scale, value: number): number {
  return Math.round((1 - placeOn(scale, value)) * (height - 1));
}

/** Few values are joined by straight lines; of many each column of dots shows how far its values reach. */
function drawSeries(canvas: BrailleCanvas, values: Float64Array, scale: Scale): void {
  const places = Math.min(values.length, canvas.width);
  const last = Math.max(1, places - 1);
  const dot = (value: number): number => dotOf(canvas, scale, value);
  let before: { readonly x: number; readonly y: number } | null = null;
  bucketsOf(values, places).forEach((bucket, index) => {
    if (bucket === null) return;
    const x = Math.round((index * (canvas.width - 1)) / last);
    canvas.line(x, dot(bucket.low), x, dot(bucket.high));
    if (bucket.joined && before !== null) canvas.line(before.x, before.y, x, dot(bucket.first));
    before = { x, y: dot(bucket.last) };
  });
}
