// How big a chart's panels are, and what each of them needs to be drawn.
import { type ChartChoice, type ChartLine, type ChartPanel } from "./chart-lines.ts";
import { levelEnds, lineShape, type LineShape, type PlotScale } from "./plot-shape.ts";
import { type TimeTick, timeTicks } from "./time-ticks.ts";
import { valueAxis } from "./value-axis.ts";

/** Room above the first plot, in pixels: for names of tags. */
export const HEAD = 22;
/** Room below the last plot, in pixels: for dates. */
export const FOOT = 26;
const RIGHT = 14;
/** Room between two panels, with the name of the lower one's unit. */
export const BETWEEN = 26;
/** Heights of plots: of one alone, and of one among several. */
const ALONE = 300;
const AMONG = 150;
/** Width of a digit beside the axis, at 11 pixels; the axis takes no less and no more than this. */
const DIGIT = 6.6;
const MIN_LEFT = 34;
const MAX_LEFT = 110;
/** A tick every so many pixels. */
const TICK_HEIGHT = 36;
/** Points that are so far apart are drawn as dots too, in pixels. */
const DOT_ROOM = 9;

/** One panel as it is drawn. */
export interface DrawnPanel {
  readonly panel: ChartPanel;
  /** null where no value can be drawn: only gaps, or nothing above zero on a logarithmic axis */
  readonly scale: PlotScale | null;
  readonly shapes: readonly { readonly line: ChartLine; readonly shape: LineShape }[];
  /** distance of the plot from the chart's top */
  readonly top: number;
  readonly height: number;
}

/** A whole chart as it is drawn. */
export interface ChartLayout {
  readonly panels: readonly DrawnPanel[];
  readonly left: number;
  /** width of the plots */
  readonly width: number;
  readonly height: number;
  readonly ends: { readonly first: number; readonly last: number } | null;
  readonly dates: readonly TimeTick[];
  /** whether every point has room for a dot */
  readonly dotted: boolean;
}

/** @returns the height of a chart with so many panels, whatever is in them: known before anything is */
export function chartHeight(panels: number): number {
  const plots = panels <= 1 ? ALONE : panels * AMONG + (panels - 1) * BETWEEN;
  return HEAD + plots + FOOT;
}

function valuesOf({ lines }: ChartPanel): number[] {
  return lines.flatMap(({ points }) =>
    points.flatMap(({ shown, spread }) =>
      shown === null ? [] : spread === null ? [shown] : [shown - spread, shown, shown + spread],
    ),
  );
}

/** @param width of the whole chart, in pixels; @returns where everything stands */
export function chartLayout(panels: readonly ChartPanel[], choice: ChartChoice, width: number): ChartLayout {
  const plot = panels.length <= 1 ? ALONE : AMONG;
  const axes = panels.map((panel) => valueAxis(valuesOf(panel), choice, Math.max(3, Math.round(plot / TICK_HEIGHT))));
  const letters = Math.max(0, ...axes.flatMap((axis) => axis?.ticks.map(({ text }) => text.length) ?? []));
  const left = Math.round(Math.max(MIN_LEFT, Math.min(MAX_LEFT, letters * DIGIT + 12)));
  const inner = Math.max(40, width - left - RIGHT);
  const lines = panels.flatMap((panel) => panel.lines);
  const ends = levelEnds(lines, choice.by);
  const scaleWith = (axis: PlotScale["axis"]): PlotScale | null =>
    ends === null ? null : { ...ends, by: choice.by, width: inner, height: plot, axis };
  const drawn = panels.map((panel, index): DrawnPanel => {
    const axis = axes[index] ?? null;
    const scale = axis === null ? null : scaleWith(axis);
    return {
      panel,
      scale,
      shapes: scale === null ? [] : panel.lines.map((line) => ({ line, shape: lineShape(line, scale) })),
      top: HEAD + index * (plot + BETWEEN),
      height: plot,
    };
  });
  const any = drawn.find(({ scale }) => scale !== null)?.scale ?? null;
  const most = Math.max(0, ...lines.map(({ points }) => points.length));
  return {
    panels: drawn,
    left,
    width: inner,
    height: chartHeight(panels.length),
    ends,
    dates:
      any === null
        ? []
        : timeTicks(
            lines.flatMap(({ points }) => points),
            any,
          ),
    dotted: most * DOT_ROOM <= inner,
  };
}
