// The table itself: commits by columns, virtual in both directions, moved through by keyboard.
import { useRouter } from "@tanstack/react-router";
import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, type ReactNode, type RefObject, useEffect, useMemo } from "react";
import type { CommitRow } from "../../src/api/contract/commits.ts";
import { describeCell } from "../cell.ts";
import { isFull } from "../chosen-commits.ts";
import { type GridCursor, moveCursor } from "../grid-cursor.ts";
import type { TableView } from "../table-view.ts";
import type { ShownColumn } from "../shown-columns.ts";
import { type TableAction, tableAction } from "../table-keys.ts";
import { type ColumnLook, HEAD_HEIGHT, layOut, ROW_HEIGHT, totalWidth } from "../table-layout.ts";
import { CommitTableEnd, type MoreRows } from "./CommitTableEnd.tsx";
import { CommitTableHead, type Sparks } from "./CommitTableHead.tsx";
import { CommitTableRow } from "./CommitTableRow.tsx";
import { useCommitColumnWidth } from "./TableSkeleton.tsx";
import { cellId, type DrawnColumns, revealColumn, useDrawnColumns, useRememberedScroll } from "./table-window.ts";
import { type ColumnDrop, useColumnDrag } from "./use-column-drag.ts";
import type { TableViewActions } from "./use-table-view.ts";

/** Rows that are drawn above and below the window. */
const OVERSCAN_ROWS = 4;
/** What is missing is said in a sentence, which has three lines on a telephone. */
const MISSING_HEIGHT = 2 * ROW_HEIGHT;
/** So many rows before the end, more are asked for: less than what a first page has below the window. */
const LOAD_AHEAD_ROWS = 12;

/** What the table is made of. */
export interface CommitTableProps {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** the repository as in the page's address */
  readonly name: string;
  /** names the table for people who do not see it */
  readonly label: string;
  readonly columns: readonly ShownColumn[];
  /** the rows that widths and decimals are taken from */
  readonly sample: readonly CommitRow[];
  readonly rows: readonly CommitRow[];
  /** ids of rows that came in while the page was open */
  readonly fresh: ReadonlySet<string>;
  /** changes when other rows are asked for */
  readonly rowsName: string;
  readonly more: MoreRows;
  readonly replacing: boolean;
  /** older commits are still being imported */
  readonly importing: boolean;
  readonly cursor: GridCursor | null;
  readonly moveTo: (cursor: GridCursor | null) => void;
  readonly view: TableView;
  readonly sparks: Sparks;
  readonly actions: TableViewActions;
  /** does what a key asks for; @returns where the keyboard stands then, if elsewhere */
  readonly act: (action: TableAction, at: GridCursor) => GridCursor | null;
  readonly place: (drop: ColumnDrop) => void;
  /** no commit matches: said in the table's place */
  readonly empty: ReactNode;
}

/** Draws the table. */
export function CommitTable(props: CommitTableProps): ReactNode {
  const { scroller, columns, sample, rows, more, cursor, moveTo, view, actions } = props;
  const router = useRouter();
  const first = useCommitColumnWidth();
  const looks = useMemo(() => layOut(columns, sample, first), [columns, sample, first]);
  const drawn = useDrawnColumns(scroller, looks, first);
  const hasEnd = more.hasMore || more.loading || more.failed || more.missing !== null || props.importing;
  const virtual = useVirtualizer({
    count: rows.length + (hasEnd ? 1 : 0),
    getScrollElement: () => scroller.current,
    // its place is the same while older rows are asked for once more
    estimateSize: (index) => (index === rows.length && more.missing !== null ? MISSING_HEIGHT : ROW_HEIGHT),
    overscan: OVERSCAN_ROWS,
    // the head lies in the scrolled area too, and over what is scrolled
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
  });
  const items = virtual.getVirtualItems();
  useRememberedScroll(scroller, router.history.location.href, props.rowsName);
  const { drop, onPointerDown } = useColumnDrag({ scroller, looks, first, place: props.place });

  const lastDrawn = items.at(-1)?.index ?? 0;
  const isTold = more.failed || more.missing !== null;
  const wanted = more.hasMore && !more.loading && !isTold && lastDrawn >= rows.length - LOAD_AHEAD_ROWS;
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
    const action = tableAction(event, at.row);
    // what is marked with the mouse is copied by the browser
    if (action?.kind === "copy-value" && document.getSelection()?.isCollapsed === false) return;
    const pageRows = Math.max(1, Math.floor((event.currentTarget.clientHeight - HEAD_HEIGHT) / ROW_HEIGHT) - 1);
    const size = { rows: rows.length, columns: columns.length + 1, pageRows };
    const to = action === null ? moveCursor(at, event, size) : props.act(action, at);
    if (action === null && to === null) return;
    event.preventDefault();
    if (to !== null) move(to);
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
      aria-multiselectable="true"
      aria-activedescendant={cursorDrawn ? cellId(cursor) : undefined}
      tabIndex={0}
      style={{ "--first": `${first}px` } as CSSProperties}
      onKeyDown={keyDown}
      onMouseOver={(event) => describeOnHover(event.target, columns, rows, !props.importing)}
      onFocus={(event) => {
        if (cursor === null && event.target.matches(".grid:focus-visible")) moveTo({ row: 0, column: 0 });
      }}
      onPointerDown={onPointerDown}
      onClick={(event) => {
        const at = cellOfTarget(event.target);
        if (at === null) return;
        moveTo(at);
        // the keys of the table go on from there; a popover of a row keeps its focus
        if (event.target instanceof Element && event.target.closest("a, .warn, .popover") === null)
          event.currentTarget.focus({ preventScroll: true });
      }}
    >
      <CommitTableHead
        name={props.name}
        branch={view.branch}
        looks={looks}
        sparks={props.sparks}
        drawn={drawn}
        first={first}
        cursor={cursor}
        sort={view.sort}
        sortBy={actions.sortBy}
        drop={drop}
      />
      {rows.length > 0 || props.empty === null ? null : <EmptyRow>{props.empty}</EmptyRow>}
      <TableBody
        {...props}
        items={items}
        height={virtual.getTotalSize()}
        looks={looks}
        drawn={drawn}
        width={first + totalWidth(looks)}
      />
    </div>
  );
}

/** Stands in the place of the rows. */
function EmptyRow({ children }: { children: ReactNode }): ReactNode {
  return (
    <div role="rowgroup">
      <div role="row">
        <div role="gridcell" className="grid-empty">
          {children}
        </div>
      </div>
    </div>
  );
}

interface TableBodyProps extends CommitTableProps {
  readonly items: readonly VirtualItem[];
  readonly height: number;
  readonly width: number;
  readonly looks: readonly ColumnLook[];
  readonly drawn: DrawnColumns;
}

/** The rows inside the window, and the end of the table. */
function TableBody(props: TableBodyProps): ReactNode {
  const { name, rows, more, importing, cursor, view, items, height, width, looks, drawn } = props;
  return (
    <div role="rowgroup" className="grid-body" style={{ height, width }}>
      {items.map(({ index, start }) => {
        const row = rows[index];
        return row === undefined ? (
          <CommitTableEnd key="end" top={start - HEAD_HEIGHT} index={index} more={more} importing={importing} />
        ) : (
          <CommitTableRow
            key={row.sha}
            name={name}
            row={row}
            looks={looks}
            from={drawn.from}
            to={drawn.to}
            complete={!importing}
            index={index}
            top={start - HEAD_HEIGHT}
            active={cursor?.row === index ? cursor.column : null}
            delta={view.delta === true}
            selected={view.selected?.includes(row.sha) === true}
            full={isFull(view.selected)}
            pinned={view.baseline !== undefined && row.sha.startsWith(view.baseline)}
            fresh={props.fresh.has(row.sha)}
            select={props.actions.select}
          />
        );
      })}
    </div>
  );
}

/** Puts the exact values on a cell when the pointer reaches it: to write them all at once would slow scrolling. */
function describeOnHover(
  target: EventTarget,
  columns: readonly ShownColumn[],
  rows: readonly CommitRow[],
  complete: boolean,
): void {
  const cell = target instanceof Element ? target.closest<HTMLElement>(".cell") : null;
  const at = cell === null ? null : cellOfTarget(cell);
  const [row, column] = [rows[at?.row ?? -1], columns[(at?.column ?? 0) - 1]];
  if (cell === null || at === null || row === undefined || column === undefined) return;
  cell.title = describeCell(row, column.head, column.place, complete);
}

/** @returns the cell that was clicked, or null */
function cellOfTarget(target: EventTarget): GridCursor | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
  const { row, column } = cell?.dataset ?? {};
  return row === undefined || column === undefined ? null : { row: Number(row), column: Number(column) };
}
