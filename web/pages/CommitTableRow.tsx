// One row of the table: the commit, then its values with their changes.
import { memo, type ReactNode } from "react";
import type { CommitRow } from "../../src/api/contract/commits.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { cellLines, cellOf, SHORT_SHA } from "../cell.ts";
import { FULL_CHOICE } from "../chosen-commits.ts";
import { commitPage } from "../paths.ts";
import type { ColumnLook } from "../table-layout.ts";
import { ago, count, writtenTime } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { NoBranch } from "./NoBranch.tsx";
import { PageLink } from "./PageLink.tsx";
import { cellId } from "./table-window.ts";
import { WarningList } from "./WarningList.tsx";

/** What a row is made of: plain values, so that a row that did not change is not drawn anew. */
export interface CommitTableRowProps {
  /** the repository as in the page's address */
  readonly name: string;
  readonly row: CommitRow;
  readonly looks: readonly ColumnLook[];
  /** the first column drawn, and the one after the last */
  readonly from: number;
  readonly to: number;
  /** all commits can be read: the best is known */
  readonly complete: boolean;
  readonly index: number;
  /** where it stands, in pixels */
  readonly top: number;
  /** the column where the keyboard stands, if in this row */
  readonly active: number | null;
  /** cells show the change instead of the value */
  readonly delta: boolean;
  /** chosen to be compared */
  readonly selected: boolean;
  /** no further commit can be chosen */
  readonly full: boolean;
  /** the commit that every row is compared with */
  readonly pinned: boolean;
  /** came in while the page was open */
  readonly fresh: boolean;
  readonly select: (sha: string) => void;
}

/** Draws the row. */
export const CommitTableRow = memo(function CommitTableRow(props: CommitTableRowProps): ReactNode {
  const { row, looks, from, to, complete, index, top, active, delta, selected, full, pinned } = props;
  return (
    <div
      role="row"
      className={`grid-row${pinned ? " pinned" : ""}${props.fresh ? " fresh" : ""}`}
      aria-rowindex={index + 3}
      aria-selected={selected}
      style={{ top }}
    >
      <div
        role="rowheader"
        className={active === 0 ? "commit active" : "commit"}
        id={cellId({ row: index, column: 0 })}
        aria-colindex={1}
        data-row={index}
        data-column={0}
      >
        <label className="choose" title={full && !selected ? FULL_CHOICE : undefined}>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Choose ${row.sha.slice(0, SHORT_SHA)} to compare`}
            checked={selected}
            disabled={full && !selected}
            onChange={() => props.select(row.sha)}
          />
        </label>
        <CommitCell name={props.name} row={row} pinned={pinned} fresh={props.fresh} />
      </div>
      {looks.slice(from, to).map((look, offset) => (
        <ValueCell
          key={look.head.id}
          row={row}
          look={look}
          complete={complete}
          delta={delta}
          index={index}
          column={from + offset}
          active={active === from + offset + 1}
          marginLeft={offset === 0 ? look.start : 0}
        />
      ))}
    </div>
  );
});

function CommitCell({
  name,
  row,
  pinned,
  fresh,
}: Pick<CommitTableRowProps, "name" | "row" | "pinned" | "fresh">): ReactNode {
  return (
    <>
      <PageLink href={commitPage(name, row.sha)} tabIndex={-1} className="commit-link">
        <span className="subject" title={escapeControls(row.subject)}>
          {row.subject === "" ? <i className="dim">no message</i> : <Untrusted text={row.subject} />}
        </span>
        <code>{row.sha.slice(0, SHORT_SHA)}</code>
      </PageLink>
      <span className="by">
        <span className="author">
          <Untrusted text={row.author.name} /> ·{" "}
        </span>
        <Age time={row.committedAt} />
        {pinned ? <b className="pin"> · baseline</b> : null}
        {fresh ? <b className="pin"> · new</b> : null}
        {row.removed.length === 0 ? null : <Removed paths={row.removed} />}
        {row.unreachableSince === undefined ? null : (
          <>
            {" "}
            · <NoBranch since={row.unreachableSince} />
          </>
        )}
      </span>
      {row.warnings.length === 0 ? null : <WarningMark row={row} />}
    </>
  );
}

/** The files that the commit removed: their columns may not be among those shown. */
function Removed({ paths }: { paths: readonly string[] }): ReactNode {
  const files = count(paths.length, "file");
  return (
    <span className="removed" title={["Removed by this commit:", ...paths.map(escapeControls)].join("\n")}>
      <span className="wide"> · removed {paths.length === 1 ? <Untrusted text={paths[0] ?? ""} /> : files}</span>
      <span className="slim"> · −{files}</span>
    </span>
  );
}

function Age({ time }: { time: string }): ReactNode {
  return (
    <time dateTime={time} title={writtenTime(time)}>
      {ago(time, useNow())}
    </time>
  );
}

function WarningMark({ row }: { row: CommitRow }): ReactNode {
  const label = `${count(row.warnings.length, "problem")} of commit ${row.sha.slice(0, SHORT_SHA)}`;
  return (
    <Popover
      label={label}
      picture
      className="warn"
      title={row.warnings.map(({ message }) => escapeControls(message)).join("\n")}
      button="!"
    >
      {() => <WarningList warnings={row.warnings} />}
    </Popover>
  );
}

interface ValueCellProps {
  readonly row: CommitRow;
  readonly look: ColumnLook;
  readonly complete: boolean;
  readonly delta: boolean;
  readonly index: number;
  readonly column: number;
  readonly active: boolean;
  readonly marginLeft: number;
}

// scrolled sideways, a row draws the cells that come into view and none of the others
const ValueCell = memo(function ValueCell(props: ValueCellProps): ReactNode {
  const { row, look, complete, delta, index, column, active, marginLeft } = props;
  const cell = cellOf(row, look.head, look.place, look.decimals, complete);
  const { first, second } = cellLines(cell, delta);
  const { direction, same, gone, record } = cell;
  const marks = { same, gone, record, active };
  const classes = ["cell", ...Object.entries(marks).flatMap(([name, isSet]) => (isSet ? [name] : []))];
  const judged = direction === "better" || direction === "worse";
  return (
    <div
      role="gridcell"
      className={classes.join(" ")}
      id={cellId({ row: index, column: column + 1 })}
      aria-colindex={column + 2}
      data-row={index}
      data-column={column + 1}
      style={{ width: look.width, marginLeft }}
    >
      <bdi className={delta && !gone ? `value ${direction}` : "value"}>{first}</bdi>
      {second === "" ? null : <bdi className={`change ${direction}`}>{second}</bdi>}
      {judged ? <span className="unseen"> {direction}</span> : null}
      {record ? <span className="unseen"> best so far</span> : null}
    </div>
  );
});
