// What is said about a table's view: where it starts, why its filter cannot be read, that nothing matches.
import type { ReactNode, RefObject } from "react";
import type { Problem } from "../../src/api/contract/contract.ts";
import { SHORT_SHA } from "../cell.ts";
import { isFiltered, type TableView } from "../table-view.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import type { MoreRows } from "./CommitTableEnd.tsx";
import type { TableViewActions } from "./use-table-view.ts";

/** What the lines are made of. */
export interface TableStripsProps {
  readonly view: TableView;
  readonly refused: Problem | null;
  readonly actions: TableViewActions;
  readonly field: RefObject<HTMLInputElement | null>;
}

/** @returns the place in the filter that a problem speaks of, from 0; null where it names none */
export function mistakeAt({ detail }: Pick<Problem, "detail">): number | null {
  const character = /at character (\d+)/.exec(detail)?.[1];
  return character === undefined ? null : Number(character) - 1;
}

/** The filter with its mistake marked. */
function Mistake({ where, problem }: { where: string; problem: Problem }): ReactNode {
  const at = mistakeAt(problem);
  const characters = Array.from(where);
  if (at === null) return null;
  return (
    <code className="mistake">
      <Untrusted text={characters.slice(Math.max(0, at - 40), at).join("")} />
      <mark>{at < characters.length ? <Untrusted text={characters[at] ?? ""} /> : "\u00a0"}</mark>
      <Untrusted text={characters.slice(at + 1, at + 40).join("")} />
    </code>
  );
}

/** Draws the lines; none for an ordinary view. */
export function TableStrips({ view, refused, actions, field }: TableStripsProps): ReactNode {
  return (
    <>
      {refused === null ? null : (
        <div className="strip" role="alert">
          <span className="dot bad" />
          {view.where === undefined || refused.code !== "bad-filter" ? null : (
            <Mistake where={view.where} problem={refused} />
          )}
          <span>
            <Untrusted text={refused.detail} />
          </span>
          {refused.code === "bad-filter" ? (
            <button type="button" className="link" onClick={() => field.current?.focus()}>
              Correct it
            </button>
          ) : null}
          {refused.code === "bad-filter" || view.baseline === undefined ? null : (
            <button type="button" className="link" onClick={() => actions.compareWith(null)}>
              Without the baseline
            </button>
          )}
        </div>
      )}
      {view.asOf === undefined ? null : (
        <div className="strip" role="status">
          <span>
            Starts at <code>{view.asOf.slice(0, SHORT_SHA)}</code>: newer commits are left out.
          </span>
          <button type="button" className="link" onClick={() => actions.startAt(null)}>
            Show the newest
          </button>
        </div>
      )}
    </>
  );
}

/** Says of a sorted list that what is archived is not in it: nobody would see that by where it ends. */
export function PartStrip({ more }: { more: MoreRows }): ReactNode {
  if (more.part === null) return null;
  return (
    <div className="strip" role="status">
      <span className="dot bad" />
      <span>{more.part}</span>
      <button type="button" className="link" disabled={more.loading} onClick={more.again}>
        Try again
      </button>
    </div>
  );
}

/** Stands in the table where no commit matches. */
export function EmptyTable({ view, refused, actions }: Omit<TableStripsProps, "field">): ReactNode {
  const { where, changed, went } = view;
  return (
    <>
      {refused !== null ? (
        <p>No commits: see above.</p>
      ) : where !== undefined ? (
        <p>No commit matches the filter.</p>
      ) : went === undefined ? (
        <p>No commit changed any of these columns.</p>
      ) : (
        <p>None of these columns got {went} in any commit.</p>
      )}
      {isFiltered(view) ? (
        <p>
          {where === undefined ? null : (
            <button type="button" onClick={() => actions.filter(null)}>
              Without the filter
            </button>
          )}{" "}
          {changed === true ? (
            <button type="button" onClick={actions.toggleChanged}>
              Unchanged commits too
            </button>
          ) : null}{" "}
          {went === undefined ? null : (
            <button type="button" onClick={() => actions.toggleWent(went)}>
              Other commits too
            </button>
          )}
        </p>
      ) : null}
    </>
  );
}
