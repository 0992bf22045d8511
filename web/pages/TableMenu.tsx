// What can be taken away from the table: Markdown, files; and the choice of commits undone.
import { type ReactNode, useState } from "react";
import { api } from "../paths.ts";
import type { TableView } from "../table-view.ts";
import { count } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import type { TableViewActions } from "./use-table-view.ts";

/** What the menu is made of. */
export interface TableMenuProps {
  readonly name: string;
  readonly view: TableView;
  readonly actions: TableViewActions;
  /** @returns how many rows were copied */
  readonly copy: () => Promise<number>;
}

/** Draws the menu. */
export function TableMenu(props: TableMenuProps): ReactNode {
  return (
    <Popover
      label="More"
      picture
      className="quiet"
      panelClassName="menu"
      align="end"
      button={
        <svg width="14" height="14" viewBox="0 0 14 14" fill="currentColor" aria-hidden="true">
          <circle cx="2" cy="7" r="1.4" />
          <circle cx="7" cy="7" r="1.4" />
          <circle cx="12" cy="7" r="1.4" />
        </svg>
      }
    >
      {(close) => <TableMenuEntries {...props} close={close} />}
    </Popover>
  );
}

/** Draws its entries. @param close closes what they stand in */
export function TableMenuEntries({
  name,
  view,
  actions,
  copy,
  close,
}: TableMenuProps & { close: () => void }): ReactNode {
  const [said, setSaid] = useState<string | null>(null);
  const copied = async (): Promise<void> => {
    try {
      setSaid(`Copied ${count(await copy(), "row")}`);
    } catch {
      // not allowed, or no clipboard on a page that is neither https nor loopback
      setSaid("Not copied");
    }
  };
  const chosen = view.selected?.length ?? 0;
  return (
    <>
      <button type="button" className="quiet" onClick={() => void copied()}>
        <span aria-live="polite">{said ?? "Copy as Markdown"}</span>
      </button>
      <a className="button quiet" href={api.export(name, { ...view, format: "csv" })} download>
        Export CSV
      </a>
      <a className="button quiet" href={api.export(name, { ...view, format: "ndjson" })} download>
        Export NDJSON
      </a>
      {chosen === 0 ? null : (
        <button
          type="button"
          className="quiet"
          onClick={() => {
            close();
            actions.selectNone();
          }}
        >
          Clear the choice
        </button>
      )}
    </>
  );
}
