// What of the table is inside the window: which columns are drawn, where it was scrolled to.
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { GridCursor } from "../grid-cursor.ts";
import { type ColumnLook, drawnColumns } from "../table-layout.ts";

/** A run of columns: from the first drawn to the one after the last. */
export interface DrawnColumns {
  readonly from: number;
  readonly to: number;
}

/** @returns the id of a cell's element, by which the table says where the keyboard stands */
export function cellId({ row, column }: GridCursor): string {
  return `cell-${row}-${column}`;
}

/**
 * Follows the scrolling and the size of the table sideways.
 * @param first width of the commit's column, which stays in view
 */
export function useDrawnColumns(
  scroller: RefObject<HTMLElement | null>,
  looks: readonly ColumnLook[],
  first: number,
): DrawnColumns {
  const [window, setWindow] = useState(() => ({ left: 0, width: globalThis.innerWidth }));
  const { from, to } = drawnColumns(looks, window);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const next = { left: element.scrollLeft, width: element.clientWidth - first };
      setWindow((before) => {
        const [old, now] = [drawnColumns(looks, before), drawnColumns(looks, next)];
        return old.from === now.from && old.to === now.to ? before : next;
      });
    };
    measure();
    element.addEventListener("scroll", measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", measure);
      observer.disconnect();
    };
  }, [scroller, looks, first]);
  return { from, to };
}

/** Scrolls sideways just as far as a column needs to be seen whole, beside the commit's column. */
export function revealColumn(element: HTMLElement | null, look: ColumnLook | undefined, first: number): void {
  if (element === null || look === undefined) return;
  const width = element.clientWidth - first;
  if (look.start < element.scrollLeft) element.scrollLeft = look.start;
  else if (look.start + look.width > element.scrollLeft + width) element.scrollLeft = look.start + look.width - width;
}

/** Where tables were left, by the address of their page. */
const left = new Map<string, { readonly top: number; readonly left: number }>();

/** Forgets where the table of an address was left: who goes there by a choice, and not back, begins at its top. */
export function forgetScroll(address: string): void {
  left.delete(address);
}

/**
 * Puts the table back to where it was when its page was left: back from a commit, one stands at that commit.
 * @param rows names the rows: with other ones the table begins at its top, with the same ones it stays where it is
 */
export function useRememberedScroll(scroller: RefObject<HTMLElement | null>, address: string, rows: string): void {
  const rowsBefore = useRef(rows);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const before = left.get(address);
    if (before !== undefined) element.scrollTo(before.left, before.top);
    else if (rowsBefore.current !== rows) element.scrollTo(element.scrollLeft, 0);
    rowsBefore.current = rows;
    const remember = (): void => {
      left.set(address, { top: element.scrollTop, left: element.scrollLeft });
    };
    remember();
    element.addEventListener("scroll", remember, { passive: true });
    return () => element.removeEventListener("scroll", remember);
  }, [scroller, address, rows]);
}
