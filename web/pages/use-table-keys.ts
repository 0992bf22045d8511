// Does what the keys of the table ask for, at the cell where the keyboard stands.
import { useRouter } from "@tanstack/react-router";
import { type RefObject, useState } from "react";
import type { CommitRow } from "../../src/api/contract/commits.ts";
import { exactText } from "../../src/domain/format-value.ts";
import { valueOf } from "../cell.ts";
import { canCompare, chosenComparison, FULL_CHOICE, isFull } from "../chosen-commits.ts";
import { stepColumn, withoutColumn } from "../column-choice.ts";
import type { GridCursor } from "../grid-cursor.ts";
import { commitPage, comparePage } from "../paths.ts";
import type { TableView } from "../table-view.ts";
import type { ShownColumn } from "../shown-columns.ts";
import { BY_POSITION } from "../sort-order.ts";
import type { TableAction } from "../table-keys.ts";
import { copiedRows, tableMarkdown } from "../table-markdown.ts";
import { count } from "../times.ts";
import { KEY_HELP_ID } from "./KeyHelp.tsx";
import type { TableViewActions } from "./use-table-view.ts";

/** What the keys act on. */
export interface TableInView {
  /** the repository as in the page's address */
  readonly name: string;
  readonly view: TableView;
  /** in the order in which they are drawn */
  readonly columns: readonly ShownColumn[];
  readonly rows: readonly CommitRow[];
  readonly actions: TableViewActions;
  readonly filterField: RefObject<HTMLInputElement | null>;
  /** null where there are none */
  readonly showNews: (() => void) | null;
}

/** What the keys do, and what was said about it last. */
export interface TableKeys {
  readonly act: (action: TableAction, at: GridCursor) => GridCursor | null;
  readonly compare: () => void;
  /** @returns how many rows were copied */
  readonly copy: () => Promise<number>;
  readonly said: string;
}

const POSITION = { id: BY_POSITION, goal: null };

/** @returns what the keys do */
export function useTableKeys(table: TableInView): TableKeys {
  const { name, view, columns, rows, actions, filterField } = table;
  const { history } = useRouter();
  const [said, setSaid] = useState("");

  const compare = (): void => {
    const commits = view.selected ?? [];
    if (!canCompare(commits.length)) setSaid("Choose 2 to 7 commits first, by Space");
    else history.push(comparePage(name, chosenComparison(commits, rows, view.baseline)));
  };
  const copy = async (): Promise<number> => {
    const delta = view.delta === true;
    await navigator.clipboard.writeText(tableMarkdown({ columns, rows, selected: view.selected, delta }));
    return copiedRows({ rows, selected: view.selected }).length;
  };
  const say = (copied: Promise<string>): void => {
    copied.then(setSaid, () => setSaid("Not copied: the browser does not allow it"));
  };
  const ofTable: Readonly<Partial<Record<TableAction["kind"], () => void>>> = {
    delta: actions.toggleDelta,
    changed: actions.toggleChanged,
    improved: () => actions.toggleWent("better"),
    regressed: () => actions.toggleWent("worse"),
    compare,
    copy: () => say(copy().then((number) => `Copied ${count(number, "row")} as Markdown`)),
    news: table.showNews ?? (() => setSaid("No new commits")),
    filter: () => filterField.current?.focus(),
    help: () => document.querySelector<HTMLElement>(`#${KEY_HELP_ID} button`)?.click(),
  };

  const act = (action: TableAction, at: GridCursor): GridCursor | null => {
    const row = rows[at.row];
    if (action.kind === "open" && row !== undefined) history.push(commitPage(name, row.sha));
    else if (action.kind === "copy-value" && row !== undefined)
      say(copyValue(row, columns[at.column - 1]).then((text) => `Copied ${text}`));
    else if (action.kind === "step") return stepAt(table, at, action.by, setSaid);
    else if (row !== undefined && actOnCommit(table, action.kind, row, setSaid)) return null;
    else if (action.kind === "sort" || action.kind === "hide") actOnColumn(table, action, at);
    else ofTable[action.kind]?.();
    return null;
  };
  return { act, compare, copy, said };
}

/** @returns whether the key was one for the commit one stands on */
function actOnCommit(
  { view, actions }: TableInView,
  kind: TableAction["kind"],
  { sha }: CommitRow,
  say: (said: string) => void,
): boolean {
  if (kind === "select" && isFull(view.selected) && view.selected?.includes(sha) !== true) say(FULL_CHOICE);
  else if (kind === "select") actions.select(sha);
  else if (kind === "start") actions.startAt(sha === view.asOf ? null : sha);
  else if (kind === "pin")
    actions.compareWith(view.baseline !== undefined && sha.startsWith(view.baseline) ? null : sha);
  else return false;
  return true;
}

function actOnColumn({ columns, actions }: TableInView, action: TableAction, at: GridCursor): void {
  const column = columns[at.column - 1]?.head;
  if (action.kind === "sort") actions.sortBy(column ?? POSITION, action.also);
  else if (column !== undefined) {
    const shown = columns.map(({ head }) => head.id);
    actions.chooseColumns(withoutColumn(shown, column.id));
  }
}

/** Moves a column, and the keyboard with it. */
function stepAt(
  { columns, actions }: TableInView,
  at: GridCursor,
  by: -1 | 1,
  say: (said: string) => void,
): GridCursor | null {
  const shown = columns.map(({ head }) => head.id);
  const id = shown[at.column - 1];
  const next = id === undefined ? shown : stepColumn(shown, id, by);
  if (next === shown) return null;
  actions.chooseColumns(next);
  say(`Column ${at.column + by} of ${shown.length}`);
  return { row: at.row, column: at.column + by };
}

/** Copies the exact value of a cell, or the commit's id. @returns what was copied */
async function copyValue(row: CommitRow, column: ShownColumn | undefined): Promise<string> {
  const text = column === undefined ? row.sha : exactText(valueOf(row.values[column.place], column.head.kind));
  await navigator.clipboard.writeText(text);
  return text;
}
