// Buttons that leave out rows: those in which nothing changed, nothing improved, nothing regressed.
import type { ReactNode } from "react";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import type { Way } from "../../src/domain/went-filter.ts";
import type { TableView } from "../table-view.ts";
import { count } from "../times.ts";
import type { TableViewActions } from "./use-table-view.ts";

/** What the buttons are made of. */
export interface RowButtonsProps {
  readonly view: TableView;
  readonly actions: TableViewActions;
  readonly columns: readonly ColumnHead[];
}

const BUTTONS: readonly { readonly way: Way; readonly name: string; readonly key: string }[] = [
  { way: "better", name: "Improved", key: "i" },
  { way: "worse", name: "Regressed", key: "r" },
];

/** Draws the buttons. */
export function RowButtons({ view, actions, columns }: RowButtonsProps): ReactNode {
  const judged = columns.filter(({ goal }) => goal !== null).length;
  return (
    <div className="segments" role="group" aria-label="Rows">
      <button
        type="button"
        aria-pressed={view.changed === true}
        title="Only commits in which one of the shown columns changed: press c"
        onClick={actions.toggleChanged}
      >
        Changed
      </button>
      {BUTTONS.map(({ way, name, key }) => (
        <button
          key={way}
          type="button"
          disabled={judged === 0 && view.went !== way}
          aria-pressed={view.went === way}
          title={
            judged === 0
              ? "None of the shown columns has a goal"
              : `Only commits in which one of ${count(judged, "shown column")} with a goal got ${way}: press ${key}`
          }
          onClick={() => actions.toggleWent(way)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
