// What the address of a comparison holds.
import type { SearchValue } from "./search-part.ts";
import { MAX_COMPARED } from "./table-view.ts";

/** Commits beside each other. */
export interface CompareView {
  /** names of commits: ids, branches, tags, in the order in which they stand */
  readonly commits: readonly string[];
  /** the one that the others are compared with, as it is named there; absent: the first */
  readonly baseline?: string;
  /** also what is the same in all of them */
  readonly all?: boolean;
  /** words that a column's name must hold */
  readonly search?: string;
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Reads the view from the parsed search part; what is not understood is left out. */
export function readCompareView(search: Readonly<Record<string, unknown>>): CompareView {
  const { commits } = search;
  const names = Array.isArray(commits) ? commits.filter((each): each is string => text(each) !== undefined) : [];
  const chosen = [...new Set(names)].slice(0, MAX_COMPARED);
  const [baseline, words] = [text(search["baseline"]), text(search["search"])];
  return {
    commits: chosen,
    ...(baseline === undefined || !chosen.includes(baseline) ? {} : { baseline }),
    ...(search["all"] === "true" ? { all: true } : {}),
    ...(words === undefined ? {} : { search: words }),
  };
}

/** @returns the view in the words of the address, in a fixed order */
export function compareSearch({ commits, baseline, all, search }: CompareView): Record<string, SearchValue> {
  return { commits, baseline, all: all === true ? true : null, search };
}

/** @returns the view with another commit at its end; the same where it stands already or there is no room */
export function withCommit(view: CompareView, name: string): CompareView {
  if (view.commits.includes(name) || view.commits.length >= MAX_COMPARED) return view;
  return { ...view, commits: [...view.commits, name] };
}

/** @returns the view without a commit; without its baseline the first one is the baseline again */
export function withoutCommit(view: CompareView, name: string): CompareView {
  const { baseline, ...rest } = view;
  const kept = baseline === undefined || baseline === name ? {} : { baseline };
  return { ...rest, ...kept, commits: view.commits.filter((each) => each !== name) };
}

/** @returns the view with another baseline; the first commit is it without being named */
export function withBaseline(view: CompareView, name: string): CompareView {
  const { baseline: _baseline, ...rest } = view;
  return name === view.commits[0] ? rest : { ...rest, baseline: name };
}
