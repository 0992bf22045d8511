// The head of the table: files, names with their goals, little charts of the rows loaded.
import { memo, type ReactNode, useMemo } from "react";
import type { CommitRow } from "../../src/api/contract/commits.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { numberOf } from "../../src/domain/value.ts";
import { goalWords, valueOf } from "../cell.ts";
import type { GridCursor } from "../grid-cursor.ts";
import {
  type ColumnLook,
  GROUP_LETTER_WIDTH,
  type KeyGroup,
  keyGroups,
  nameLength,
  shorten,
  totalWidth,
} from "../table-layout.ts";
import { Spark } from "../ui/Spark.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { cellId, type DrawnColumns } from "./table-window.ts";

/** Rows of a little chart: what is known of the newest commits, and no more than its pixels can tell apart. */
const CHART_ROWS = 200;
const CHART_WIDTH = 92;
const CHART_HEIGHT = 22;

/** What the head is made of. */
export interface CommitTableHeadProps {
  readonly looks: readonly ColumnLook[];
  readonly rows: readonly CommitRow[];
  readonly drawn: DrawnColumns;
  readonly first: number;
  readonly cursor: GridCursor | null;
}

/** Draws the head; it stays in view. */
export function CommitTableHead({ looks, rows, drawn, first, cursor }: CommitTableHeadProps): ReactNode {
  const groups = useMemo(() => keyGroups(looks.map(({ head }) => head)), [looks]);
  const newest = useMemo(() => rows.slice(0, CHART_ROWS), [rows]);
  const active = cursor?.row === -1 ? cursor.column : null;
  const start = looks[drawn.from]?.start ?? 0;
  return (
    <div role="rowgroup" className="grid-head" style={{ width: first + totalWidth(looks) }}>
      <div role="row" className="grid-files" aria-rowindex={1}>
        <div role="columnheader" className="grid-corner" aria-colindex={1}>
          <span className="unseen">File</span>
        </div>
        {groups
          .filter(({ from, to }) => to > drawn.from && from < drawn.to)
          .map((group, index) => (
            <GroupCell
              key={`${group.path} ${group.from}`}
              group={group}
              from={Math.max(group.from, drawn.from)}
              to={Math.min(group.to, drawn.to)}
              looks={looks}
              marginLeft={index === 0 ? start : 0}
              first={index === 0}
            />
          ))}
      </div>
      <div role="row" className="grid-names" aria-rowindex={2}>
        <div
          role="columnheader"
          className={active === 0 ? "grid-corner active" : "grid-corner"}
          id={cellId({ row: -1, column: 0 })}
          aria-colindex={1}
          data-row={-1}
          data-column={0}
        >
          Commit
        </div>
        {looks.slice(drawn.from, drawn.to).map((look, offset) => (
          <HeadCell
            key={look.head.id}
            look={look}
            column={drawn.from + offset}
            rows={newest}
            active={active === drawn.from + offset + 1}
            marginLeft={offset === 0 ? start : 0}
          />
        ))}
      </div>
    </div>
  );
}

interface GroupCellProps {
  readonly group: KeyGroup;
  /** the part of it that is drawn */
  readonly from: number;
  readonly to: number;
  readonly looks: readonly ColumnLook[];
  readonly marginLeft: number;
  /** the first one drawn names its file, whatever stands before it */
  readonly first: boolean;
}

function GroupCell({ group, from, to, looks, marginLeft, first }: GroupCellProps): ReactNode {
  const { path, parent } = group;
  const width = widthOf(looks, from, to);
  const room = Math.floor((width - 28) / GROUP_LETTER_WIDTH);
  const named = group.firstOfFile || first;
  const file = named ? shorten(path, Math.max(6, parent === "" ? room : room - parent.length - 1)) : "";
  return (
    <div
      role="columnheader"
      className={group.firstOfFile ? "grid-file begins" : "grid-file"}
      aria-colindex={from + 2}
      aria-colspan={to - from}
      style={{ width, marginLeft }}
    >
      <span title={escapeControls(parent === "" ? path : `${path}\n${parent}`)}>
        {named ? <Untrusted text={file} /> : <span className="unseen">{escapeControls(path)}</span>}
        {parent === "" ? null : (
          <>
            {" "}
            <Untrusted text={shorten(parent, Math.max(6, room - file.length))} className="parent" />
          </>
        )}
      </span>
    </div>
  );
}

function widthOf(looks: readonly ColumnLook[], from: number, to: number): number {
  return totalWidth(looks.slice(0, to)) - totalWidth(looks.slice(0, from));
}

interface HeadCellProps {
  readonly look: ColumnLook;
  /** its index among all columns */
  readonly column: number;
  readonly rows: readonly CommitRow[];
  readonly active: boolean;
  readonly marginLeft: number;
}

const HeadCell = memo(function HeadCell({ look, column, rows, active, marginLeft }: HeadCellProps): ReactNode {
  const { head } = look;
  const values = useMemo(
    () => rows.map((row) => finite(numberOf(valueOf(row.values[column], head.kind)))).toReversed(),
    [rows, column, head.kind],
  );
  const goal = goalWords(head);
  const unstable = head.unstable ? "its row is known by its place in the file only" : null;
  return (
    <div
      role="columnheader"
      className={active ? "grid-name active" : "grid-name"}
      id={cellId({ row: -1, column: column + 1 })}
      aria-colindex={column + 2}
      data-row={-1}
      data-column={column + 1}
      style={{ width: look.width, marginLeft }}
      title={[escapeControls(head.id), goal, unstable].filter((part) => part !== null).join("\n")}
    >
      <span className="name">
        <Untrusted text={shorten(look.name, nameLength(look))} className={head.unstable ? "unstable" : ""} />
        {look.unit === null ? null : (
          <span className="faint">
            {" "}
            <Untrusted text={look.unit} />
          </span>
        )}
        {goal === null ? null : (
          <>
            <span className={head.goalFrom === "confirmed" ? "goal sure" : "goal"} aria-hidden="true">
              {head.goal === "higher" ? "▲" : "▼"}
            </span>
            <span className="unseen">, {goal}</span>
          </>
        )}
      </span>
      <Spark values={values} goal={head.goal} width={CHART_WIDTH} height={CHART_HEIGHT} />
    </div>
  );
});

function finite(number: number | null): number | null {
  return number !== null && Number.isFinite(number) ? number : null;
}
