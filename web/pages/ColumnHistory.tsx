// What is known of a column's history: its largest changes, its last ones, its best commits.
import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { memo, type ReactNode } from "react";
import type { ColumnChange } from "../../src/api/contract/column-history.ts";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import { change, judge } from "../../src/domain/compare.ts";
import { columnDecimals, formatChange, formatInColumn } from "../../src/domain/format-value.ts";
import { problemOf } from "../api.ts";
import { valueOf } from "../cell.ts";
import type { ChartLine } from "../charts/chart-lines.ts";
import type { LargeChange } from "../charts/largest-changes.ts";
import { bestQuery, blameQuery, pointQuery } from "../history-queries.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { ChangeTable, type ToldChange } from "./ChangeTable.tsx";
import type { ColumnViewActions } from "./use-column-view.ts";

/** What is told. */
export interface ColumnHistoryProps {
  readonly name: string;
  readonly column: ColumnHead;
  /** undefined for the default branch */
  readonly branch: string | undefined;
  readonly changes: readonly LargeChange[];
  /** names the lines where there are several; null for one alone */
  readonly nameOf: ((line: ChartLine) => string) | null;
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

function LargestChanges({ name, changes, nameOf, actions }: ColumnHistoryProps): ReactNode {
  const commits = useQueries({
    queries: changes.map(({ line, after }) => pointQuery(name, line.branch, line.column.id, after.sha)),
  });
  const told = changes.map((each, index): ToldChange => {
    const { line, before, after, between } = each;
    const decimals = columnDecimals([before.value, after.value]);
    return {
      key: `${line.id} ${after.ordinal}`,
      sha: after.sha,
      at: new Date(after.at * 1_000).toISOString(),
      subject: commits[index]?.data?.row.subject ?? null,
      value: formatInColumn(after.value, decimals),
      change: formatChange(after.value, before.value, decimals),
      direction: judge(after.value, before.value, line.column.goal),
      line: nameOf === null ? null : nameOf(line),
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
    <ChangeTable title="Largest changes" name={name} changes={told} waiting={false}>
      {told.length === 0 ? "Nothing changed in what is drawn." : null}
    </ChangeTable>
  );
}

/** A change as the API tells it. */
function toldChange({ kind, goal }: ColumnHead, each: ColumnChange): ToldChange {
  const [now, before] = [valueOf(each.value, kind), valueOf(each.before, kind)];
  const decimals = columnDecimals([now, before]);
  return {
    key: each.sha,
    sha: each.sha,
    at: each.authoredAt,
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
    line: null,
    within: null,
  };
}

function LastChanges({ name, column, branch }: ColumnHistoryProps): ReactNode {
  const blame = useInfiniteQuery(blameQuery(name, column.id, branch));
  const pages = blame.data?.pages;
  const changes = (pages ?? []).flatMap((page) => page.changes.map((each) => toldChange(page.column, each)));
  return (
    <ChangeTable
      title="Last changes"
      name={name}
      changes={changes}
      waiting={pages === undefined && blame.error === null}
    >
      {blame.error === null ? null : <Untrusted text={problemOf(blame.error).detail} />}
      {pages !== undefined && changes.length === 0 ? "No commit of the branch changed it." : null}
      {blame.hasNextPage ? (
        <button type="button" disabled={blame.isFetchingNextPage} onClick={() => void blame.fetchNextPage()}>
          Older changes
        </button>
      ) : null}
    </ChangeTable>
  );
}

function BestCommits({ name, column }: ColumnHistoryProps): ReactNode {
  const best = useQuery(bestQuery(name, column.id));
  const { data, error } = best;
  const changes = (data?.commits ?? []).map((each) => toldChange(data?.column ?? column, each));
  return (
    <ChangeTable title="Best commits" name={name} changes={changes} waiting={data === undefined && error === null}>
      {error === null ? null : <Untrusted text={problemOf(error).detail} />}
      {data === undefined || changes.length > 0
        ? null
        : column.kind === "text"
          ? "It holds no numbers."
          : data.goal === null
            ? "Nobody says which way is better. Say so above, and the best commits stand here."
            : "No commit has a number here."}
    </ChangeTable>
  );
}
