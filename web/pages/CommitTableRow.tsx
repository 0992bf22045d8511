// One row of the table: the commit, then its values with their changes.
import { memo, type ReactNode } from "react";
import type { CommitRow } from "../../src/api/contract/commits.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { cellOf, SHORT_SHA } from "../cell.ts";
import { commitPage } from "../paths.ts";
import type { ColumnLook } from "../table-layout.ts";
import { ago, count, writtenTime } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
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
}

/** Draws the row. */
export const CommitTableRow = memo(function CommitTableRow(props: CommitTableRowProps): ReactNode {
  const { name, row, looks, from, to, complete, index, top, active } = props;
  return (
    <div role="row" className="grid-row" aria-rowindex={index + 3} style={{ top }}>
      <div
        role="rowheader"
        className={active === 0 ? "commit active" : "commit"}
        id={cellId({ row: index, column: 0 })}
        aria-colindex={1}
        data-row={index}
        data-column={0}
      >
        <CommitCell name={name} row={row} />
      </div>
      {looks.slice(from, to).map((look, offset) => (
        <ValueCell
          key={look.head.id}
          row={row}
          look={look}
          complete={complete}
          index={index}
          column={from + offset}
          active={active === from + offset + 1}
          marginLeft={offset === 0 ? look.start : 0}
        />
      ))}
    </div>
  );
});

function CommitCell({ name, row }: { name: string; row: CommitRow }): ReactNode {
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
        {row.removed.length === 0 ? null : <Removed paths={row.removed} />}
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
  readonly index: number;
  readonly column: number;
  readonly active: boolean;
  readonly marginLeft: number;
}

function ValueCell({ row, look, complete, index, column, active, marginLeft }: ValueCellProps): ReactNode {
  const { text, change, direction, same, gone, record } = cellOf(row, look.head, column, look.decimals, complete);
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
      <bdi className="value">{text}</bdi>
      {change === "" ? null : (
        <bdi className={`change ${direction}`}>
          {change}
          {judged ? <span className="unseen"> {direction}</span> : null}
        </bdi>
      )}
      {record ? <span className="unseen"> best so far</span> : null}
    </div>
  );
}
