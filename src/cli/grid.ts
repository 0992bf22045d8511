// A table of texts on a terminal, as wide as it may be; where that is too narrow each row becomes a block of lines.
import type { Paint, Style } from "./paint.ts";
import { cutEnd, cutStart, padEnd, padStart, widthOf } from "./text-width.ts";

/** A column, and how its texts stand in it. */
export interface GridColumn {
  readonly name: string;
  readonly align: "left" | "right";
  /** where its texts are cut when there is too little room; without, they never are */
  readonly cut?: "start" | "end";
}

/** One text, free of control characters. */
export interface GridCell {
  readonly text: string;
  readonly style?: Style;
}

/** Rows, and between them lines that stand above those that follow. */
export interface Grid {
  readonly columns: readonly GridColumn[];
  readonly rows: readonly (readonly GridCell[] | string)[];
  /** in cells; Infinity: no limit */
  readonly width: number;
  readonly paint: Paint;
  /** blanks before each row, below a line */
  readonly indent?: number;
}

const GAP = "  ";
/** A column is not cut to fewer cells, in all: then rows become blocks. */
const MIN_CUT_WIDTH = 16;

/** @returns lines, none wider than the width */
export function drawGrid(grid: Grid): string[] {
  const widths = columnWidths(grid);
  return widths === null ? drawBlocks(grid) : drawTable(grid, widths);
}

function columnWidths({ columns, rows, width, indent = 0 }: Grid): number[] | null {
  const widths = columns.map(({ name }, index) =>
    rows.reduce(
      (most, row) => (typeof row === "string" ? most : Math.max(most, widthOf(row[index]?.text ?? ""))),
      widthOf(name),
    ),
  );
  const gaps = Math.max(0, columns.length - 1) * GAP.length + indent;
  let over = widths.reduce((sum, each) => sum + each, gaps) - width;
  while (over > 0) {
    const widest = widestToCut(columns, widths);
    if (widest === null) return null;
    const least = Math.max(MIN_CUT_WIDTH, secondWidest(columns, widths, widest));
    const cut = Math.min(over, Math.max(1, (widths[widest] as number) - least));
    widths[widest] = (widths[widest] as number) - cut;
    over -= cut;
  }
  return widths;
}

/** The widest column that may still be cut. */
function widestToCut(columns: readonly GridColumn[], widths: readonly number[]): number | null {
  let widest: number | null = null;
  columns.forEach(({ cut }, index) => {
    const width = widths[index] as number;
    if (cut === undefined || width <= MIN_CUT_WIDTH) return;
    if (widest === null || width > (widths[widest] as number)) widest = index;
  });
  return widest;
}

function secondWidest(columns: readonly GridColumn[], widths: readonly number[], widest: number): number {
  const others = columns.map(({ cut }, index) =>
    cut === undefined || index === widest ? 0 : (widths[index] as number),
  );
  return Math.max(0, ...others);
}

function drawTable({ columns, rows, width, paint, indent = 0 }: Grid, widths: readonly number[]): string[] {
  const margin = " ".repeat(indent);
  const place = (text: string, index: number): string => {
    const { align } = columns[index] as GridColumn;
    const own = widths[index] as number;
    return align === "right" ? padStart(text, own) : padEnd(text, own);
  };
  const head = columns.map(({ name }, index) => place(cutEnd(name, widths[index] as number), index)).join(GAP);
  const lines = rows.map((row) => {
    if (typeof row === "string") return paint.dim(cutStart(row, width));
    const cells = columns.map(({ cut }, index) => {
      const { text = "", style } = row[index] ?? {};
      const fitted = (cut === "start" ? cutStart : cutEnd)(text, widths[index] as number);
      const placed = place(fitted, index);
      // blanks stay plain: a styled blank at the end of a line cannot be taken away
      return style === undefined || fitted === "" ? placed : placed.replace(fitted, () => style(fitted));
    });
    return `${margin}${cells.join(GAP)}`.trimEnd();
  });
  return columns.every(({ name }) => name === "") ? lines : [paint.dim(`${margin}${head}`.trimEnd()), ...lines];
}

/** Each row as a block: what leads it, then a line for each of its other texts; those without a name join the one before. */
function drawBlocks({ columns, rows, width, paint }: Grid): string[] {
  const [lead, ...others] = columns;
  const label = Math.min(Math.floor(width / 3), Math.max(0, ...others.map(({ name }) => widthOf(name))));
  return rows.flatMap((row, index) => {
    if (typeof row === "string") return [...(index === 0 ? [] : [""]), paint.dim(cutStart(row, width))];
    const cut = (text: string, room: number, side: GridColumn["cut"]): string =>
      (side === "start" ? cutStart : cutEnd)(text, Math.max(1, room));
    const styled = ({ text, style }: GridCell): string => (style === undefined ? text : style(text));
    const first = row[0] ?? { text: "" };
    const lines = [{ used: 0, text: styled({ ...first, text: cut(first.text, width, lead?.cut) }) }];
    others.forEach(({ name, cut: side }, place) => {
      const cell = row[place + 1];
      if (cell === undefined || cell.text === "") return;
      const before = lines.at(-1) as (typeof lines)[number];
      const joins = name === "" && before.used > 0 && before.used + GAP.length + widthOf(cell.text) <= width;
      const margin = joins ? GAP : GAP + padEnd(cutEnd(name, label), label) + GAP;
      const fitted = cut(cell.text, width - (joins ? before.used : 0) - widthOf(margin), side);
      const added = { used: widthOf(margin) + widthOf(fitted), text: margin + styled({ ...cell, text: fitted }) };
      if (joins) lines[lines.length - 1] = { used: before.used + added.used, text: before.text + added.text };
      else lines.push(added);
    });
    const gap = index === 0 || typeof rows[index - 1] === "string" ? [] : [""];
    return [...gap, ...lines.map(({ text }) => text)];
  });
}
