// What people do to a comparison: each is another address, so that a link is a view and the way back is the browser's.
import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";
import { type CompareView, readCompareView, withBaseline, withCommit, withoutCommit } from "../compare-view.ts";
import { comparePage } from "../paths.ts";
import { parseSearch } from "../search-part.ts";

/** What can be done. The functions stay the same from one drawing of the page to the next. */
export interface CompareViewActions {
  readonly add: (name: string) => void;
  readonly remove: (name: string) => void;
  readonly compareWith: (name: string) => void;
  readonly showAll: (all: boolean) => void;
  readonly search: (words: string) => void;
}

/** @returns what can be done to the view that the address holds. @param name the repository as in the page's address */
export function useCompareView(name: string): CompareViewActions {
  const { history } = useRouter();
  return useMemo(() => {
    const go = (step: "push" | "replace", change: (view: CompareView) => CompareView): void => {
      const view = readCompareView(parseSearch(history.location.search));
      const address = comparePage(name, change(view));
      if (address !== history.location.href) history[step](address);
    };
    return {
      add: (commit) => go("push", (view) => withCommit(view, commit)),
      remove: (commit) => go("push", (view) => withoutCommit(view, commit)),
      compareWith: (commit) => go("push", (view) => withBaseline(view, commit)),
      showAll: (all) => go("push", (view) => ({ ...view, all })),
      // typing is one step, not one for each letter
      search: (words) =>
        go("replace", ({ search: _search, ...view }) => (words === "" ? view : { ...view, search: words })),
    };
  }, [history, name]);
}
