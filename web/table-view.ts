// What the address of a table holds, and what of it the API is asked.
import { type Way, WAYS } from "../src/domain/went-filter.ts";
import { formatSearch, type SearchValue } from "./search-part.ts";

/** Which commits a table has besides those of the branch's line: those that changed a metric file, or all there are. */
export type CommitChoice = "touching" | "all";

/** One step of the table's order. `column` is a column id or "position". */
export interface SortStep {
  readonly column: string;
  readonly order: "asc" | "desc";
}

/**
 * What the address of a table holds, so that a link is a view. Absent: the default branch, its line, the default columns,
 * newest first, every commit, each compared with its own baseline.
 */
export interface TableView {
  readonly branch?: string;
  readonly view?: CommitChoice;
  readonly columns?: readonly string[];
  readonly sort?: readonly SortStep[];
  /** a filter's text */
  readonly where?: string;
  /** sha of the commit to start from */
  readonly asOf?: string;
  /** sha of the commit that every row is compared with */
  readonly baseline?: string;
  /** only commits in which one of the shown columns changed */
  readonly changed?: true;
  /** only commits in which one of the shown columns with a goal went this way */
  readonly went?: Way;
  /** cells show the change instead of the value */
  readonly delta?: true;
  /** commits chosen to be compared, in the order of choosing */
  readonly selected?: readonly string[];
}

/** Most steps of an order, and most commits of a comparison: the API takes no more. */
const MAX_SORT_STEPS = 3;
/** Most commits that can be compared at once. */
export const MAX_COMPARED = 7;

const givenText = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
const givenTexts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? [...new Set(value.filter((each): each is string => givenText(each) !== undefined))] : [];

function readSort({ sort, order }: Readonly<Record<string, unknown>>): readonly SortStep[] {
  if (!Array.isArray(sort)) return [];
  const orders = Array.isArray(order) ? order : [];
  const steps = new Map<string, SortStep>();
  sort.forEach((column, index) => {
    if (givenText(column) === undefined || steps.has(column)) return;
    steps.set(column, { column, order: orders[index] === "asc" ? "asc" : "desc" });
  });
  return [...steps.values()].slice(0, MAX_SORT_STEPS);
}

/** Reads the view of a table from the parsed search part; what is not understood is left out. */
export function readTableView(search: Readonly<Record<string, unknown>>): TableView {
  const { view } = search;
  const named = ["branch", "where", "as-of", "baseline"].map((name) => givenText(search[name]));
  const [branch, where, asOf, baseline] = named;
  const [columns, sort, selected] = [givenTexts(search["columns"]), readSort(search), givenTexts(search["selected"])];
  const went = WAYS.find((way) => way === search["went"]);
  return {
    ...(branch === undefined ? {} : { branch }),
    ...(view === "touching" || view === "all" ? { view } : {}),
    ...(columns.length === 0 ? {} : { columns }),
    ...(sort.length === 0 ? {} : { sort }),
    ...(where === undefined ? {} : { where }),
    ...(asOf === undefined ? {} : { asOf }),
    ...(baseline === undefined ? {} : { baseline }),
    ...(search["changed"] === "true" ? { changed: true } : {}),
    ...(went === undefined ? {} : { went }),
    ...(search["delta"] === "true" ? { delta: true } : {}),
    ...(selected.length === 0 ? {} : { selected: selected.slice(0, MAX_COMPARED) }),
  };
}

/** @returns the part of a view that the API answers, in its words; the order is said only where it is not the default */
export function rowsSearch(view: TableView): Record<string, SearchValue> {
  const orders = view.sort?.map(({ order }) => order);
  return {
    branch: view.branch,
    view: view.view,
    columns: view.columns,
    sort: view.sort?.map(({ column }) => column),
    order: orders?.includes("asc") === true ? orders : undefined,
    where: view.where,
    "as-of": view.asOf,
    baseline: view.baseline,
    changed: view.changed === true ? "true" : undefined,
    went: view.went,
  };
}

/** @returns a view as its address has it: what `readTableView()` reads */
export function viewSearch(view: TableView): Record<string, SearchValue> {
  const all = { ...rowsSearch(view), delta: view.delta === true ? "true" : undefined, selected: view.selected };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Which rows there are depends on which columns are shown. */
function isOfColumns({ changed, went }: TableView): boolean {
  return changed === true || went !== undefined;
}

/** @returns whether rows are left out because of what their commits hold */
export function isFiltered(view: TableView): boolean {
  return view.where !== undefined || isOfColumns(view);
}

/** @returns a name for the rows of a view, whatever its columns: two views of one name have the same rows in the same order */
export function rowsOf(view: TableView): string {
  return formatSearch({ ...rowsSearch(view), columns: isOfColumns(view) ? view.columns : undefined });
}

/**
 * @returns the part of a view that the API answers: what only the page draws in another way is left out, and columns have
 * one order, whichever they are drawn in
 */
export function askedOf({ delta: _delta, selected: _selected, ...asked }: TableView): TableView {
  return asked.columns === undefined ? asked : { ...asked, columns: asked.columns.toSorted() };
}
