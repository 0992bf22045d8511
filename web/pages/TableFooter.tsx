// Below the table: how much of it there is, what could not be read, what the marks mean, or the cell one stands on.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ColumnHead, CommitRow } from "../../src/api/contract/commits.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { describeCell, goalWords, SHORT_SHA } from "../cell.ts";
import type { GridCursor } from "../grid-cursor.ts";
import { commitPage } from "../paths.ts";
import { warningsQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";

/** What the footer is made of. */
export interface TableFooterProps {
  /** the repository as in the page's address */
  readonly name: string;
  readonly repository: Repository;
  readonly branch: string | null;
  readonly columns: readonly ColumnHead[];
  readonly rows: readonly CommitRow[];
  /** all commits can be read: the best is known */
  readonly complete: boolean;
  readonly cursor: GridCursor | null;
}

/** Draws the footer. */
export function TableFooter(props: TableFooterProps): ReactNode {
  const { name, repository, branch, columns, rows, complete, cursor } = props;
  // depth on first parents: the length of the branch's line, however much of it is loaded
  const length = (rows[0]?.ordinal ?? -1) + 1;
  const cell = cursor === null ? null : cellWords(columns, rows, cursor, complete);
  return (
    <footer>
      <span>
        {count(length, "commit")}
        {branch === null ? null : (
          <>
            {" on "}
            <Untrusted text={branch} />
          </>
        )}
        {rows.length < length ? `, ${rows.length.toLocaleString("en-US")} loaded` : ""}
      </span>
      {repository.commitsMissingValues === 0 ? null : <Missing name={name} repository={repository} />}
      {cell === null ? (
        <>
          <span className="slim">small: change from previous</span>
          <span>underlined: best so far</span>
        </>
      ) : (
        <span className="cell-words">
          <Untrusted text={cell} />
        </span>
      )}
    </footer>
  );
}

function cellWords(
  columns: readonly ColumnHead[],
  rows: readonly CommitRow[],
  cursor: GridCursor,
  complete: boolean,
): string | null {
  const column = columns[cursor.column - 1];
  const row = rows[cursor.row];
  if (cursor.row < 0) return column === undefined ? null : [column.id, goalWords(column)].filter(Boolean).join(" · ");
  if (row === undefined) return null;
  const sha = row.sha.slice(0, SHORT_SHA);
  return column === undefined
    ? `${sha} ${row.subject}`
    : `${column.key} at ${sha}: ${describeCell(row, column, cursor.column - 1, complete)}`;
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
