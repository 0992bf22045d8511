// The table of a chart: every commit of a branch's stretch with its values, beside the picture.
import { useInfiniteQuery } from "@tanstack/react-query";
import { memo, type ReactNode, useMemo, useState } from "react";
import type { ColumnHead, CommitPage, CommitRow } from "../../src/api/contract/commits.ts";
import type { Series } from "../../src/api/contract/series.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { problemOf } from "../api.ts";
import { cellOf, decimalsOf, describeCell, SHORT_SHA } from "../cell.ts";
import { type ChartLine, nameParts } from "../charts/chart-lines.ts";
import type { PointPlace } from "../charts/plot-shape.ts";
import { type ColumnView, isZoomed } from "../column-view.ts";
import { commitPage } from "../paths.ts";
import { commitsQuery } from "../queries.ts";
import { dayOf } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNextPage } from "../use-next-page.ts";
import { PageLink } from "./PageLink.tsx";

/** What the table is made of. */
export interface ColumnCommitsProps {
  readonly name: string;
  readonly view: ColumnView;
  readonly series: Series;
  readonly lines: readonly ChartLine[];
  readonly activate: (place: PointPlace | null) => void;
}

/** The ends of a branch's stretch: a commit to begin at, and the ordinal to end with. */
function endsOf(series: Series, branch: string, view: ColumnView): { asOf: string | undefined; lowest: number } {
  const ofBranch = series.lines.filter((line) => line.branch === branch);
  let newest: { ordinal: number; sha: string } | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const { points, shas } of ofBranch) {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) continue;
    lowest = Math.min(lowest, first[0]);
    if (newest === undefined || last[0] > newest.ordinal) newest = { ordinal: last[0], sha: shas.at(-1) ?? "" };
  }
  return { asOf: view.to === undefined ? undefined : newest?.sha, lowest: isZoomed(view) ? lowest : 0 };
}

/** Draws the table. It does not change while a pointer moves over the chart. */
export const ColumnCommits = memo(function ColumnCommits({
  name,
  view,
  series,
  lines,
  activate,
}: ColumnCommitsProps): ReactNode {
  const branches = [...new Set(series.lines.map(({ branch }) => branch))];
  const [chosen, setChosen] = useState<string | null>(null);
  const branch = branches.find((each) => each === chosen) ?? branches[0] ?? "";
  const columns = useMemo(() => [...new Set(series.lines.map(({ column }) => column.id))], [series]);
  const { asOf, lowest } = endsOf(series, branch, view);
  const commits = useInfiniteQuery(commitsQuery(name, { branch, columns, ...(asOf === undefined ? {} : { asOf }) }));
  const older = useNextPage(commits);
  const page = commits.data?.pages[0];
  const looks = useMemo(() => (page === undefined ? [] : looksOf(page, columns)), [page, columns]);
  const rows = (commits.data?.pages ?? []).flatMap((each) => each.commits).filter(({ ordinal }) => ordinal >= lowest);
  const ended = (rows.at(-1)?.ordinal ?? 0) <= lowest;
  return (
    <section className="column-commits" aria-label="Commits of the chart">
      {branches.length < 2 ? null : (
        <label className="about">
          <span className="dim">Commits of</span>{" "}
          <select value={branch} onChange={(event) => setChosen(event.target.value)}>
            {branches.map((each) => (
              <option key={each} value={each}>
                {escapeControls(each)}
              </option>
            ))}
          </select>
        </label>
      )}
      {/* a part that scrolls is reached by keyboard */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="scroller" tabIndex={0} role="group" aria-label="Values, newest first">
        {page === undefined ? (
          <Waiting />
        ) : (
          <table className={looks.length > 1 ? "several" : ""}>
            <Heads looks={looks} />
            <tbody>
              {rows.map((row) => (
                <Row
                  key={row.sha}
                  name={name}
                  row={row}
                  looks={looks}
                  point={(column) => placeOf(lines, branch, column, row)}
                  activate={activate}
                />
              ))}
            </tbody>
          </table>
        )}
        {commits.error === null ? null : (
          <p className="worse">
            <Untrusted text={problemOf(commits.error).detail} />
          </p>
        )}
        {older.hasMore && !ended ? (
          <button type="button" disabled={older.loading} onClick={older.load}>
            More commits
          </button>
        ) : null}
      </div>
    </section>
  );
});

/** A column of the table. */
interface Look {
  readonly column: ColumnHead;
  /** its place in the answer's rows: an answer has its own order */
  readonly place: number;
  readonly decimals: number | null;
}

/** @returns the columns in the chart's order */
function looksOf(page: CommitPage, ids: readonly string[]): readonly Look[] {
  return ids.flatMap((id) => {
    const place = page.columns.findIndex((column) => column.id === id);
    const column = page.columns[place];
    return column === undefined ? [] : [{ column, place, decimals: decimalsOf(page.commits, column, place) }];
  });
}

/** Where a commit stands in the chart; null where it is not drawn. */
function placeOf(lines: readonly ChartLine[], branch: string, column: string, row: CommitRow): PointPlace | null {
  const line = lines.find((each) => each.branch === branch && each.column.id === column);
  const point = line?.points.findIndex(({ ordinal, shown }) => ordinal === row.ordinal && shown !== null) ?? -1;
  return line === undefined || point < 0 ? null : { line: line.id, point };
}

function Waiting(): ReactNode {
  return (
    <div className="skeleton" role="status" aria-label="Loading the commits">
      {[64, 52, 70, 58, 66, 49, 61, 55].map((width) => (
        <p key={width}>
          <span className="bone" style={{ width: `${width}%` }} />
        </p>
      ))}
    </div>
  );
}

function Heads({ looks }: { looks: readonly Look[] }): ReactNode {
  return (
    <thead>
      <tr>
        <th scope="col">Commit</th>
        {looks.map(({ column }) => (
          <th key={column.id} scope="col" className="number" title={escapeControls(column.id)}>
            {nameParts(column).map((part) => (
              <Untrusted key={part} text={part} className="name-part" />
            ))}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface RowProps {
  readonly name: string;
  readonly row: CommitRow;
  readonly looks: readonly Look[];
  readonly point: (column: string) => PointPlace | null;
  readonly activate: ColumnCommitsProps["activate"];
}

function Row({ name, row, looks, point, activate }: RowProps): ReactNode {
  const show = (): void => {
    const place = looks.map(({ column }) => point(column.id)).find((each) => each !== null);
    if (place != null) activate(place);
  };
  return (
    <tr onPointerEnter={show} onFocus={show}>
      <th scope="row">
        <PageLink href={commitPage(name, row.sha)}>
          <code>{row.sha.slice(0, SHORT_SHA)}</code>
        </PageLink>{" "}
        <span className="dim">{dayOf(row.committedAt)}</span>
        <Untrusted text={row.subject} className="subject" />
      </th>
      {looks.map(({ column, place, decimals }) => {
        const cell = cellOf(row, column, place, decimals);
        const judged = cell.direction === "better" || cell.direction === "worse";
        return (
          <td
            key={column.id}
            className={cell.record ? "number record" : "number"}
            title={describeCell(row, column, place)}
          >
            <span className={cell.same ? "value faint" : "value"}>{cell.text === "" ? "–" : cell.text}</span>
            <span className={`change ${judged ? cell.direction : "dim"}`}>
              {cell.change}
              {judged ? <span className="unseen"> {cell.direction}</span> : null}
              {cell.record ? <span className="unseen"> best</span> : null}
            </span>
          </td>
        );
      })}
    </tr>
  );
}
