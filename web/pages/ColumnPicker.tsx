// The choice of columns: the catalogue, searched and ranked, and those shown, in their order.
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import { columnsQuery, WHOLE_CATALOGUE } from "../queries.ts";
import { Popover } from "../ui/Popover.tsx";
import { CatalogueColumns } from "./CatalogueColumns.tsx";
import { ShownColumns } from "./ShownColumns.tsx";

/** What the picker is made of. */
export interface ColumnPickerProps {
  /** the repository as in the page's address */
  readonly repository: string;
  readonly shown: readonly string[];
  readonly heads: readonly ColumnHead[];
  /** nobody has chosen: the server's own choice is shown */
  readonly isDefault: boolean;
  /** @param columns null for the server's own choice */
  readonly choose: (columns: readonly string[] | null) => void;
}

/** Draws the picker; "/" opens it. */
export function ColumnPicker(props: ColumnPickerProps): ReactNode {
  const all = useInfiniteQuery(columnsQuery(props.repository, WHOLE_CATALOGUE));
  const total = all.data?.pages[0]?.total;
  return (
    <Popover
      label="Choose columns"
      className="picker columns-button"
      panelClassName="panel"
      shortcut="/"
      align="end"
      title="Choose columns: press /"
      button={
        <>
          Columns {props.shown.length}
          <span className="wide">{total === undefined ? "" : ` / ${total.toLocaleString("en-US")}`}</span>
        </>
      }
    >
      {() => <Choice {...props} />}
    </Popover>
  );
}

function Choice(props: ColumnPickerProps): ReactNode {
  const { shown, heads, choose } = props;
  const [part, setPart] = useState<"all" | "shown">("all");
  return (
    <div className="columns">
      <div className="column-parts">
        <div className="segments" role="group" aria-label="Columns to choose from">
          <button type="button" aria-pressed={part === "all"} onClick={() => setPart("all")}>
            All columns
          </button>
          <button type="button" aria-pressed={part === "shown"} onClick={() => setPart("shown")}>
            Shown {shown.length}
          </button>
        </div>
        <span className="grow" />
        {props.isDefault ? null : (
          <button type="button" className="link" onClick={() => choose(null)}>
            Default columns
          </button>
        )}
      </div>
      {part === "all" ? <CatalogueColumns {...props} /> : <ShownColumns heads={heads} choose={choose} />}
    </div>
  );
}
