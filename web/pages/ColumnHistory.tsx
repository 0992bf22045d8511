// What is known of a column's history: its largest changes, its last ones, its best commits.
import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { memo, type ReactNode } from "react";
import type { ColumnChange } from "../../src/api/contract/column-history.ts";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import { change, judge } from "../../src/domain/compare.ts";
import { columnDecimals, formatChange, formatInColumn } from "../../src/domain/format-value.ts";
import { problemOf } from "../api.ts";
import { valueOf } from "../cell.ts";
import { type ChartLine, columnName, jointName } from "../charts/chart-lines.ts";
import type { LargeChange } from "../charts/largest-changes.ts";
import { type ColumnView, stretchWords } from "../column-view.ts";
import { bestQuery, blameQuery, pointQuery } from "../history-queries.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNextPage } from "../use-next-page.ts";
import { ChangeTable, type ToldChange } from "./ChangeTable.tsx";
import type { ColumnViewActions } from "./use-column-view.ts";

const PART = new Intl.NumberFormat("en-US", { style: "percent", maximumSignificantDigits: 2 });

/** What is told. */
export interface ColumnHistoryProps {
  readonly name: string;
  readonly column: ColumnHead;
  readonly view: ColumnView;
  /** of the chart */
  readonly lines: readonly ChartLine[];
  readonly changes: readonly LargeChange[];
  readonly actions: ColumnViewActions;
}

/** Draws it. It does not change while a pointer moves over the chart. */
export const ColumnHistory = memo(function ColumnHistory(props: ColumnHistoryProps): ReactNode {
  return (
    <div className="column-history">
      <LargestChanges {...props} />
      <LastChanges {...props} />
      <BestCommits {...props} />
    </div>
  );
});

/** Branches of the chart, each once, in its order. */
const branchesOf = (lines: readonly ChartLine[]): readonly string[] => [...new Set(lines.map(({ branch }) => branch))];

/** What a list is about besides its branch: its column, where the chart has several. */
function columnWords(lines: readonly ChartLine[], column: ColumnHead): string {
  return lines.some((line) => line.column.id !== column.id) ? `${columnName(column)}, ` : "";
}

function LargestChanges({ name, view, lines, changes, actions }: ColumnHistoryProps): ReactNode {
  const branches = branchesOf(lines);
  const several = new Set(lines.map(({ column }) => column.id)).size > 1;
  const commits = useQueries({
    queries: changes.map(({ line, after }) => pointQuery(name, line.branch, line.column.id, after.sha)),
  });
  const told = changes.map((each, index): ToldChange => {
    const { line, before, after, between, part } = each;
    const decimals = columnDecimals([before.value, after.value]);
    return {
      key: `${line.id} ${after.ordinal}`,
      sha: after.sha,
      at: new Date(after.at * 1_000).toISOString(),
      subject: commits[index]?.data?.row.subject ?? null,
      value: formatInColumn(after.value, decimals),
      change: formatChange(after.value, before.value, decimals),
      direction: judge(after.value, before.value, line.column.goal),
      line: lines.length === 1 ? null : jointName(each.lines, lines),
      ...(several ? { part: `${PART.format(part)} of its range` } : {}),
      // the points between were left out of the drawing: which commit it was is seen when it is looked at closely
      within:
        between === 0
          ? null
          : {
              words: `in ${count(between + 1, "commit")}`,
              look: () => actions.stretch({ from: before.sha, to: after.sha }),
            },
    };
  });
  return (
    <ChangeTable
      title="Largest changes"
      scope={`${branches.length === 1 ? branches[0] : count(branches.length, "branch", "branches")}, ${stretchWords(view)}`}
      name={name}
      changes={told}
      waiting={false}
    >
      {told.length === 0 ? "Nothing changed in what is drawn." : null}
      {several && told.length > 1
        ? "In the order of how much each is of its column's range, from the lowest to the highest value drawn."
        : null}
    </ChangeTable>
  );
}

/** A change as the API tells it. */
function toldChange({ kind, goal }: ColumnHead, each: ColumnChange, line: string | null): ToldChange {
  const [now, before] = [valueOf(each.value, kind), valueOf(each.before, kind)];
  const decimals = columnDecimals([now, before]);
  return {
    key: each.sha,
    sha: each.sha,
    at: each.committedAt,
    subject: each.subject,
    value: now === null ? "gone" : formatInColumn(now, decimals),
    change:
      now === null
        ? `was ${formatInColumn(before, decimals)}`
        : before === null
          ? "new"
          : change(now, before) === null
            ? `was ${formatInColumn(before, decimals)}`
            : formatChange(now, before, decimals),
    direction: judge(now, before, goal),
    line,
    within: null,
  };
}

function LastChanges({ name, column, view, lines }: ColumnHistoryProps): ReactNode {
  const blame = useInfiniteQuery(blameQuery(name, column.id, view.branch?.[0]));
  const older = useNextPage(blame);
  const pages = blame.data?.pages;
  const changes = (pages ?? []).flatMap((page) => page.changes.map((each) => toldChange(page.column, each, null)));
  return (
    <ChangeTable
      title="Last changes"
      scope={`${columnWords(lines, column)}${branchesOf(lines)[0] ?? ""}, all commits`}
      name={name}
      changes={changes}
      waiting={pages === undefined && blame.error === null}
    >
      {blame.error === null ? null : <Untrusted text={problemOf(blame.error).detail} />}
      {pages !== undefined && changes.length === 0 ? "No commit of the branch changed it." : null}
      {older.hasMore ? (
        <button type="button" disabled={older.loading} onClick={older.load}>
          Older changes
        </button>
      ) : null}
    </ChangeTable>
  );
}

/** The branch of a commit unless it is the chart's only one; a commit of no branch's own line came by a merge. */
function branchOf({ branches }: ColumnChange, drawn: readonly string[]): string | null {
  const branch = branches[0] ?? "merged";
  return drawn.length === 1 && drawn[0] === branch ? null : branch;
}

function BestCommits({ name, column, lines }: ColumnHistoryProps): ReactNode {
  const best = useQuery(bestQuery(name, column.id));
  const { data, error } = best;
  const drawn = branchesOf(lines);
  const changes = (data?.commits ?? []).map((each) => toldChange(data?.column ?? column, each, branchOf(each, drawn)));
  return (
    <ChangeTable
      title="Best commits"
      scope={`${columnWords(lines, column)}all branches, all commits`}
      name={name}
      changes={changes}
      waiting={data === undefined && error === null}
    >
      {error === null ? null : <Untrusted text={problemOf(error).detail} />}
      {data === undefined || changes.length > 0
        ? null
        : column.kind === "text"
          ? "It holds no numbers."
          : data.goal === null
            ? "This column has no goal. Set one under “Goal, unit, name …” to see its best commits."
            : "No commit has a number here."}
    </ChangeTable>
  );
}
