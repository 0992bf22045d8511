// What people do to a chart: each is another address, so that a link is a view and the way back is the browser's.
import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Stretch } from "../charts/zoom.ts";
import { type ColumnView, readColumnView } from "../column-view.ts";
import { columnPage } from "../paths.ts";
import { parseSearch } from "../search-part.ts";

/** What can be done to a view. The functions stay the same from one drawing of the page to the next. */
export interface ColumnViewActions {
  /** Looks at a stretch; an end that is not named is the history's own. */
  readonly stretch: (stretch: Stretch & { readonly newest?: number }) => void;
  readonly chooseColumns: (columns: readonly string[] | null) => void;
  /** @param branches none for the default branch */
  readonly chooseBranches: (branches: readonly string[]) => void;
  /** Turns one of the ways to draw on or off. */
  readonly toggle: (way: "scale" | "zero" | "relative" | "by") => void;
  readonly tellOf: (column: string) => void;
}

const TURNED_ON = {
  scale: { scale: "log" },
  zero: { zero: true },
  relative: { relative: true },
  by: { by: "date" },
} as const;

const without = (view: ColumnView, ...names: readonly (keyof ColumnView)[]): ColumnView =>
  Object.fromEntries(Object.entries(view).filter(([name]) => !names.some((each) => each === name)));

/** A logarithmic axis has no zero: one of the two is turned off when the other is turned on. */
function toggled(view: ColumnView, way: "scale" | "zero" | "relative" | "by"): ColumnView {
  if (view[way] !== undefined) return without(view, way);
  const rest = way === "scale" ? without(view, "zero") : way === "zero" ? without(view, "scale") : view;
  return { ...rest, ...TURNED_ON[way] };
}

/** @returns what can be done to the view that the address holds. @param name the repository as in the page's address */
export function useColumnView(name: string): ColumnViewActions {
  const { history } = useRouter();
  return useMemo(() => {
    const go = (step: "push" | "replace", change: (view: ColumnView) => ColumnView): void => {
      const view = readColumnView(parseSearch(history.location.search));
      const address = columnPage(name, change(view));
      if (address !== history.location.href) history[step](address);
    };
    return {
      stretch: (stretch) => go("push", (view) => ({ ...without(view, "from", "to", "newest"), ...stretch })),
      // boxes are ticked one after the other: that is one choice, not many steps back
      chooseColumns: (columns) =>
        go("replace", (view) => ({
          ...without(view, "columns", "about"),
          ...(columns === null || columns.length === 0 ? {} : { columns }),
        })),
      chooseBranches: (branches) =>
        go("replace", (view) => ({
          ...without(view, "branch"),
          ...(branches.length === 0 ? {} : { branch: branches }),
        })),
      toggle: (way) => go("push", (view) => toggled(view, way)),
      tellOf: (about) => go("replace", (view) => ({ ...view, about })),
    };
  }, [history, name]);
}
