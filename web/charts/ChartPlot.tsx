// One panel of a chart: grid, band, lines, marks, the active point.
import { memo, type ReactNode } from "react";
import { judge } from "../../src/domain/compare.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { shorten, shownUnit } from "../table-layout.ts";
import type { ChartLine, ChartPanel, ChartPoint, LineLook } from "./chart-lines.ts";
import type { LargeChange } from "./largest-changes.ts";
import { BETWEEN, type ChartLayout, type DrawnPanel, FOOT, HEAD } from "./panel-layout.ts";
import { levelOf, type PlotScale, xOf, yOf } from "./plot-shape.ts";
import { TAG_LETTERS, type TagMark } from "./tag-marks.ts";

/** What a panel is made of. */
export interface ChartPlotProps {
  readonly drawn: DrawnPanel;
  readonly layout: ChartLayout;
  readonly by: PlotScale["by"];
  /** the dates stand below it */
  readonly last: boolean;
  readonly tags: readonly TagMark[];
  readonly marks: readonly LargeChange[];
  readonly active: { readonly line: ChartLine; readonly point: ChartPoint } | null;
  /** a stretch that is being dragged over, in pixels of the plot */
  readonly selection: { readonly from: number; readonly to: number } | null;
}

/** @returns the classes of a line */
export function lineClass({ colour, stroke }: LineLook): string {
  return `line colour-${colour} stroke-${stroke}`;
}

/** Names of tags above the first panel. */
export function TagNames({
  marks,
  left,
  width,
}: {
  marks: readonly TagMark[];
  left: number;
  width: number;
}): ReactNode {
  return (
    <svg className="tag-names" width={width} height={HEAD} aria-hidden="true">
      {marks.map(({ name, x, named }) =>
        named ? (
          <text key={name} x={left + x} y={HEAD - 8} textAnchor="middle">
            {escapeControls(shorten(name, TAG_LETTERS))}
            <title>{escapeControls(name)}</title>
          </text>
        ) : null,
      )}
    </svg>
  );
}

/** Draws the panel. */
export function ChartPlot(props: ChartPlotProps): ReactNode {
  const { drawn, layout, last, active, selection } = props;
  const { height, scale } = drawn;
  const foot = last ? FOOT : BETWEEN;
  return (
    <svg
      className="chart-plot"
      width={layout.left + layout.width + 14}
      height={height + foot}
      viewBox={`${-layout.left} 0 ${layout.left + layout.width + 14} ${height + foot}`}
      aria-hidden="true"
    >
      <PlotLines {...props} />
      {selection === null ? null : (
        <rect
          data-passing=""
          className="selection"
          x={Math.min(selection.from, selection.to)}
          y={0}
          width={Math.abs(selection.to - selection.from)}
          height={height}
        />
      )}
      {active === null || scale === null ? null : <ActivePoint scale={scale} drawn={drawn} active={active} />}
    </svg>
  );
}

/** All that does not change while a pointer moves. */
const PlotLines = memo(
  function PlotLines({ drawn, layout, by, last, tags, marks }: ChartPlotProps): ReactNode {
    const { height, scale, shapes, panel } = drawn;
    return (
      <>
        {tags.map(({ name, x }) => (
          <line key={name} className="tag" x1={x} x2={x} y1={0} y2={height} />
        ))}
        <line className="floor" x1={0} x2={layout.width} y1={height} y2={height} />
        {scale === null ? (
          <text x={layout.width / 2} y={height / 2} textAnchor="middle">
            no number to draw
          </text>
        ) : (
          <Grid scale={scale} panel={panel} />
        )}
        {last
          ? layout.dates.map(({ x, text }) => (
              <text key={x} x={x} y={height + 18} textAnchor={layout.dates.length === 1 ? "middle" : "start"}>
                {text}
              </text>
            ))
          : null}
        {/* the first line is what the others are compared with: it lies on top where they have commits in common */}
        {shapes.toReversed().map(({ line, shape }) => (
          <g key={line.id} className={lineClass(line.look)}>
            {shape.band === "" ? null : <path className="band" d={shape.band} />}
            {shape.path === "" ? null : <path className="stroke" d={shape.path} />}
            {layout.dotted && scale !== null ? (
              <Dots line={line} scale={scale} />
            ) : (
              shape.dots.map(({ x, y }) => <circle key={x} className="dot-mark" cx={x} cy={y} r={2} />)
            )}
          </g>
        ))}
        {scale === null
          ? null
          : marks.map((mark) => <Jump key={markKey(mark)} mark={mark} scale={scale} by={by} drawn={drawn} />)}
      </>
    );
  },
  (before, after) =>
    before.drawn === after.drawn &&
    before.layout === after.layout &&
    before.tags === after.tags &&
    before.marks === after.marks,
);

const markKey = ({ line, after }: LargeChange): string => `${line.id} ${after.ordinal}`;

/** @returns what stands above a plot: what is measured, and in which unit unless the name says it */
export function captionOf({ title, unit }: Pick<ChartPanel, "title" | "unit">): string {
  const shown = title === null ? unit : shownUnit({ key: title, unit });
  return [title, shown].filter((part) => part !== null && part !== "").join(", ");
}

function Grid({ scale, panel }: { scale: PlotScale; panel: ChartPanel }): ReactNode {
  const caption = captionOf(panel);
  return (
    <>
      {scale.axis.ticks.map(({ value, text }) => {
        const y = yOf(scale, value);
        return y === null ? null : (
          <g key={value}>
            <line className={value === 0 ? "grid zero" : "grid"} x1={0} x2={scale.width} y1={y} y2={y} />
            <text x={-8} y={y + 4} textAnchor="end">
              {text}
            </text>
          </g>
        );
      })}
      {caption === "" ? null : (
        <text className="caption" x={0} y={-9}>
          {escapeControls(caption)}
        </text>
      )}
    </>
  );
}

function Dots({ line, scale }: { line: ChartLine; scale: PlotScale }): ReactNode {
  return line.points.map((point) => {
    const y = yOf(scale, point.shown);
    return y === null ? null : (
      <circle key={point.ordinal} className="dot-mark" cx={xOf(scale, levelOf(point, scale.by))} cy={y} r={2.4} />
    );
  });
}

/** Where a line jumps: a thin line and a ring, coloured by what the jump means. */
function Jump({
  mark,
  scale,
  by,
  drawn,
}: {
  mark: LargeChange;
  scale: PlotScale;
  by: PlotScale["by"];
  drawn: DrawnPanel;
}): ReactNode {
  const { line, before, after } = mark;
  const y = yOf(scale, after.shown);
  if (y === null || !drawn.panel.lines.includes(line)) return null;
  const x = xOf(scale, levelOf(after, by));
  return (
    <g className={`jump ${judge(after.value, before.value, line.column.goal)}`}>
      <line x1={x} x2={x} y1={0} y2={drawn.height} />
      <circle cx={x} cy={y} r={4} />
    </g>
  );
}

function ActivePoint({
  scale,
  drawn,
  active: { line, point },
}: {
  scale: PlotScale;
  drawn: DrawnPanel;
  active: { readonly line: ChartLine; readonly point: ChartPoint };
}): ReactNode {
  const x = xOf(scale, levelOf(point, scale.by));
  const y = drawn.panel.lines.includes(line) ? yOf(scale, point.shown) : null;
  return (
    <g data-passing="" className={lineClass(line.look)}>
      <line className="cross" x1={x} x2={x} y1={0} y2={drawn.height} />
      {y === null ? null : <circle className="now" cx={x} cy={y} r={4.5} />}
    </g>
  );
}
