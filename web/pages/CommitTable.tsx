// The table itself: commits by columns, virtual in both directions, moved through by keyboard.
import { useRouter } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from "react";
import type { ColumnHead, CommitRow } from "../../src/api/contract/commits.ts";
import { describeCell } from "../cell.ts";
import { type GridCursor, moveCursor } from "../grid-cursor.ts";
import { commitPage } from "../paths.ts";
import { HEAD_HEIGHT, layOut, ROW_HEIGHT, totalWidth } from "../table-layout.ts";
import { CommitTableEnd, type MoreRows } from "./CommitTableEnd.tsx";
import { CommitTableHead } from "./CommitTableHead.tsx";
import { CommitTableRow } from "./CommitTableRow.tsx";
import { useCommitColumnWidth } from "./TableSkeleton.tsx";
import { cellId, revealColumn, useDrawnColumns, useRememberedScroll } from "./table-window.ts";

/** Rows that are drawn above and below the window. */
const OVERSCAN_ROWS = 4;
/** So many rows before the end, more are asked for: less than what a first page has below the window. */
const LOAD_AHEAD_ROWS = 12;

/** What the table is made of. */
export interface CommitTableProps {
  /** the repository as in the page's address */
  readonly name: string;
  /** names the table for people who do not see it */
  readonly label: string;
  readonly columns: readonly ColumnHead[];
  /** the rows that widths and decimals are taken from */
  readonly sample: readonly CommitRow[];
  readonly rows: readonly CommitRow[];
  readonly more: MoreRows;
  readonly replacing: boolean;
  /** older commits are still being imported */
  readonly importing: boolean;
  readonly cursor: GridCursor | null;
  readonly moveTo: (cursor: GridCursor | null) => void;
}

/** Draws the table. */
export function CommitTable(props: CommitTableProps): ReactNode {
  const { name, columns, sample, rows, more, cursor, moveTo } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const router = useRouter();
  const first = useCommitColumnWidth();
  const looks = useMemo(() => layOut(columns, sample), [columns, sample]);
  const drawn = useDrawnColumns(scroller, looks, first);
  const hasEnd = more.hasMore || more.loading || more.failed || props.importing;
  const virtual = useVirtualizer({
    count: rows.length + (hasEnd ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN_ROWS,
    // the head lies in the scrolled area too, and over what is scrolled
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
  });
  const items = virtual.getVirtualItems();
  useRememberedScroll(scroller, router.history.location.href);

  const lastDrawn = items.at(-1)?.index ?? 0;
  const wanted = more.hasMore && !more.loading && !more.failed && lastDrawn >= rows.length - LOAD_AHEAD_ROWS;
  const { load } = more;
  useEffect(() => {
    if (wanted) load();
  }, [wanted, load]);

  const move = (to: GridCursor): void => {
    moveTo(to);
    if (to.row >= 0) virtual.scrollToIndex(to.row);
    revealColumn(scroller.current, looks[to.column - 1], first);
  };
  const keyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget || event.altKey) return;
    const at = cursor ?? { row: 0, column: 0 };
    if (event.key === "Enter" && at.row >= 0) {
      const row = rows[at.row];
      if (row !== undefined) router.history.push(commitPage(name, row.sha));
      return;
    }
    const pageRows = Math.max(1, Math.floor((event.currentTarget.clientHeight - HEAD_HEIGHT) / ROW_HEIGHT) - 1);
    const to = moveCursor(at, event, { rows: rows.length, columns: columns.length + 1, pageRows });
    if (to === null) return;
    event.preventDefault();
    move(to);
  };
  const cursorDrawn =
    cursor !== null &&
    (cursor.row < 0 || items.some(({ index }) => index === cursor.row)) &&
    (cursor.column === 0 || (cursor.column > drawn.from && cursor.column <= drawn.to));

  return (
    // a click chooses the cell that the footer describes; the same is done by keyboard
    <div
      ref={scroller}
      className={props.replacing ? "grid replacing" : "grid"}
      role="grid"
      aria-label={props.label}
      aria-rowcount={more.hasMore || props.importing ? -1 : rows.length + 2}
      aria-colcount={columns.length + 1}
      aria-busy={props.replacing || more.loading}
      aria-activedescendant={cursorDrawn ? cellId(cursor) : undefined}
      tabIndex={0}
      style={{ "--first": `${first}px` } as CSSProperties}
      onKeyDown={keyDown}
      onMouseOver={(event) => describeOnHover(event.target, columns, rows, !props.importing)}
      onFocus={(event) => {
        if (cursor === null && event.target.matches(".grid:focus-visible")) moveTo({ row: 0, column: 0 });
      }}
      onClick={(event) => moveTo(cellOfTarget(event.target) ?? cursor)}
    >
      <CommitTableHead looks={looks} rows={rows} drawn={drawn} first={first} cursor={cursor} />
      <div
        role="rowgroup"
        className="grid-body"
        style={{ height: virtual.getTotalSize(), width: first + totalWidth(looks) }}
      >
        {items.map(({ index, start }) => {
          const row = rows[index];
          return row === undefined ? (
            <CommitTableEnd key="end" top={start - HEAD_HEIGHT} index={index} more={more} importing={props.importing} />
          ) : (
            <CommitTableRow
              key={row.sha}
              name={name}
              row={row}
              looks={looks}
              from={drawn.from}
              to={drawn.to}
              complete={!props.importing}
              index={index}
              top={start - HEAD_HEIGHT}
              active={cursor?.row === index ? cursor.column : null}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Puts the exact values on a cell when the pointer reaches it: to write them all at once would slow scrolling. */
function describeOnHover(
  target: EventTarget,
  columns: readonly ColumnHead[],
  rows: readonly CommitRow[],
  complete: boolean,
): void {
  const cell = target instanceof Element ? target.closest<HTMLElement>(".cell") : null;
  const at = cell === null ? null : cellOfTarget(cell);
  const [row, column] = [rows[at?.row ?? -1], columns[(at?.column ?? 0) - 1]];
  if (cell === null || at === null || row === undefined || column === undefined) return;
  cell.title = describeCell(row, column, at.column - 1, complete);
}

/** @returns the cell that was clicked, or null */
function cellOfTarget(target: EventTarget): GridCursor | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
  const { row, column } = cell?.dataset ?? {};
  return row === undefined || column === undefined ? null : { row: Number(row), column: Number(column) };
}
