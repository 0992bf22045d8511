// The bar above a chart: which branches, which columns, which commits, drawn in which way, and what can be taken away.
import { memo, type ReactNode, type RefObject } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import type { Series } from "../../src/api/contract/series.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import type { ChartChoice, ChartLine } from "../charts/chart-lines.ts";
import { lastDays } from "../charts/zoom.ts";
import { type ColumnView, isZoomed, MAX_CHART_COLUMNS, stretchWords } from "../column-view.ts";
import { Popover } from "../ui/Popover.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { BranchBoxes } from "./BranchBoxes.tsx";
import { CatalogueColumns } from "./CatalogueColumns.tsx";
import { ChartMenu } from "./ChartMenu.tsx";
import { BarEnd } from "./importing.tsx";
import { RangeForm } from "./RangeForm.tsx";
import type { ColumnViewActions } from "./use-column-view.ts";

/** What the bar is made of. */
export interface ColumnBarProps {
  /** the repository as in the page's address */
  readonly name: string;
  readonly repository: Repository;
  readonly view: ColumnView;
  /** ids and patterns: those of the address, or the page's own choice */
  readonly columns: readonly string[];
  readonly series: Series;
  /** lines over the whole history, where `series` is a stretch of it */
  readonly whole: Series;
  readonly actions: ColumnViewActions;
  readonly lines: readonly ChartLine[];
  readonly choice: ChartChoice;
  /** holds the pictures that are saved */
  readonly board: RefObject<HTMLElement | null>;
}

/** Days and commits of the shortcuts. */
const DAYS = 90;
const NEWEST = 200;

/** Draws the bar. It does not change while a pointer moves over the chart. */
export const ColumnBar = memo(function ColumnBar(props: ColumnBarProps): ReactNode {
  const { name, repository, view, columns, series, lines, choice, actions, board } = props;
  const branches = [...new Set(series.lines.map(({ branch }) => branch))];
  const shown = [...new Map(series.lines.map(({ column }) => [column.id, column])).values()];
  return (
    <div className="bar column-bar">
      <Popover
        label="Choose branches"
        className="picker"
        panelClassName="panel"
        button={
          <>
            <span className="unseen">Branches </span>
            {branches.length > 1 ? (
              `${branches.length} branches`
            ) : (
              <Untrusted text={branches[0] ?? repository.defaultBranch ?? "no branch"} />
            )}{" "}
            <span aria-hidden="true">▾</span>
          </>
        }
      >
        {() => <BranchBoxes repository={name} shown={branches} choose={actions.chooseBranches} />}
      </Popover>
      <Popover
        label="Choose columns"
        className="picker"
        panelClassName="panel"
        shortcut="/"
        title="Choose columns: press /"
        button={
          <>
            {shown.length === 1 ? (
              <code>
                <Untrusted text={shown[0]?.id ?? ""} />
              </code>
            ) : (
              `${shown.length} columns`
            )}{" "}
            <span aria-hidden="true">▾</span>
          </>
        }
      >
        {() => (
          <div className="columns">
            <CatalogueColumns
              repository={name}
              shown={columns}
              choose={(chosen) => actions.chooseColumns(chosen === null ? null : chosen.slice(0, MAX_CHART_COLUMNS))}
            />
          </div>
        )}
      </Popover>
      <BarEnd repository={repository} />
      <span className="grow" />
      <Range {...props} />
      <Ways {...props} />
      <ChartMenu
        name={name}
        lines={lines}
        choice={choice}
        view={view}
        columns={shown.map(({ id }) => id)}
        board={board}
      />
    </div>
  );
});

/** Which commits: all of them, the last ones, or from one to another. */
function Range({ name, view, whole, actions }: ColumnBarProps): ReactNode {
  const points = whole.lines.flatMap((line) =>
    line.points.map(([ordinal, at], index) => ({ ordinal, at, sha: line.shas[index] ?? "" })),
  );
  const branches = [...new Set(whole.lines.map(({ branch }) => branch))];
  const total = Math.max(0, ...whole.lines.map((line) => line.total));
  const recent = lastDays(points, DAYS);
  const isRecent = recent !== null && view.from === recent.from && view.to === undefined && view.from !== undefined;
  const isNewest = view.newest === NEWEST && view.from === undefined && view.to === undefined;
  const between = isZoomed(view) && !isRecent && !isNewest;
  return (
    <>
      <div className="segments" role="group" aria-label="Commits">
        <button
          type="button"
          aria-pressed={!isZoomed(view)}
          title={
            branches.length === 1
              ? `All commits of ${escapeControls(branches[0] ?? "")}`
              : "All commits of the longest line"
          }
          onClick={() => actions.stretch({})}
        >
          All {total === 0 ? "" : total.toLocaleString("en-US")}
        </button>
        <button
          type="button"
          aria-pressed={isRecent}
          disabled={recent === null}
          onClick={() => (recent === null ? undefined : actions.stretch(recent))}
        >
          {DAYS} days
        </button>
        <button type="button" aria-pressed={isNewest} onClick={() => actions.stretch({ newest: NEWEST })}>
          {NEWEST} commits
        </button>
      </div>
      <Popover
        label="From one commit to another"
        panelClassName="panel"
        align="end"
        className={between ? "pressed" : ""}
        title="From one commit to another"
        button={between ? <RangeWords view={view} /> : "From … to …"}
      >
        {(close) => <RangeForm name={name} view={view} actions={actions} close={close} />}
      </Popover>
    </>
  );
}

/** The range that holds, beginning as a sentence does. */
function RangeWords({ view }: { view: ColumnView }): ReactNode {
  const words = stretchWords(view);
  return (
    <span className="range-words">
      <Untrusted text={words.slice(0, 1).toUpperCase() + words.slice(1)} />
    </span>
  );
}

/** How the lines are drawn. */
function Ways({ view, actions }: ColumnBarProps): ReactNode {
  return (
    <>
      <div className="segments" role="group" aria-label="Axis of commits">
        <button
          type="button"
          aria-pressed={view.by === undefined}
          onClick={() => (view.by === undefined ? undefined : actions.toggle("by"))}
        >
          By commit
        </button>
        <button
          type="button"
          aria-pressed={view.by === "date"}
          onClick={() => (view.by === "date" ? undefined : actions.toggle("by"))}
        >
          By date
        </button>
      </div>
      <div className="segments" role="group" aria-label="Axis of values">
        <button type="button" aria-pressed={view.scale === "log"} onClick={() => actions.toggle("scale")}>
          Log
        </button>
        <button type="button" aria-pressed={view.zero === true} onClick={() => actions.toggle("zero")}>
          From zero
        </button>
        <button
          type="button"
          aria-pressed={view.relative === true}
          title="Each line relative to its first point"
          onClick={() => actions.toggle("relative")}
        >
          Relative
        </button>
      </div>
    </>
  );
}
