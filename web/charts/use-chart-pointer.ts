// The pointer in a chart: it points at commits, opens them by a press and zooms by a drag.
import { type PointerEvent, useCallback, useEffect, useState } from "react";
import type { ChartLine, ChartPoint } from "./chart-lines.ts";
import { pointAt } from "./moves.ts";
import type { ChartLayout } from "./panel-layout.ts";
import { nearestPoint, type PointPlace } from "./plot-shape.ts";

/** What can be done in a chart. */
export interface ChartActions {
  /** a point under the pointer or the keyboard; null for none */
  readonly activate: (place: PointPlace | null) => void;
  readonly open: (point: ChartPoint) => void;
  /** between two levels of the level axis */
  readonly zoomTo: (from: number, to: number) => void;
  /** 0.5 halves what is seen, 2 doubles it */
  readonly zoomBy: (factor: number, around: number | null) => void;
  readonly reset: () => void;
}

/** A press that moves less than this is no drag, in pixels. */
const DRAG = 5;

/** A stretch of the plots that is dragged over, in pixels from their left end. */
interface Selection {
  readonly from: number;
  readonly to: number;
}

/** Where in the plots a pointer is, and in which panel. */
function placeOf(event: PointerEvent<HTMLElement>, layout: ChartLayout): { x: number; y: number; panel: number } {
  const box = event.currentTarget.getBoundingClientRect();
  const y = event.clientY - box.top;
  const panel = layout.panels.findLastIndex(({ top }) => y >= top - 12);
  const index = Math.max(0, panel);
  return { x: event.clientX - box.left - layout.left, y: y - (layout.panels[index]?.top ?? 0), panel: index };
}

/** Follows the pointer. @returns what the chart's element listens to, and what is being dragged over */
export function useChartPointer(
  layout: ChartLayout,
  lines: readonly ChartLine[],
  actions: ChartActions,
): {
  readonly selection: Selection | null;
  readonly handlers: Readonly<Record<string, (event: PointerEvent<HTMLElement>) => void>>;
} {
  const [pressed, setPressed] = useState<{ readonly x: number } | null>(null);
  const [to, setTo] = useState<number | null>(null);
  const { width, ends } = layout;
  const clamp = (x: number): number => Math.max(0, Math.min(width, x));
  const level = (x: number): number => (ends === null ? 0 : ends.first + (clamp(x) / width) * (ends.last - ends.first));
  const under = (event: PointerEvent<HTMLElement>): PointPlace | null => {
    const { x, y, panel } = placeOf(event, layout);
    const drawn = layout.panels[panel];
    return drawn?.scale == null ? null : nearestPoint(drawn.panel.lines, drawn.scale, { x, y });
  };
  const stop = useCallback((): void => {
    setPressed(null);
    setTo(null);
  }, []);
  const dragging = pressed !== null && to !== null;
  useEffect(() => {
    if (!dragging) return undefined;
    const escape = (event: KeyboardEvent): void => {
      if (event.key === "Escape") stop();
    };
    document.addEventListener("keydown", escape);
    return () => document.removeEventListener("keydown", escape);
  }, [dragging, stop]);
  const up = (event: PointerEvent<HTMLElement>): void => {
    if (pressed === null) return;
    const found = pointAt(lines, under(event));
    stop();
    if (to !== null) actions.zoomTo(level(pressed.x), level(to));
    // a finger has nothing to point with: its first press only shows the point, whose commit is linked below
    else if (found !== null && event.pointerType === "mouse") actions.open(found.point);
  };
  return {
    selection: pressed === null || to === null ? null : { from: clamp(pressed.x), to: clamp(to) },
    handlers: {
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setPressed({ x: placeOf(event, layout).x });
        actions.activate(under(event));
      },
      onPointerMove: (event) => {
        const { x } = placeOf(event, layout);
        if (pressed !== null && (to !== null || Math.abs(x - pressed.x) >= DRAG)) setTo(x);
        actions.activate(under(event));
      },
      onPointerUp: up,
      onPointerCancel: stop,
      onPointerLeave: (event) => {
        if (pressed === null && event.pointerType === "mouse" && document.activeElement !== event.currentTarget)
          actions.activate(null);
      },
    },
  };
}
