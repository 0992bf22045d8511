// Where the keyboard stands in a table, and where a key moves it.

/** A cell. Row -1 is the head; column 0 is the commit, the values begin at 1. */
export interface GridCursor {
  readonly row: number;
  readonly column: number;
}

/** How large the table is: rows without the head, columns with the commit's. `pageRows` is what fits the window. */
export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  readonly pageRows: number;
}

/** A key as the browser names it. */
export interface GridKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/**
 * The movements of the ARIA grid pattern: arrows, Home and End in a row, with Ctrl to the table's corners, and pages.
 * @returns where the key leads, or null when it is no key of the table
 */
export function moveCursor(at: GridCursor, { key, ctrlKey, metaKey }: GridKey, size: GridSize): GridCursor | null {
  const far = ctrlKey || metaKey;
  const [lastRow, lastColumn] = [size.rows - 1, size.columns - 1];
  const to = (row: number, column: number): GridCursor => ({
    row: clamp(row, -1, lastRow),
    column: clamp(column, 0, lastColumn),
  });
  switch (key) {
    case "ArrowUp":
      return to(far ? -1 : at.row - 1, at.column);
    case "ArrowDown":
      return to(far ? lastRow : at.row + 1, at.column);
    case "ArrowLeft":
      return to(at.row, far ? 0 : at.column - 1);
    case "ArrowRight":
      return to(at.row, far ? lastColumn : at.column + 1);
    case "Home":
      return to(far ? 0 : at.row, 0);
    case "End":
      return to(far ? lastRow : at.row, lastColumn);
    case "PageUp":
      return to(Math.max(0, at.row - size.pageRows), at.column);
    case "PageDown":
      return to(at.row + size.pageRows, at.column);
    default:
      return null;
  }
}
