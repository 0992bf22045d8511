// Scrolls a table from inside its page. Both functions are sent to the browser as they are.

/** How a table is scrolled: pixels a frame, and down to which row. */
export interface Scroll {
  readonly step: number;
  readonly rows: number;
}

/** Scrolls down until the last row is drawn, loading what comes on the way. @returns that row, counted from 1 */
export function scrollDown({ step, rows }: Scroll): Promise<number> {
  const grid = document.querySelector<HTMLElement>(".grid");
  if (grid === null) throw new Error("there is no table");
  const lastRow = (): number => {
    const drawn = Array.from(grid.querySelectorAll(".grid-row:not(.end)"));
    // the head has the first two
    return Math.max(...drawn.map((row) => Number(row.getAttribute("aria-rowindex")) - 2));
  };
  return new Promise((resolve) => {
    const frame = (): void => {
      grid.scrollTop += step;
      const atEnd = grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1;
      if (atEnd && lastRow() >= rows) resolve(lastRow());
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

/** Scrolls to the last column and back. */
export function scrollAcross({ step }: Pick<Scroll, "step">): Promise<void> {
  const grid = document.querySelector<HTMLElement>(".grid");
  if (grid === null) throw new Error("there is no table");
  return new Promise((resolve) => {
    let way = step;
    const frame = (): void => {
      grid.scrollLeft += way;
      if (grid.scrollLeft + grid.clientWidth >= grid.scrollWidth - 1) way = -step;
      if (way < 0 && grid.scrollLeft === 0) resolve();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}
