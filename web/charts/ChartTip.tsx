// What stands beside the active point of a chart.
import type { ReactNode } from "react";
import type { ChartLine, ChartPoint } from "./chart-lines.ts";
import type { ChartLayout } from "./panel-layout.ts";
import { levelOf, xOf, yOf, type PlotScale } from "./plot-shape.ts";

/** Distance to the point, in pixels. */
const GAP = 12;

/** Draws it: on the side that has more room, away from the point's height. The same is below the chart, for who cannot hover. */
export function ChartTip({
  layout,
  by,
  active: { line, point },
  content,
}: {
  layout: ChartLayout;
  by: PlotScale["by"];
  active: { readonly line: ChartLine; readonly point: ChartPoint };
  content: ReactNode;
}): ReactNode {
  const drawn = layout.panels.find(({ panel }) => panel.lines.includes(line));
  const scale = drawn?.scale ?? null;
  if (drawn === undefined || scale === null || content === null) return null;
  const x = xOf(scale, levelOf(point, by));
  const y = yOf(scale, point.shown) ?? 0;
  const [whole, at] = [layout.left + layout.width, layout.left + x];
  const side = x > layout.width / 2 ? { right: whole - at + 14 + GAP } : { left: at + GAP };
  const level =
    y > drawn.height / 2
      ? { top: drawn.top + 8 }
      : { top: drawn.top + drawn.height - 8, transform: "translateY(-100%)" };
  const room = x > layout.width / 2 ? at - GAP : whole - at - GAP + 14;
  return (
    <div className="chart-tip" aria-hidden="true" style={{ ...side, ...level, maxWidth: Math.min(340, room) }}>
      {content}
    </div>
  );
}
