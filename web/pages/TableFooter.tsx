// Below the table: how much of it there is, what could not be read, what the marks mean, or the cell one stands on.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { CommitRow } from "../../src/api/contract/commits.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { describeCell, goalWords, SHORT_SHA } from "../cell.ts";
import type { GridCursor } from "../grid-cursor.ts";
import { commitPage } from "../paths.ts";
import { isFiltered, type TableView } from "../table-view.ts";
import { warningsQuery } from "../queries.ts";
import type { ShownColumn } from "../shown-columns.ts";
import { count } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { ImportDetails } from "./importing.tsx";
import { KeyHelp } from "./KeyHelp.tsx";
import { PageLink } from "./PageLink.tsx";
import type { TableViewActions } from "./use-table-view.ts";

/** What the footer is made of. */
export interface TableFooterProps {
  /** the repository as in the page's address */
  readonly name: string;
  readonly repository: Repository;
  readonly branch: string | null;
  readonly columns: readonly ShownColumn[];
  readonly rows: readonly CommitRow[];
  /** all commits can be read: the best is known */
  readonly complete: boolean;
  readonly cursor: GridCursor | null;
  readonly view: TableView;
  readonly actions: TableViewActions;
  /** commits of the whole list, where the server counted them */
  readonly total: number | null;
  /** the view cannot be answered: the rows are those of the view before */
  readonly refused: boolean;
  /** what a key has done last */
  readonly said: string;
}

/** Draws the footer. */
export function TableFooter(props: TableFooterProps): ReactNode {
  const { name, repository, columns, rows, complete, cursor, view, actions } = props;
  const cell = cursor === null ? null : cellWords(columns, rows, cursor, complete);
  const row = cursor === null ? undefined : rows[cursor.row];
  return (
    <footer>
      {props.refused ? null : <RowCount {...props} />}
      {repository.commitsMissingValues === 0 ? null : <Missing name={name} repository={repository} />}
      {cell === null ? (
        <>
          <ImportDetails repository={repository} />
          <span>change from {view.baseline?.slice(0, SHORT_SHA) ?? "previous"} · underlined: best so far</span>
        </>
      ) : (
        <span className="cell-words">
          <Untrusted text={cell} />
        </span>
      )}
      {row === undefined ? null : <RowActions sha={row.sha} view={view} actions={actions} />}
      <span className="grow" />
      <span role="status">
        <Untrusted text={props.said} />
      </span>
      <KeyHelp />
    </footer>
  );
}

/** How many commits there are, of what, and how many of them are loaded. */
function RowCount({ branch, rows, view, total }: TableFooterProps): ReactNode {
  const narrowed = isFiltered(view) || view.view !== undefined;
  // depth on first parents: the length of the branch's line, however much of it is loaded
  const plain = !narrowed && view.sort === undefined;
  const length = plain ? (rows[0]?.ordinal ?? -1) + 1 : total;
  return (
    <span>
      {length === null ? `${rows.length.toLocaleString("en-US")} loaded` : count(length, "commit")}
      {!isFiltered(view) ? "" : length === 1 ? " matches" : " match"}
      {branch === null || view.view === "all" ? null : (
        <>
          {" on "}
          <Untrusted text={branch} />
        </>
      )}
      {length !== null && rows.length < length ? `, ${rows.length.toLocaleString("en-US")} loaded` : ""}
    </span>
  );
}

/** What can be done with the commit one stands on; the keys do the same. */
function RowActions({ sha, view, actions }: { sha: string; view: TableView; actions: TableViewActions }): ReactNode {
  const pinned = view.baseline !== undefined && sha.startsWith(view.baseline);
  return (
    <span className="row-actions">
      <button type="button" className="link" onClick={() => actions.compareWith(pinned ? null : sha)}>
        {pinned ? "Unpin baseline" : "Pin as baseline"}
      </button>
      <button type="button" className="link" onClick={() => actions.startAt(sha)}>
        Start here
      </button>
    </span>
  );
}

function cellWords(
  columns: readonly ShownColumn[],
  rows: readonly CommitRow[],
  cursor: GridCursor,
  complete: boolean,
): string | null {
  const column = columns[cursor.column - 1];
  const row = rows[cursor.row];
  if (cursor.row < 0)
    return column === undefined ? null : [column.head.id, goalWords(column.head)].filter(Boolean).join(" · ");
  if (row === undefined) return null;
  const sha = row.sha.slice(0, SHORT_SHA);
  return column === undefined
    ? `${sha} ${row.subject}`
    : `${column.head.key} at ${sha}: ${describeCell(row, column.head, column.place, complete)}`;
}

/**
 * What could not be read, of all branches: a sentence when there is one reason, else their number, with all of them
 * behind it.
 */
function Missing({ name, repository }: { name: string; repository: Repository }): ReactNode {
  const { commitsMissingValues: number, branches } = repository;
  const where = branches < 2 ? "" : "On all branches, ";
  const { data } = useQuery(warningsQuery(name));
  const sentence = data?.missing.length === 1 ? data.missing[0]?.sentence : undefined;
  return (
    <Popover
      label="Commits that miss values"
      className="quiet missing"
      button={<Untrusted text={where + (sentence ?? `${count(number, "commit misses", "commits miss")} values`)} />}
    >
      {() => (
        <ul className="warnings">
          {data?.missing.map(({ path, reason, sentence: words, sha }) => (
            <li key={`${path} ${reason}`}>
              <Untrusted text={where + words} />{" "}
              {sha === null ? null : (
                <PageLink href={commitPage(name, sha)}>
                  <code>{sha.slice(0, SHORT_SHA)}</code>
                </PageLink>
              )}
            </li>
          ))}
          {data?.notices.map((notice) => (
            <li key={notice}>
              <Untrusted text={notice} />
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}
