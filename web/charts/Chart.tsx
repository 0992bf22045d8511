// A chart of lines over commits: looked at by pointer or by keyboard, zoomed by both, each point a commit.
import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Series } from "../../src/api/contract/series.ts";
import type { ChartChoice, ChartLine, ChartPanel, ChartPoint } from "./chart-lines.ts";
import { captionOf, ChartPlot, TagNames } from "./ChartPlot.tsx";
import { ChartTip } from "./ChartTip.tsx";
import type { LargeChange } from "./largest-changes.ts";
import { movedPoint, pointAt } from "./moves.ts";
import { chartHeight, chartLayout } from "./panel-layout.ts";
import { levelOf, type PointPlace } from "./plot-shape.ts";
import { tagMarks } from "./tag-marks.ts";
import { type ChartActions, useChartPointer } from "./use-chart-pointer.ts";

/** What a chart is made of. */
export interface ChartProps {
  readonly panels: readonly ChartPanel[];
  readonly choice: ChartChoice;
  readonly tags: Series["tags"];
  readonly marks: readonly LargeChange[];
  readonly label: string;
  readonly active: PointPlace | null;
  readonly actions: ChartActions;
  /** one point in words */
  readonly describe: (line: ChartLine, point: ChartPoint) => string;
  /** what stands beside the active point */
  readonly tip: ReactNode;
  /** another answer is on its way */
  readonly busy: boolean;
}

/** Width of a letter of what is measured and its unit, which stand at the left above the first plot, and the room beside them. */
const CAPTION_LETTER = 6.4;
const CAPTION_ROOM = 14;
/** The chart's width before it is measured, in pixels: what the tests of a closed page see. */
const FIRST_WIDTH = 800;

function useWidth(): readonly [(element: HTMLElement | null) => void, number] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [width, setWidth] = useState(FIRST_WIDTH);
  useLayoutEffect(() => {
    if (element === null) return undefined;
    const measure = (): void => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [setElement, width];
}

/** Draws the chart. */
export function Chart(props: ChartProps): ReactNode {
  const { panels, choice, tags, marks, active, actions } = props;
  const help = useId();
  const [measured, width] = useWidth();
  const chart = useRef<HTMLDivElement>(null);
  const layout = useMemo(() => chartLayout(panels, choice, width), [panels, choice, width]);
  const lines = useMemo(() => panels.flatMap((panel) => panel.lines), [panels]);
  const named = useMemo(
    () =>
      layout.ends === null
        ? []
        : tagMarks(tags, lines, choice.by, {
            ...layout.ends,
            width: layout.width,
            taken: (panels[0] === undefined ? 0 : captionOf(panels[0]).length * CAPTION_LETTER) + CAPTION_ROOM,
          }),
    [tags, lines, choice.by, layout, panels],
  );
  const pointer = useChartPointer(layout, lines, actions);
  const found = pointAt(lines, active);
  const keyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const level = found === null ? null : levelOf(found.point, choice.by);
    const next = movedPoint(event.key, lines, active, choice.by);
    if (next !== null) actions.activate(next);
    else if (event.key === "Enter" && found !== null) actions.open(found.point);
    else if (event.key === "+" || event.key === "=") actions.zoomBy(0.5, level);
    else if (event.key === "-") actions.zoomBy(2, level);
    else if (event.key === "0") actions.reset();
    else if (event.key === "Escape" && active !== null) actions.activate(null);
    else return;
    event.preventDefault();
  };
  const count = found?.line.points.length ?? 1;
  return (
    <div className="chart" ref={measured} style={{ minHeight: chartHeight(panels.length) }} aria-busy={props.busy}>
      <div
        ref={chart}
        className="chart-plots"
        role="slider"
        tabIndex={0}
        aria-label={props.label}
        aria-describedby={help}
        aria-orientation="horizontal"
        aria-valuemin={1}
        aria-valuemax={count}
        aria-valuenow={found === null ? count : (active?.point ?? 0) + 1}
        aria-valuetext={found === null ? "no point chosen" : props.describe(found.line, found.point)}
        onKeyDown={keyDown}
        {...pointer.handlers}
      >
        <TagNames marks={named} left={layout.left} width={width} />
        {layout.panels.map((drawn, index) => (
          <ChartPlot
            key={drawn.panel.lines[0]?.id ?? index}
            drawn={drawn}
            layout={layout}
            by={choice.by}
            last={index === layout.panels.length - 1}
            tags={named}
            marks={marks}
            active={found}
            selection={pointer.selection}
          />
        ))}
      </div>
      <span id={help} className="unseen">
        Left and right go from point to point, up and down from line to line. Enter opens the commit. Plus and minus
        zoom, 0 shows everything.
      </span>
      {found === null ? null : <ChartTip layout={layout} by={choice.by} active={found} content={props.tip} />}
    </div>
  );
}
