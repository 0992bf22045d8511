// A chart with what stands around it: the bar above, the commits beside, what is known of its columns below.
import { useQuery } from "@tanstack/react-query";
import { type CSSProperties, type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import type { CommitRow } from "../../src/api/contract/commits.ts";
import type { Series } from "../../src/api/contract/series.ts";
import { exactText, formatValue } from "../../src/domain/format-value.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { SHORT_SHA } from "../cell.ts";
import { Chart } from "../charts/Chart.tsx";
import {
  type ChartChoice,
  type ChartLine,
  type ChartPoint,
  chartPanels,
  isThinned,
  lineNames,
} from "../charts/chart-lines.ts";
import { largestChanges, outstanding } from "../charts/largest-changes.ts";
import { pointAt } from "../charts/moves.ts";
import type { PointPlace } from "../charts/plot-shape.ts";
import { dayText } from "../charts/time-ticks.ts";
import { stretchOf, zoomedBy } from "../charts/zoom.ts";
import type { ColumnView } from "../column-view.ts";
import { pointQuery } from "../history-queries.ts";
import { commitPage } from "../paths.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useSettled } from "../ui/use-settled.ts";
import { ActiveCommit } from "./ActiveCommit.tsx";
import { ChartLegend } from "./ChartLegend.tsx";
import { ColumnBar, type ColumnBarProps } from "./ColumnBar.tsx";
import { ColumnCommits } from "./ColumnCommits.tsx";
import { ColumnHeadline } from "./ColumnHeadline.tsx";
import { ColumnHistory } from "./ColumnHistory.tsx";
import { NoticeStrips } from "./importing.tsx";
import { useGoTo } from "./PageLink.tsx";
import { useColumnView } from "./use-column-view.ts";

/** What the board is made of. */
export interface ColumnBoardProps extends Omit<ColumnBarProps, "actions" | "lines" | "choice" | "board"> {
  readonly busy: boolean;
  readonly strips: ReactNode;
}

/** Largest changes that are listed, and of them those marked in the chart. */
const LISTED_CHANGES = 6;
const MARKED_CHANGES = 3;
/** Pause after which the commit of the active point is looked up, in milliseconds. */
const POINT_PAUSE_MS = 120;

function choiceOf({ by, scale, zero, relative }: ColumnView): ChartChoice {
  return { by: by ?? "commit", log: scale === "log", zero: zero === true, relative: relative === true };
}

/** Columns that the table beside the picture has room for; the others scroll. Widths in pixels: its own, and of a further column. */
const SIDE_COLUMNS = 4;
const SIDE_WIDTH = 400;
const SIDE_STEP = 60;

/** The table takes the more of the page the more columns it has. */
function sideWidth(columns: number): CSSProperties {
  const more = Math.max(0, Math.min(SIDE_COLUMNS, columns) - 2);
  return { "--side": `${SIDE_WIDTH + more * SIDE_STEP}px` } as CSSProperties;
}

/** The active point with its commit, as soon as the pointer rests on it. */
function useActive(name: string, lines: readonly ChartLine[]) {
  const [active, setActive] = useState<PointPlace | null>(null);
  const found = pointAt(lines, active);
  // line and commit are those of one moment: a pointer that leaves has no branch to ask
  const rested = pointAt(lines, useSettled(active, POINT_PAUSE_MS));
  const [branch, column] = [rested?.line.branch ?? "", rested?.line.column.id ?? ""];
  const { data } = useQuery(pointQuery(name, branch, column, rested?.point.sha ?? ""));
  const commit = found !== null && data != null && data.row.sha.startsWith(found.point.sha) ? data : null;
  return { active, setActive, found, commit };
}

const PLACES = (series: Series): { ordinal: number; at: number; sha: string }[] =>
  series.lines.flatMap(({ points, shas }) =>
    points.map(([ordinal, at], index) => ({ ordinal, at, sha: shas[index] ?? "" })),
  );

/** Draws it. */
export function ColumnBoard(props: ColumnBoardProps): ReactNode {
  const { name, repository, view, columns, series, whole, busy } = props;
  const actions = useColumnView(name);
  const goTo = useGoTo();
  const board = useRef<HTMLDivElement>(null);
  const choice = useMemo(() => choiceOf(view), [view]);
  const panels = useMemo(() => chartPanels(series.lines, choice), [series, choice]);
  const lines = useMemo(() => panels.flatMap((panel) => panel.lines), [panels]);
  const names = useMemo(() => lineNames(lines), [lines]);
  const changes = useMemo(() => largestChanges(lines, LISTED_CHANGES), [lines]);
  const marks = useMemo(() => outstanding(changes, lines).slice(0, MARKED_CHANGES), [changes, lines]);
  const { active, setActive, found, commit } = useActive(name, lines);
  const nameOf = useCallback((line: ChartLine): string => names[lines.indexOf(line)] ?? "", [names, lines]);
  const chart = useMemo(() => {
    const [shown, all] = [lines.flatMap(({ points }) => points), PLACES(whole)];
    return {
      activate: (place: PointPlace | null) =>
        setActive((before) => (before?.line === place?.line && before?.point === place?.point ? before : place)),
      open: (point: ChartPoint) => goTo(commitPage(name, point.sha)),
      zoomTo: (from: number, to: number) => {
        const stretch = stretchOf(shown, all, choice.by, { from, to });
        if (stretch !== null) actions.stretch(stretch);
      },
      zoomBy: (factor: number, around: number | null) => {
        const stretch = zoomedBy(shown, all, choice.by, { factor, around });
        if (stretch !== null) actions.stretch(stretch);
      },
      reset: () => actions.stretch({}),
    };
  }, [lines, whole, choice, actions, goTo, name, setActive]);
  const about = series.lines.find(({ column }) => column.id === view.about) ?? series.lines[0];
  const isOnly = lines.length === 1;
  const drawn = lines.some(({ points }) => points.some(({ shown }) => shown !== null));
  const describe = (line: ChartLine, point: ChartPoint): string =>
    [
      `${escapeControls(nameOf(line))}: ${exactText(point.value)}`,
      `${dayText(point.at)}, commit ${point.sha.slice(0, SHORT_SHA)}`,
      ...(commit === null ? [] : [escapeControls(commit.row.subject)]),
    ].join(", ");
  return (
    <>
      <ColumnBar
        name={name}
        repository={repository}
        view={view}
        columns={columns}
        series={series}
        whole={whole}
        actions={actions}
        lines={lines}
        choice={choice}
        board={board}
      />
      {props.strips}
      <NoticeStrips repository={repository} />
      <article className="column-page">
        {about === undefined ? null : (
          <ColumnHeadline name={name} line={about} lines={series.lines} view={view} actions={actions} />
        )}
        <div className="column-board" style={sideWidth(new Set(lines.map(({ column }) => column.id)).size)}>
          <section aria-label="Chart" ref={board}>
            {isOnly ? null : <ChartLegend lines={lines} names={names} columns={columns} actions={actions} />}
            <Chart
              panels={panels}
              choice={choice}
              tags={series.tags}
              marks={marks}
              label={`Chart of ${names.map(escapeControls).join(", ")}`}
              active={active}
              actions={chart}
              describe={describe}
              tip={
                found === null ? null : (
                  <Tip found={found} name={isOnly ? null : nameOf(found.line)} row={commit?.row} />
                )
              }
              busy={busy}
            />
            <ActiveCommit name={name} found={found} commit={commit} drawn={drawn} />
            <Notes series={series} lines={lines} choice={choice} />
          </section>
          {about === undefined ? null : (
            <ColumnCommits name={name} view={view} series={series} lines={lines} activate={setActive} />
          )}
        </div>
        {about === undefined ? null : (
          <ColumnHistory
            name={name}
            column={about.column}
            view={view}
            lines={lines}
            changes={changes}
            actions={actions}
          />
        )}
      </article>
    </>
  );
}

/** What stands beside the active point. @param name of its line, where there are several */
function Tip({
  found: { line, point },
  name,
  row,
}: {
  found: { readonly line: ChartLine; readonly point: ChartPoint };
  name: string | null;
  row: CommitRow | undefined;
}): ReactNode {
  return (
    <>
      {name === null ? null : (
        <div>
          <Untrusted text={name} />
        </div>
      )}
      <b>{formatValue(point.value, line.column.unit)}</b> {row === undefined ? null : <Untrusted text={row.subject} />}
      <div className="dim">
        <code>{point.sha.slice(0, SHORT_SHA)}</code> {dayText(point.at)}
      </div>
    </>
  );
}

/** What the chart leaves out, in words. */
function Notes({
  series,
  lines,
  choice,
}: {
  series: Series;
  lines: readonly ChartLine[];
  choice: ChartChoice;
}): ReactNode {
  const hidden = choice.log
    ? lines.flatMap(({ points }) => points).filter(({ shown }) => shown !== null && shown <= 0).length
    : 0;
  const baseless = choice.relative ? lines.filter(({ base }) => base === null).length : 0;
  const bands = series.lines.filter(({ spread }) => spread?.values.some((value) => value !== null) === true);
  const thinned = lines.some(isThinned);
  const said = [
    ...(hidden === 0 ? [] : [`${hidden} points at or below zero have no place on a logarithmic axis.`]),
    ...(baseless === 0 ? [] : ["A line whose first value is zero or missing cannot be drawn relative to it."]),
    ...(thinned
      ? ["Of each stretch of commits the lowest and the highest value are drawn; zoom in to see every one."]
      : []),
    ...series.cut.map(
      ({ pattern, columns }) => `${escapeControls(pattern)} stands for ${columns} columns: 50 are drawn.`,
    ),
    ...[...new Set(bands.map(({ spread }) => spread?.column ?? ""))]
      .slice(0, 1)
      .map((id) => `The band is what ${escapeControls(id)} says of each value.`),
  ];
  return said.length === 0 ? null : <p className="dim chart-notes">{said.join(" ")}</p>;
}
