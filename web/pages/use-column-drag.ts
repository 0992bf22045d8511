// Moving a column by its head with the mouse. The keyboard, and buttons in the choice of columns, do the same.
import { type PointerEvent, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { dropPlace } from "../column-choice.ts";
import type { ColumnLook } from "../table-layout.ts";

/** So far a press may slip and still be a press, in pixels. */
const SLIP = 5;
/** At so many pixels from the edge the table scrolls along, by so many a movement. */
const EDGE = 40;
const EDGE_STEP = 24;

/** Where a column would be put: before which of those shown. */
export interface ColumnDrop {
  readonly id: string;
  readonly before: number;
}

interface Dragging {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly looks: readonly ColumnLook[];
  /** width of the commit's column */
  readonly first: number;
  readonly place: (drop: ColumnDrop) => void;
}

/** What comes after a drag is no press on the head. */
function swallowClick(): void {
  const swallow = (event: MouseEvent): void => {
    event.stopPropagation();
    event.preventDefault();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }));
}

/** @returns where the column that is moved would be put, and what begins to move one */
export function useColumnDrag(dragging: Dragging): {
  readonly drop: ColumnDrop | null;
  readonly onPointerDown: (event: PointerEvent) => void;
} {
  const [drop, setDrop] = useState<ColumnDrop | null>(null);
  const latest = useRef(dragging);
  const ending = useRef<AbortController>(null);
  useEffect(() => {
    latest.current = dragging;
  });
  useEffect(() => () => ending.current?.abort(), []);
  const onPointerDown = useCallback((event: PointerEvent): void => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>(".grid-name") : null;
    const look = latest.current.looks[Number(cell?.dataset["column"] ?? 0) - 1];
    if (look === undefined || event.button !== 0 || event.pointerType === "touch") return;
    const { id } = look.head;
    const startX = event.clientX;
    let before: number | null = null;
    const controller = new AbortController();
    ending.current = controller;
    const { signal } = controller;
    const end = (placed: boolean): void => {
      controller.abort();
      setDrop(null);
      if (before === null) return;
      swallowClick();
      if (placed) latest.current.place({ id, before });
    };
    const move = ({ clientX }: { clientX: number }): void => {
      const { scroller, looks, first } = latest.current;
      const element = scroller.current;
      if (element === null || (before === null && Math.abs(clientX - startX) < SLIP)) return;
      const { left, right } = element.getBoundingClientRect();
      if (clientX > right - EDGE) element.scrollLeft += EDGE_STEP;
      else if (clientX < left + first + EDGE) element.scrollLeft -= EDGE_STEP;
      before = dropPlace(looks, clientX - left - first + element.scrollLeft);
      setDrop({ id, before });
    };
    window.addEventListener("pointermove", move, { signal });
    window.addEventListener("pointerup", () => end(true), { signal });
    window.addEventListener("pointercancel", () => end(false), { signal });
    window.addEventListener("keydown", ({ key }) => (key === "Escape" ? end(false) : undefined), { signal });
  }, []);
  return { drop, onPointerDown };
}
