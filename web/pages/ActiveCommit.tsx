// The commit of the active point, below the chart in a line that has its room whether there is one or not.
import type { ReactNode } from "react";
import type { ColumnHead, CommitRow } from "../../src/api/contract/commits.ts";
import { cellOf, SHORT_SHA } from "../cell.ts";
import type { ChartLine, ChartPoint } from "../charts/chart-lines.ts";
import { dayText } from "../charts/time-ticks.ts";
import { formatValue } from "../../src/domain/format-value.ts";
import { commitPage } from "../paths.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";

/** What the line is made of. */
export interface ActiveCommitProps {
  readonly name: string;
  readonly found: { readonly line: ChartLine; readonly point: ChartPoint } | null;
  /** null until it is known */
  readonly commit: { readonly row: CommitRow; readonly head: ColumnHead } | null;
  /** there is a point that can become active */
  readonly drawn: boolean;
}

/** Draws it. */
export function ActiveCommit({ name, found, commit, drawn }: ActiveCommitProps): ReactNode {
  if (found === null) {
    return (
      <p className="active-commit dim">
        {drawn ? "Point at the chart, or move through it with the arrow keys. Drag to zoom." : null}
      </p>
    );
  }
  const cell = commit === null ? null : cellOf(commit.row, commit.head, 0, null);
  const judged = cell?.direction === "better" || cell?.direction === "worse";
  return (
    <p className="active-commit">
      <PageLink href={commitPage(name, found.point.sha)}>
        <code>{found.point.sha.slice(0, SHORT_SHA)}</code>
      </PageLink>{" "}
      <b>{formatValue(found.point.value, found.line.column.unit)}</b>{" "}
      {cell === null || cell.change === "" ? null : (
        <span className={judged ? cell.direction : "dim"}>
          {cell.change}
          {judged ? <span className="unseen"> {cell.direction}</span> : null}
        </span>
      )}{" "}
      {commit === null ? null : (
        <>
          <Untrusted text={commit.row.subject} /> <Untrusted text={commit.row.author.name} className="dim" />{" "}
        </>
      )}
      <span className="dim">{dayText(found.point.at)}</span>
    </p>
  );
}
