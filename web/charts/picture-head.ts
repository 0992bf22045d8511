// What stands above a saved picture: what is drawn, of which commits, and which line is which. Pure: only words and places.
import { escapeControls } from "../../src/domain/safe-text.ts";
import { count } from "../times.ts";
import type { ChartChoice, ChartLine } from "./chart-lines.ts";
import { dayText } from "./time-ticks.ts";

/** A text in the picture. */
export interface PictureText {
  readonly x: number;
  /** of its baseline */
  readonly y: number;
  readonly text: string;
  readonly kind: "title" | "fact" | "line";
}

/** A stroke beside the name of a line. */
export interface PictureStroke {
  readonly x: number;
  readonly y: number;
  /** place of the line among the chart's */
  readonly line: number;
}

/** All of it, and the room that it takes. */
export interface PictureHead {
  readonly title: string;
  readonly texts: readonly PictureText[];
  readonly strokes: readonly PictureStroke[];
  readonly height: number;
}

/** Room at the sides, and of a stroke with what separates it from its name, in pixels. */
const SIDE = 8;
const STROKE = 30;
/** Length of a stroke, in pixels. */
export const STROKE_LENGTH = 22;
/** Width of a letter in a title of 13 pixels and in other texts of 12, generously: fonts differ. */
const TITLE_LETTER = 8.2;
const LETTER = 7;
/** Height of a line of text. */
const TITLE_HEIGHT = 19;
const HEIGHT = 17;
/** First digits of a commit's id. */
const SHA = 7;

/** How many letters wide a character is: those of East Asia and pictures are two. */
const widthOf = (text: string): number => text.length + (text.match(/[\u1100-\uffff]/g)?.length ?? 0);

/** @returns a text in lines of so many letters at most: broken at blanks, else behind what joins the parts of a name, else anywhere */
export function wrapped(text: string, letters: number): readonly string[] {
  const most = Math.max(8, letters);
  const lines: string[] = [];
  let line = "";
  const parts = text.match(/[^\s/.\]_-]*(?:[/.\]_-]|\s+|$)/g) ?? [];
  for (const part of parts.flatMap((each) => pieces(each, most))) {
    if (line !== "" && widthOf(line + part.trimEnd()) > most) {
      lines.push(line.trimEnd());
      line = part.trimStart();
    } else line += part;
  }
  if (line.trim() !== "") lines.push(line.trimEnd());
  return lines;
}

/** A part that has no place to break in pieces that fit. */
function pieces(part: string, most: number): readonly string[] {
  if (widthOf(part) <= most) return [part];
  const made = [""];
  for (const letter of part) {
    if (widthOf((made.at(-1) ?? "") + letter) > most) made.push("");
    made[made.length - 1] += letter;
  }
  return made;
}

/** What all lines are of: the column, else how many of which files. */
function titleOf(lines: readonly ChartLine[]): string {
  const columns = [...new Map(lines.map(({ column }) => [column.id, column])).values()];
  const [first] = columns;
  if (first === undefined) return "";
  if (columns.length === 1) return first.alias === null ? first.id : `${first.alias} (${first.id})`;
  const paths = [...new Set(columns.map(({ path }) => path))];
  return `${count(columns.length, "column")} of ${paths.length === 1 ? paths[0] : count(paths.length, "file")}`;
}

/** From which commit to which a line goes. */
function rangeOf({ points, total }: ChartLine): string {
  const inOrder = points.toSorted((a, b) => a.ordinal - b.ordinal);
  const [first, last] = [inOrder[0], inOrder.at(-1)];
  if (first === undefined || last === undefined) return "no commit";
  const ends = [first, last].map(({ at, sha }) => `${dayText(at)} (${sha.slice(0, SHA)})`);
  return `${count(total, "commit")}, ${ends.join(" to ")}`;
}

/** The range that all lines have; null where they differ. */
function commonRange(lines: readonly ChartLine[]): string | null {
  const ranges = new Set(lines.map(rangeOf));
  const [range = null] = ranges;
  return ranges.size === 1 ? range : null;
}

/** The name of a line with all that is not the same for every line. */
function nameOf(line: ChartLine, paths: number, range: string | null): string {
  const { column, branch } = line;
  const key = column.alias ?? (paths > 1 ? column.id : column.key);
  const name = `${key}${column.unit === null ? "" : `, ${column.unit}`} · ${branch}`;
  return range === null ? `${name} · ${rangeOf(line)}` : name;
}

/** @returns in a few words each: the repository, branch and unit of one line alone, the commits, how it is drawn */
function factsOf(lines: readonly ChartLine[], repository: string, choice: ChartChoice): string {
  const [only] = lines;
  const range = commonRange(lines);
  return [
    repository,
    ...(lines.length === 1 && only !== undefined
      ? [only.branch, ...(only.column.unit === null ? [] : [`in ${only.column.unit}`])]
      : []),
    ...(range === null ? [] : [range]),
    ...(choice.relative ? ["relative to the first value of each line"] : []),
    ...(choice.log ? ["logarithmic"] : []),
    ...(choice.by === "date" ? ["by date"] : []),
  ].join(" · ");
}

/** @param width of the picture, in pixels; @returns what stands above the plots */
export function pictureHead(
  lines: readonly ChartLine[],
  repository: string,
  choice: ChartChoice,
  width: number,
): PictureHead {
  const title = escapeControls(titleOf(lines));
  const texts: PictureText[] = [];
  const strokes: PictureStroke[] = [];
  const room = width - 2 * SIDE;
  let y = 4;
  const write = (text: string, kind: PictureText["kind"], x: number, letters: number): void => {
    for (const line of wrapped(text, letters)) {
      y += kind === "title" ? TITLE_HEIGHT : HEIGHT;
      texts.push({ x, y, text: line, kind });
    }
  };
  write(title, "title", SIDE, Math.floor(room / TITLE_LETTER));
  write(escapeControls(factsOf(lines, repository, choice)), "fact", SIDE, Math.floor(room / LETTER));
  if (lines.length > 1) {
    const paths = new Set(lines.map(({ column }) => column.path)).size;
    const range = commonRange(lines);
    const names = lines.map((line) => escapeControls(nameOf(line, paths, range)));
    const widest = Math.max(...names.map(widthOf)) * LETTER + STROKE + 12;
    const across = Math.max(1, Math.floor(room / widest));
    let lowest = y + 3;
    names.forEach((name, line) => {
      if (line % across === 0) y = lowest;
      const [top, x] = [y, SIDE + (line % across) * Math.floor(room / across)];
      strokes.push({ x, y: top + HEIGHT - 4, line });
      write(name, "line", x + STROKE, Math.floor((room / across - STROKE) / LETTER));
      lowest = Math.max(lowest, y);
      y = top;
    });
    y = lowest;
  }
  return { title, texts, strokes, height: y + 8 };
}
