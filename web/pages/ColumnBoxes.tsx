// Columns of the catalogue, each with a box to tick.
import { Fragment, type ReactNode } from "react";
import type { CatalogueColumn } from "../../src/api/contract/columns.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { goalWords } from "../cell.ts";
import { withColumns, withoutColumn } from "../column-choice.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";

/** What the boxes are made of. */
export interface ColumnBoxesProps {
  readonly columns: readonly CatalogueColumn[];
  readonly shown: readonly string[];
  /** no more can be shown */
  readonly full: boolean;
  /** they stand file by file: each file is named once */
  readonly byFile: boolean;
  readonly choose: (columns: readonly string[]) => void;
}

/** Draws them. */
export function ColumnBoxes({ columns, shown, full, byFile, choose }: ColumnBoxesProps): ReactNode {
  const chosen = new Set(shown);
  return (
    <div role="group" className="column-boxes" aria-label="Columns">
      {columns.map((column, index) => {
        const checked = chosen.has(column.id);
        return (
          <Fragment key={column.id}>
            {!byFile || columns[index - 1]?.path === column.path ? null : (
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
                <Untrusted text={column.alias ?? column.key} />
                {byFile ? null : (
                  <span className="column-path">
                    <Untrusted text={column.path} />
                  </span>
                )}
              </span>
              <span className="dim">{column.changes === 0 ? "never changed" : count(column.changes, "change")}</span>
            </label>
          </Fragment>
        );
      })}
    </div>
  );
}
