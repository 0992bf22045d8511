// From the lines of an answer to the panels of a chart: what stands on one axis, relative to what, under which name.
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import type { SeriesLine } from "../../src/api/contract/series.ts";
import { splitKey } from "../table-layout.ts";

/** How the lines are drawn. */
export interface ChartChoice {
  readonly by: "commit" | "date";
  readonly log: boolean;
  readonly zero: boolean;
  /** values as a part of the line's first one */
  readonly relative: boolean;
}

/** One point of a line. */
export interface ChartPoint {
  /** of the commit: how many first parents it has */
  readonly ordinal: number;
  readonly position: number;
  /** seconds since 1970 */
  readonly at: number;
  /** first 12 digits of the commit's id */
  readonly sha: string;
  /** as it is in the file; null is a gap */
  readonly value: number | null;
  /** what is drawn: the value, or what became of the first one */
  readonly shown: number | null;
  /** how far `shown` may be off */
  readonly spread: number | null;
}

/** Which of the colours and which of the strokes a line has. */
export interface LineLook {
  readonly colour: number;
  readonly stroke: number;
}

/** Colours, and strokes that tell lines of one colour apart. */
const COLOURS = 6;
const STROKES = 4;

/** @returns how each line looks: its column is its colour and its branch its stroke, where there are several of both */
export function lineLooks(lines: readonly Pick<SeriesLine, "branch" | "column">[]): readonly LineLook[] {
  const columns = [...new Set(lines.map(({ column }) => column.id))];
  const branches = [...new Set(lines.map(({ branch }) => branch))];
  const both = columns.length > 1 && branches.length > 1;
  return lines.map(({ branch, column }, index) => {
    const colour = both ? columns.indexOf(column.id) : index;
    const stroke = both ? branches.indexOf(branch) : Math.floor(index / COLOURS);
    return { colour: colour % COLOURS, stroke: stroke % STROKES };
  });
}

/** One column along one branch. */
export interface ChartLine {
  readonly id: string;
  readonly branch: string;
  readonly column: ColumnHead;
  readonly look: LineLook;
  /** in the order in which they are drawn */
  readonly points: readonly ChartPoint[];
  /** commits from the first value to the last */
  readonly total: number;
  /** relative lines: the value that is 0%; null where there is none, or it is zero */
  readonly base: number | null;
  /** what `spread` of its points is to be multiplied by for the file's own figure: 1 unless the line is relative */
  readonly scaledBy: number;
}

/** Lines that have an axis in common. */
export interface ChartPanel {
  /** what is measured, where there are several panels; null for one alone */
  readonly title: string | null;
  readonly unit: string | null;
  readonly lines: readonly ChartLine[];
}

/** @returns the value that the others are measured by: the first that there is, unless it is zero */
function baseOf(values: readonly (number | null)[]): number | null {
  const first = values.find((value) => value !== null);
  return first === undefined || first === null || first === 0 ? null : first;
}

/** What is drawn of a value: on a logarithmic axis the first value is 1, else it is 0. */
function shownOf(value: number | null, base: number | null, { relative, log }: ChartChoice): number | null {
  if (value === null || !relative) return value;
  if (base === null) return null;
  return log ? value / base : (value - base) / Math.abs(base);
}

/** @returns a line as it is drawn */
export function chartLine(line: SeriesLine, look: LineLook, choice: ChartChoice): ChartLine {
  const values = line.points.map(([, , value]) => value);
  const base = baseOf(values);
  const part = choice.relative ? Math.abs(base ?? 1) : 1;
  const points = line.points.map(([ordinal, at, value, position], place): ChartPoint => {
    const spread = line.spread?.values[place] ?? null;
    return {
      ordinal,
      position,
      at,
      sha: line.shas[place] ?? "",
      value,
      shown: shownOf(value, base, choice),
      spread: spread === null || value === null ? null : spread / part,
    };
  });
  // clocks differ: by date the later one stands behind, whatever the history says
  const drawn = choice.by === "date" ? points.toSorted((a, b) => a.at - b.at || a.ordinal - b.ordinal) : points;
  const id = `${line.branch} ${line.column.id}`;
  return {
    id,
    branch: line.branch,
    column: line.column,
    look,
    points: drawn,
    total: line.total,
    base,
    scaledBy: part,
  };
}

/** What people call the one column of a panel, else the last step that the keys have in common. */
function panelTitle(lines: readonly ChartLine[]): string {
  const aliases = new Set(lines.map(({ column }) => column.alias));
  const [alias] = aliases;
  return aliases.size === 1 && alias != null ? alias : splitKey(lines[0]?.column.key ?? "").leaf;
}

/** What columns need in common to stand on one axis: the last step of their keys and their unit. */
function axisName({ key, unit }: ColumnHead): string {
  return JSON.stringify([splitKey(key).leaf, unit]);
}

/**
 * @returns panels below each other: what is measured alike stands on one axis, and relative to the first point everything
 * does
 */
export function chartPanels(lines: readonly SeriesLine[], choice: ChartChoice): readonly ChartPanel[] {
  const looks = lineLooks(lines);
  const drawn = lines.map((line, index) => chartLine(line, looks[index] ?? { colour: 0, stroke: 0 }, choice));
  const groups = Map.groupBy(drawn, ({ column }) => (choice.relative ? "" : axisName(column)));
  return [...groups.values()].map((group) => ({
    title: groups.size === 1 ? null : panelTitle(group),
    unit: choice.relative ? null : (group[0]?.column.unit ?? null),
    lines: group,
  }));
}

/** @returns a column's name in parts that stay whole: what people call it, else the row it is of and the last step of its key */
export function nameParts({ alias, key }: Pick<ColumnHead, "alias" | "key">): readonly string[] {
  if (alias !== null) return [alias];
  const { parent, leaf } = splitKey(key);
  const row = /(?:^|\])[^[\]]*(\[[^\]]*\])$/.exec(parent)?.[1] ?? "";
  return row === "" ? [leaf] : [row, leaf];
}

/** @returns the same in a few words */
export function columnName(column: Pick<ColumnHead, "alias" | "key">): string {
  return nameParts(column).join(" ");
}

/** @returns for each line what tells it from the others: its column, its branch, or both */
export function lineNames(lines: readonly Pick<ChartLine, "branch" | "column">[]): readonly string[] {
  const branches = new Set(lines.map(({ branch }) => branch)).size;
  const columns = new Set(lines.map(({ column }) => column.id)).size;
  const short = new Map(lines.map(({ column }) => [column.id, columnName(column)]));
  const unique = new Set(short.values()).size === short.size;
  return lines.map(({ branch, column }) => {
    const name = unique ? (short.get(column.id) ?? column.id) : (column.alias ?? `${column.path} ${column.key}`);
    return branches === 1 ? name : columns === 1 ? branch : `${name} · ${branch}`;
  });
}

/** Branches that are named one by one beside a commit that several have. */
const NAMED_BRANCHES = 2;

/** @returns some branches in a few words. @param of how many there are in the chart */
function branchWords(branches: readonly string[], of: number): string {
  if (branches.length <= NAMED_BRANCHES) return branches.join(", ");
  return branches.length === of ? `all ${of} branches` : `${branches[0]} and ${branches.length - 1} more branches`;
}

/** @returns what some lines of one column are called together. @param lines of the whole chart */
export function jointName(some: readonly ChartLine[], lines: readonly ChartLine[]): string {
  const branches = new Set(lines.map(({ branch }) => branch)).size;
  const columns = new Set(lines.map(({ column }) => column.id)).size;
  const [first] = some;
  if (first === undefined) return "";
  const held = branchWords([...new Set(some.map(({ branch }) => branch))], branches);
  if (branches > 1 && columns === 1) return held;
  // of one branch the names are those of the columns
  const ofBranch = lines.filter(({ branch }) => branch === first.branch);
  const name = lineNames(ofBranch)[ofBranch.indexOf(first)] ?? "";
  return branches === 1 ? name : `${name} · ${held}`;
}

/** @returns whether commits with values were left out of a line: between two drawn values there are others */
export function isThinned({ points }: Pick<ChartLine, "points">): boolean {
  const inOrder = points.toSorted((a, b) => a.ordinal - b.ordinal);
  return inOrder.some((point, index) => {
    const next = inOrder[index + 1];
    // a gap is one point, however many commits it is of
    return next !== undefined && point.value !== null && next.ordinal > point.ordinal + 1;
  });
}
