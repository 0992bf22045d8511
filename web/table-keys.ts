// The keys of the table besides those that move through it: what each does, and the list that people are shown.

/** What a key asks for at the cell where the keyboard stands. */
export type TableAction =
  | { readonly kind: "open" | "select" | "pin" | "start" | "delta" | "changed" | "improved" | "regressed" }
  | { readonly kind: "compare" | "copy" | "copy-value" | "filter" | "help" | "hide" | "news" }
  /** `also`: as a further step of the order */
  | { readonly kind: "sort"; readonly also: boolean }
  /** moves the column */
  | { readonly kind: "step"; readonly by: -1 | 1 };

/** A key as the browser names it. */
export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const SIMPLE: Readonly<Record<string, Exclude<TableAction["kind"], "sort" | "step">>> = {
  " ": "select",
  b: "pin",
  o: "start",
  d: "delta",
  c: "changed",
  i: "improved",
  r: "regressed",
  v: "compare",
  m: "copy",
  f: "filter",
  n: "news",
  "?": "help",
  Delete: "hide",
};

/**
 * @param row where the keyboard stands; -1 is the head
 * @returns what the key asks for, or null when it is no key of the table
 */
export function tableAction({ key, ctrlKey, metaKey, altKey, shiftKey }: PressedKey, row: number): TableAction | null {
  if (altKey) return null;
  if (ctrlKey || metaKey) return key === "c" ? { kind: "copy-value" } : null;
  if (shiftKey && (key === "ArrowLeft" || key === "ArrowRight"))
    return { kind: "step", by: key === "ArrowLeft" ? -1 : 1 };
  if (key === "s" || key === "S") return { kind: "sort", also: shiftKey };
  if (key === "Enter") return row < 0 ? { kind: "sort", also: shiftKey } : { kind: "open" };
  const kind = Object.hasOwn(SIMPLE, key) ? SIMPLE[key] : undefined;
  return kind === undefined ? null : { kind };
}

/** A key, or several, and what it does, as people are told. */
export interface KeyLine {
  readonly keys: readonly string[];
  readonly does: string;
}

/** All keys of the table, in groups. */
export const TABLE_KEYS: readonly { readonly name: string; readonly lines: readonly KeyLine[] }[] = [
  {
    name: "Move",
    lines: [
      { keys: ["↑", "↓", "←", "→"], does: "by a cell; above the first row is the head" },
      { keys: ["Home", "End"], does: "to the commit, to the last column" },
      { keys: ["Page Up", "Page Down"], does: "by what is in view" },
      { keys: ["Ctrl + Home", "Ctrl + End"], does: "to the first row, to the last one loaded" },
      { keys: ["Enter"], does: "opens the commit" },
    ],
  },
  {
    name: "Columns",
    lines: [
      { keys: ["s", "Enter on a head"], does: "best first, worst first, as before" },
      { keys: ["Shift + s"], does: "the same, within the order there is" },
      { keys: ["Shift + ←", "Shift + →"], does: "moves the column" },
      { keys: ["Delete"], does: "hides the column" },
      { keys: ["/"], does: "chooses columns" },
    ],
  },
  {
    name: "Rows",
    lines: [
      { keys: ["f"], does: "filter" },
      { keys: ["c"], does: "only where a shown column changed" },
      { keys: ["i", "r"], does: "only what improved, only what regressed" },
      { keys: ["o"], does: "starts at this commit" },
      { keys: ["n"], does: "brings in new commits, at the top" },
    ],
  },
  {
    name: "Compare",
    lines: [
      { keys: ["Space"], does: "chooses the commit" },
      { keys: ["v"], does: "compares the commits chosen" },
      { keys: ["b"], does: "compares every row with this commit" },
      { keys: ["d"], does: "changes instead of values" },
    ],
  },
  {
    name: "Copy",
    lines: [
      { keys: ["Ctrl + c"], does: "the cell's exact value" },
      { keys: ["m"], does: "the table as Markdown: the commits chosen, else those loaded" },
    ],
  },
];
