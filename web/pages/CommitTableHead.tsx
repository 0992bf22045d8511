// The head of the table: files, names with their goals and the order, little charts of the newest commits.
import { memo, type ReactNode, useMemo } from "react";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { goalWords } from "../cell.ts";
import type { GridCursor } from "../grid-cursor.ts";
import { columnPage } from "../paths.ts";
import type { SortStep } from "../table-view.ts";
import { BY_POSITION, sortPlace } from "../sort-order.ts";
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
import { PageLink } from "./PageLink.tsx";
import { cellId, type DrawnColumns } from "./table-window.ts";
import type { ColumnDrop } from "./use-column-drag.ts";
import type { TableViewActions } from "./use-table-view.ts";

const CHART_WIDTH = 92;
const CHART_HEIGHT = 22;

/** What the head is made of. */
export interface CommitTableHeadProps {
  /** the repository as in the page's address */
  readonly name: string;
  /** absent: the default branch */
  readonly branch: string | undefined;
  readonly looks: readonly ColumnLook[];
  /** values of the little charts by column id, oldest first; none until they have come */
  readonly sparks: Sparks;
  readonly drawn: DrawnColumns;
  readonly first: number;
  readonly cursor: GridCursor | null;
  readonly sort: readonly SortStep[] | undefined;
  readonly sortBy: TableViewActions["sortBy"];
  readonly drop: ColumnDrop | null;
}

/** Values of little charts by column id, oldest first. */
export type Sparks = ReadonlyMap<string, readonly (number | null)[]>;

const NONE: readonly number[] = [];
const POSITION = { id: BY_POSITION, goal: null };

/** Draws the head; it stays in view. */
export const CommitTableHead = memo(function CommitTableHead(props: CommitTableHeadProps): ReactNode {
  const { looks, sparks, drawn, first, cursor, sort, sortBy, drop } = props;
  const groups = useMemo(() => keyGroups(looks.map(({ head }) => head)), [looks]);
  const active = cursor?.row === -1 ? cursor.column : null;
  const start = looks[drawn.from]?.start ?? 0;
  const branches = props.branch === undefined ? {} : { branch: [props.branch] };
  const oldestFirst = sort?.[0]?.column === BY_POSITION && sort[0].order === "asc";
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
      {/* a column is moved by its head: the browser would carry the chart's link away instead */}
      <div role="row" className="grid-names" aria-rowindex={2} onDragStart={(event) => event.preventDefault()}>
        <div
          role="columnheader"
          className={active === 0 ? "grid-corner active" : "grid-corner"}
          id={cellId({ row: -1, column: 0 })}
          aria-colindex={1}
          aria-sort={oldestFirst ? "ascending" : sort === undefined ? "descending" : undefined}
          data-row={-1}
          data-column={0}
        >
          <button type="button" tabIndex={-1} className="head-name" onClick={() => sortBy(POSITION, false)}>
            Commit
            {oldestFirst ? <span aria-hidden="true"> ↑</span> : null}
          </button>
        </div>
        {looks.slice(drawn.from, drawn.to).map((look, offset) => (
          <HeadCell
            key={look.head.id}
            look={look}
            column={drawn.from + offset}
            href={columnPage(props.name, { columns: [look.head.id], ...branches })}
            values={sparks.get(look.head.id) ?? NONE}
            active={active === drawn.from + offset + 1}
            marginLeft={offset === 0 ? start : 0}
            order={sortPlace(sort, look.head.id)?.order ?? null}
            step={sortPlace(sort, look.head.id)?.step ?? null}
            sortBy={sortBy}
            moved={drop?.id === look.head.id}
          />
        ))}
      </div>
      {drop === null ? null : (
        <div
          className="drop"
          aria-hidden="true"
          style={{ left: first + (looks[drop.before]?.start ?? totalWidth(looks)) }}
        />
      )}
    </div>
  );
});

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
  /** of its page */
  readonly href: string;
  readonly values: readonly (number | null)[];
  readonly active: boolean;
  readonly marginLeft: number;
  readonly order: SortStep["order"] | null;
  /** which step of the order it is, where there are several */
  readonly step: number | null;
  readonly sortBy: TableViewActions["sortBy"];
  /** it is being moved */
  readonly moved: boolean;
}

const HeadCell = memo(function HeadCell(props: HeadCellProps): ReactNode {
  const { look, column, href, values, active, marginLeft, order, step, sortBy, moved } = props;
  const { head } = look;
  const goal = goalWords(head);
  const unstable = head.unstable ? "its row is known by its place in the file only" : null;
  const marks = { active, moved };
  const classes = ["grid-name", ...Object.entries(marks).flatMap(([name, isSet]) => (isSet ? [name] : []))];
  return (
    <div
      role="columnheader"
      className={classes.join(" ")}
      id={cellId({ row: -1, column: column + 1 })}
      aria-colindex={column + 2}
      aria-sort={order === null ? undefined : order === "asc" ? "ascending" : "descending"}
      data-row={-1}
      data-column={column + 1}
      style={{ width: look.width, marginLeft }}
      title={[escapeControls(head.id), goal, unstable].filter((part) => part !== null).join("\n")}
    >
      <button type="button" tabIndex={-1} className="head-name" onClick={(event) => sortBy(head, event.shiftKey)}>
        {order === null ? null : (
          <span className="order" aria-hidden="true">
            {order === "asc" ? "↑" : "↓"}
            {step}
          </span>
        )}
        <HeadName look={look} />
        {goal === null ? null : (
          <>
            <span className={head.goalFrom === "confirmed" ? "goal sure" : "goal"} aria-hidden="true">
              {head.goal === "higher" ? "▲" : "▼"}
            </span>
            <span className="unseen">, {goal}</span>
          </>
        )}
      </button>
      <PageLink href={href} tabIndex={-1} className="spark-link" title={`Chart of ${escapeControls(head.id)}`}>
        <Spark values={values} goal={head.goal} width={CHART_WIDTH} height={CHART_HEIGHT} />
        <span className="unseen">Chart</span>
      </PageLink>
    </div>
  );
});

function HeadName({ look }: { look: ColumnLook }): ReactNode {
  return (
    <span className="name">
      <Untrusted text={shorten(look.name, nameLength(look))} className={look.head.unstable ? "unstable" : ""} />
      {look.unit === null ? null : (
        <span className="faint">
          {" "}
          <Untrusted text={look.unit} />
        </span>
      )}
    </span>
  );
}
