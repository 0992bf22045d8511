// The choice of columns: the whole catalogue, searched and paged, with a box to tick for each.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode, useCallback, useState } from "react";
import type { CatalogueColumn } from "../../src/api/contract/columns.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { problemOf } from "../api.ts";
import { goalWords } from "../cell.ts";
import { MAX_SHOWN_COLUMNS, withColumns, withoutColumn } from "../column-choice.ts";
import { columnsQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useSettled } from "../ui/use-settled.ts";

/** Pause in typing after which the catalogue is searched, in milliseconds. */
const TYPING_PAUSE_MS = 150;

/** What the picker is made of. */
export interface ColumnPickerProps {
  /** the repository as in the page's address */
  readonly repository: string;
  readonly shown: readonly string[];
  /** nobody has chosen: the server's own choice is shown */
  readonly isDefault: boolean;
  /** @param columns null for the server's own choice */
  readonly choose: (columns: readonly string[] | null) => void;
}

/** Draws the picker; "/" opens it. */
export function ColumnPicker(props: ColumnPickerProps): ReactNode {
  const all = useInfiniteQuery(columnsQuery(props.repository, ""));
  const total = all.data?.pages[0]?.total;
  return (
    <Popover
      label="Choose columns"
      className="picker"
      panelClassName="panel"
      shortcut="/"
      title="Choose columns: press /"
      button={`Columns ${props.shown.length}${total === undefined ? "" : ` / ${total.toLocaleString("en-US")}`}`}
    >
      {() => <ColumnList {...props} />}
    </Popover>
  );
}

function ColumnList({ repository, shown, isDefault, choose }: ColumnPickerProps): ReactNode {
  const [search, setSearch] = useState("");
  const query = useInfiniteQuery(columnsQuery(repository, useSettled(search.trim(), TYPING_PAUSE_MS)));
  const found = query.data?.pages.flatMap((page) => page.columns) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  const hidden = found.filter(({ id }) => !shown.includes(id));
  const full = shown.length >= MAX_SHOWN_COLUMNS;
  return (
    <div className="columns">
      {/* the panel was opened to search */}
      <input
        type="search"
        aria-label="Search columns"
        placeholder="Search columns"
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <div className="column-tools">
        <span className="dim" role="status">
          {count(total, "column")}
          {search.trim() === "" ? "" : " found"}
          {full ? `; a table shows ${MAX_SHOWN_COLUMNS} at most` : ""}
        </span>
        <span className="grow" />
        {search.trim() === "" || hidden.length === 0 || full ? null : (
          <button
            type="button"
            className="link"
            onClick={() =>
              choose(
                withColumns(
                  shown,
                  hidden.map(({ id }) => id),
                ),
              )
            }
          >
            Show {hidden.length === 1 ? "it" : `all ${hidden.length}`}
          </button>
        )}
        {isDefault ? null : (
          <button type="button" className="link" onClick={() => choose(null)}>
            Default columns
          </button>
        )}
      </div>
      <ColumnBoxes columns={found} shown={shown} full={full} choose={choose} />
      {query.error === null ? null : <p className="worse">{problemOf(query.error).detail}</p>}
      {query.data !== undefined && found.length === 0 ? (
        <p className="dim">No column's name holds all of that.</p>
      ) : null}
      {query.hasNextPage ? <MoreColumns load={() => void query.fetchNextPage()} /> : null}
    </div>
  );
}

interface ColumnBoxesProps {
  readonly columns: readonly CatalogueColumn[];
  readonly shown: readonly string[];
  /** no more can be shown */
  readonly full: boolean;
  readonly choose: (columns: readonly string[]) => void;
}

function ColumnBoxes({ columns, shown, full, choose }: ColumnBoxesProps): ReactNode {
  const chosen = new Set(shown);
  return (
    <div role="group" aria-label="Columns">
      {columns.map((column, index) => {
        const checked = chosen.has(column.id);
        return (
          <Fragment key={column.id}>
            {columns[index - 1]?.path === column.path ? null : (
              <div className="column-file faint">
                <Untrusted text={column.path} />
              </div>
            )}
            <label
              className="column-box"
              title={[escapeControls(column.id), goalWords(column)].filter(Boolean).join("\n")}
            >
              <input
                type="checkbox"
                checked={checked}
                disabled={checked ? shown.length === 1 : full}
                onChange={() => choose(checked ? withoutColumn(shown, column.id) : withColumns(shown, [column.id]))}
              />
              <span className="option-name">
                <Untrusted text={column.key} />
              </span>
              <span className="dim">{column.changes === 0 ? "never changed" : count(column.changes, "change")}</span>
            </label>
          </Fragment>
        );
      })}
    </div>
  );
}

/** Loads more as soon as it comes into view. */
function MoreColumns({ load }: { load: () => void }): ReactNode {
  const watch = useCallback(
    (element: HTMLButtonElement | null) => {
      if (element === null) return undefined;
      const observer = new IntersectionObserver((entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) load();
      });
      observer.observe(element);
      return () => observer.disconnect();
    },
    [load],
  );
  return (
    <button type="button" className="link" ref={watch} onClick={load}>
      More columns
    </button>
  );
}
