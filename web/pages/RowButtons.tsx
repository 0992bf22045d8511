// Buttons that leave out rows: those in which nothing changed, nothing improved, nothing regressed.
import type { ReactNode } from "react";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import { goalFilter, type GoalWay, withoutFilter } from "../goal-filter.ts";
import type { TableView } from "../table-view.ts";
import { count } from "../times.ts";
import type { TableViewActions } from "./use-table-view.ts";

/** What the buttons are made of. */
export interface RowButtonsProps {
  readonly view: TableView;
  readonly actions: TableViewActions;
  readonly columns: readonly ColumnHead[];
}

const WAYS: readonly { readonly way: GoalWay; readonly name: string; readonly key: string }[] = [
  { way: "better", name: "Improved", key: "i" },
  { way: "worse", name: "Regressed", key: "r" },
];

/** Draws the buttons. */
export function RowButtons({ view, actions, columns }: RowButtonsProps): ReactNode {
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
      {WAYS.map(({ way, name, key }) => {
        const asked = goalFilter(columns, way);
        const judged = columns.filter(({ goal }) => goal !== null).length;
        const first = asked !== null && asked.columns < judged ? `the first ${asked.columns}` : "one";
        return (
          <button
            key={way}
            type="button"
            disabled={asked === null}
            aria-pressed={asked !== null && withoutFilter(view.where, asked.where).had}
            title={
              asked === null
                ? "None of the shown columns has a goal"
                : `Only commits in which ${first} of ${count(judged, "column")} with a goal got ${way}: press ${key}`
            }
            onClick={() => actions.filterByGoal(columns, way)}
          >
            {name}
          </button>
        );
      })}
    </div>
  );
}
