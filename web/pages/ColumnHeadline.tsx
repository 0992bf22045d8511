// What a column is: its name, its goal, where it stands, and the form in which people say so.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Fragment, type ReactNode } from "react";
import type { CatalogueColumn } from "../../src/api/contract/columns.ts";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import type { SeriesLine } from "../../src/api/contract/series.ts";
import { sameValue } from "../../src/domain/compare.ts";
import { formatValue } from "../../src/domain/format-value.ts";
import { problemOf } from "../api.ts";
import { goalWords } from "../cell.ts";
import { columnName } from "../charts/chart-lines.ts";
import type { ColumnView } from "../column-view.ts";
import { patchColumn } from "../history-api.ts";
import { columnQuery } from "../history-queries.ts";
import { rowsKey } from "../queries.ts";
import { splitKey } from "../table-layout.ts";
import { count } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { ColumnForm } from "./ColumnForm.tsx";
import type { ColumnViewActions } from "./use-column-view.ts";

/** What the headline is made of. */
export interface ColumnHeadlineProps {
  readonly name: string;
  /** of the column that is told of */
  readonly line: SeriesLine;
  readonly lines: readonly SeriesLine[];
  readonly view: ColumnView;
  readonly actions: ColumnViewActions;
}

/** Columns that can be told of, each once. */
function columnsOf(lines: readonly SeriesLine[]): readonly ColumnHead[] {
  return [...new Map(lines.map(({ column }) => [column.id, column])).values()];
}

/** Draws it. */
export function ColumnHeadline({ name, line, lines, view, actions }: ColumnHeadlineProps): ReactNode {
  const { column } = line;
  const { data: entry } = useQuery(columnQuery(name, column.id));
  const columns = columnsOf(lines);
  const { parent, leaf } = splitKey(column.key);
  return (
    <div className="column-headline">
      <h1>
        <Untrusted text={column.alias ?? leaf} />{" "}
        <span className="dim">
          <Untrusted text={column.path} />
          {parent === "" && column.alias === null ? null : (
            <>
              {" "}
              <Untrusted text={column.alias === null ? parent : column.key} />
            </>
          )}
        </span>
      </h1>
      <p>
        <GoalOf name={name} column={column} />
        <Where line={line} entry={entry ?? null} zoomed={view.to !== undefined} />
        <Popover label="Goal, unit and name" className="link" panelClassName="panel" button="Goal, unit, name …">
          {(close) => <ColumnForm key={column.id} name={name} column={column} entry={entry ?? null} close={close} />}
        </Popover>
      </p>
      {columns.length < 2 ? null : (
        <label className="about">
          <span className="dim">About</span>{" "}
          <select value={column.id} onChange={(event) => actions.tellOf(event.target.value)}>
            {columns.map((each) => (
              <option key={each.id} value={each.id}>
                {columnName(each)}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

/** Which way is better, and a press that says that a guess is right. */
function GoalOf({ name, column }: { name: string; column: ColumnHead }): ReactNode {
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => patchColumn(name, column.id, { goal: column.goal }),
    onSuccess: () => client.invalidateQueries({ queryKey: rowsKey(name) }),
  });
  const words = goalWords(column);
  return (
    <span>
      {words ?? (column.goalFrom === "confirmed" ? "neither way is better" : "no goal set")}
      {column.goal === null || column.goalFrom === "confirmed" ? null : (
        <>
          {" ("}
          <button type="button" className="link underlined" disabled={isPending} onClick={() => mutate()}>
            confirm
          </button>
          )
        </>
      )}
      {error === null ? null : (
        <span className="worse" role="alert">
          {" "}
          <Untrusted text={problemOf(error).detail} />
        </span>
      )}
    </span>
  );
}

/** The newest value that is drawn, the best one, and how often it changed. */
function Where({
  line,
  entry,
  zoomed,
}: {
  line: SeriesLine;
  entry: CatalogueColumn | null;
  zoomed: boolean;
}): ReactNode {
  const last = line.points.findLast(([, , value]) => value !== null)?.[2] ?? null;
  const best = entry?.best?.value ?? null;
  const isBest = last !== null && best !== null && sameValue(last, best);
  const parts: ReactNode[] = [];
  if (last !== null) {
    parts.push(
      <>
        {zoomed ? "at the end" : "now"} <b>{formatValue(last, line.column.unit)}</b>
        {isBest ? ", the best so far" : best === null ? "" : `, best ${formatValue(best, line.column.unit)}`}
      </>,
    );
  }
  if (entry !== null) parts.push(`changed in ${count(entry.changes, "commit")} of all branches`);
  return parts.map((part, index) => (
    // the parts of one line never change their order
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={index}>
      <span aria-hidden="true"> · </span>
      <span>{part}</span>
    </Fragment>
  ));
}
