// What people do to a table's view: each is another address, so that a link is a view and the way back is the browser's.
import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import type { Way } from "../../src/domain/went-filter.ts";
import { toggleCommit } from "../chosen-commits.ts";
import { repositoryPage } from "../paths.ts";
import { parseSearch } from "../search-part.ts";
import { type CommitChoice, readTableView, type TableView } from "../table-view.ts";
import { nextSort } from "../sort-order.ts";
import { forgetScroll } from "./table-window.ts";

/** What can be done to a view. The functions stay the same from one drawing of the page to the next. */
export interface TableViewActions {
  readonly chooseBranch: (branch: string | null) => void;
  readonly chooseCommits: (view: CommitChoice | null) => void;
  /** @param columns null for the server's own choice */
  readonly chooseColumns: (columns: readonly string[] | null) => void;
  readonly sortBy: (column: Pick<ColumnHead, "id" | "goal">, also: boolean) => void;
  readonly filter: (where: string | null) => void;
  /** Leaves the commits in which a shown column went one way, or all again. */
  readonly toggleWent: (way: Way) => void;
  readonly startAt: (sha: string | null) => void;
  /** @param sha null: each commit has its own baseline */
  readonly compareWith: (sha: string | null) => void;
  readonly toggleChanged: () => void;
  readonly toggleDelta: () => void;
  readonly select: (sha: string) => void;
  readonly selectNone: () => void;
}

/** How a step is taken: as a new entry of the browser's history, or in place of the one that there is. */
type Step = "push" | "replace";

const without = (view: TableView, ...names: readonly (keyof TableView)[]): TableView =>
  Object.fromEntries(Object.entries(view).filter(([name]) => !names.some((each) => each === name)));

/** A part of a view, or nothing of it. */
const part = <K extends keyof TableView>(name: K, value: TableView[K] | null): TableView =>
  value == null ? {} : { [name]: value };

/** @returns what can be done to the view that the address holds. @param name the repository as in the page's address */
export function useTableView(name: string): TableViewActions {
  const { history } = useRouter();
  return useMemo(() => {
    const go = (step: Step, change: (view: TableView) => TableView): void => {
      const view = readTableView(parseSearch(history.location.search));
      const address = repositoryPage(name, change(view));
      if (address === history.location.href) return;
      if (step === "push") forgetScroll(address);
      history[step](address);
    };
    return {
      chooseBranch: (branch) =>
        go("push", (view) => ({
          ...without(view, "branch", "asOf", "selected", ...(view.view === "all" ? (["view"] as const) : [])),
          ...part("branch", branch),
        })),
      chooseCommits: (commits) => go("push", (view) => ({ ...without(view, "view"), ...part("view", commits) })),
      // boxes are ticked one after the other: that is one choice, not many steps back
      chooseColumns: (columns) =>
        go("replace", (view) => ({ ...without(view, "columns"), ...part("columns", columns) })),
      sortBy: (column, also) =>
        go("push", (view) => ({ ...without(view, "sort"), ...part("sort", nextSort(view.sort, column, also)) })),
      filter: (where) => go("push", (view) => ({ ...without(view, "where"), ...part("where", where) })),
      toggleWent: (way) =>
        go("push", (view) => ({ ...without(view, "went"), ...part("went", view.went === way ? null : way) })),
      startAt: (sha) => go("push", (view) => ({ ...without(view, "asOf"), ...part("asOf", sha) })),
      compareWith: (sha) => go("push", (view) => ({ ...without(view, "baseline"), ...part("baseline", sha) })),
      toggleChanged: () =>
        go("push", (view) => ({
          ...without(view, "changed"),
          ...part("changed", view.changed === true ? null : true),
        })),
      toggleDelta: () =>
        go("push", (view) => ({ ...without(view, "delta"), ...part("delta", view.delta === true ? null : true) })),
      select: (sha) =>
        go("replace", (view) => ({
          ...without(view, "selected"),
          ...part("selected", toggleCommit(view.selected, sha)),
        })),
      selectNone: () => go("replace", (view) => without(view, "selected")),
    };
  }, [history, name]);
}
