// The archived part of a line as runs of neighbouring commits, like those that Postgres gives of the rest. It is brought in
// pieces: all of it for a chart, which needs all, and a little at first where somebody walks down from the newest.
import type { ArchivedLine, ArchivedValue } from "../archive/archive.ts";
import type { ArchivedAnswers } from "../archive/archived-answers.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { LinePart } from "../store/commit-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { archivedPlaces } from "./archived-list.ts";
import type { ColumnRun, ReadFile } from "./column-run.ts";

/** Commits of the first piece below the newest archived one; each further one is ten times as large. */
const FIRST_PIECE = 2_000;
const GROWTH = 10;

/** The archived commits of a line: of the lowest ordinals, without a hole. */
export interface ArchivedStretch {
  /** the highest ordinal of them; -1 where none is archived */
  readonly top: number;
  /** by ordinal */
  readonly positions: Int32Array;
}

/** @returns the archived part of a line, from its root up */
export async function archivedStretch(
  reader: Reader,
  archived: ArchivedAnswers | null,
  repository: RepositoryId,
  parts: readonly LinePart[],
): Promise<ArchivedStretch> {
  if (archived === null || archived.hotFrom === 0) return { top: -1, positions: new Int32Array() };
  return archived.remember(`line ${JSON.stringify(parts)}`, async () => {
    const { ordinals, lines } = await archivedPlaces(reader, archived, repository);
    const bounds = new Map(parts.map(({ line, top, bottom }) => [line, { top, bottom }]));
    const positions = new Int32Array(Math.max(0, ...parts.map((part) => part.top + 1))).fill(-1);
    let highest = -1;
    for (let position = 0; position < ordinals.length; position++) {
      const ordinal = ordinals[position] ?? -1;
      const part = bounds.get(lines[position] ?? 0);
      if (part === undefined || ordinal > part.top || ordinal <= part.bottom) continue;
      positions[ordinal] = position;
      highest = Math.max(highest, ordinal);
    }
    return { top: highest, positions };
  });
}

/** What is read of the archived part of a line. */
export interface RunsWish<Cell> {
  readonly stretch: ArchivedStretch;
  /** beside each other: paths, and the keys that are read of the file there */
  readonly paths: readonly string[];
  readonly keys: readonly (readonly string[])[];
  readonly cell: (value: ArchivedValue) => Cell;
  readonly absent: Cell;
  /** whether nothing but values counts: then nobody asks which files there are */
  readonly valuesOnly: boolean;
  /** the cells of lines that were brought */
  readonly known: WeakMap<ArchivedLine, unknown>;
  /** how it is brought */
  readonly pieces: "whole" | "from-newest";
}

/** Ordinals, both included. */
interface Piece {
  readonly low: number;
  readonly high: number;
}

/** The pieces that have something of a stretch, oldest first. */
function piecesOf(top: number, { low, high }: Piece, how: RunsWish<unknown>["pieces"]): Piece[] {
  if (how === "whole") return [{ low: 0, high: top }];
  const pieces: Piece[] = [];
  for (let end = top, size = FIRST_PIECE; end >= low; end -= size, size *= GROWTH) {
    const piece = { low: Math.max(0, end - size + 1), high: end };
    if (piece.low <= high) pieces.unshift(piece);
  }
  return pieces;
}

/** @returns a line's positions without its holes; `filter()` takes 70 ms for a million */
function archivedAmong(positions: Int32Array): Int32Array {
  const there = new Int32Array(positions.length);
  let count = 0;
  for (let index = 0; index < positions.length; index++) {
    const position = positions[index] as number;
    if (position >= 0) there[count++] = position;
  }
  return there.subarray(0, count);
}

/** @returns the ordinal of a position that is in the piece; -1 for others */
function ordinalsAt({ positions }: ArchivedStretch, { low, high }: Piece): (position: number) => number {
  const part = positions.subarray(low, high + 1);
  const first = part.find((position) => position >= 0) ?? 0;
  const ordinals = new Int32Array(Math.max(0, (part.at(-1) ?? 0) - first + 1)).fill(-1);
  for (let index = 0; index < part.length; index++) {
    const position = part[index] as number;
    if (position >= 0) ordinals[position - first] = low + index;
  }
  return (position) => ordinals[position - first] ?? -1;
}

/**
 * Columns' numbers along the archived part of a line, for a chart.
 * @param cell undefined: nothing is drawn; null: a gap
 * @returns beside the columns, by ordinal: NaN where nothing is drawn, an infinity where a gap is
 * @throws ArchiveWanted
 */
export function archivedFigures(
  archived: ArchivedAnswers,
  stretch: ArchivedStretch,
  columns: readonly { readonly path: string; readonly key: string }[],
  cell: (value: ArchivedValue) => number | null | undefined,
): Float64Array[] {
  const of = `${stretch.top} ${stretch.positions[stretch.top]}`;
  const name = JSON.stringify(columns.map(({ path, key }) => [path, key]));
  const line = archived.ask(`figures ${of} ${name}`, (archive, repository, signal) => {
    const keys = new Map<string, Set<string>>();
    for (const { path, key } of columns) keys.set(path, (keys.get(path) ?? new Set()).add(key));
    const positions = archivedAmong(stretch.positions.subarray(0, stretch.top + 1));
    return archive.line(repository, { positions, columns: keys, files: false }, signal);
  });
  const ordinalOf = ordinalsAt(stretch, { low: 0, high: stretch.top });
  return columns.map(({ path, key }) => {
    const figures = new Float64Array(stretch.top + 1).fill(Number.NaN);
    line.eachValue(path, key, (value) => {
      const ordinal = ordinalOf(value.position);
      const figure = ordinal < 0 ? undefined : cell(value);
      if (figure !== undefined) figures[ordinal] = figure ?? Number.POSITIVE_INFINITY;
    });
    return figures;
  });
}

/** Cells of a piece: by path, by place of the key, by ordinal less the piece's lowest; undefined where there is none. */
type Cells<Cell> = readonly (readonly (Cell | undefined)[][])[];

function cellsOf<Cell>(line: ArchivedLine, piece: Piece, wish: RunsWish<Cell>): Cells<Cell> {
  const known = wish.known.get(line) as Cells<Cell> | undefined;
  const cells = known ?? cellsIn(line, piece, wish);
  wish.known.set(line, cells);
  return cells;
}

function cellsIn<Cell>(line: ArchivedLine, piece: Piece, wish: RunsWish<Cell>): Cells<Cell> {
  const ordinalOf = ordinalsAt(wish.stretch, piece);
  return wish.paths.map((path, at) =>
    (wish.keys[at] ?? []).map((key) => {
      const cells: (Cell | undefined)[] = Array.from({ length: piece.high - piece.low + 1 });
      line.eachValue(path, key, (value) => {
        const ordinal = ordinalOf(value.position);
        if (ordinal >= 0) cells[ordinal - piece.low] = wish.cell(value);
      });
      return cells;
    }),
  );
}

/**
 * Reads a stretch of the archived part.
 * @param span ordinals that are archived, both included
 * @returns runs by rising ordinal
 * @throws ArchiveWanted
 */
export function archivedRuns<Cell>(archived: ArchivedAnswers, span: Piece, wish: RunsWish<Cell>): ColumnRun<Cell>[] {
  const runs: ColumnRun<Cell>[] = [];
  const columns = new Map(wish.paths.map((path, at) => [path, new Set(wish.keys[at])]));
  const name = JSON.stringify([wish.paths, wish.keys, wish.valuesOnly]);
  for (const piece of piecesOf(wish.stretch.top, span, wish.pieces)) {
    const positions = archivedAmong(wish.stretch.positions.subarray(piece.low, piece.high + 1));
    const key = `runs ${positions[0]} ${positions.at(-1)} ${name}`;
    const line = archived.ask(key, (archive, of, signal) => {
      return archive.line(of, { positions, columns, files: !wish.valuesOnly }, signal);
    });
    const part = { low: Math.max(piece.low, span.low), high: Math.min(piece.high, span.high) };
    addRuns(runs, line, piece, part, wish);
  }
  return runs;
}

function addRuns<Cell>(
  runs: ColumnRun<Cell>[],
  line: ArchivedLine,
  piece: Piece,
  part: Piece,
  wish: RunsWish<Cell>,
): void {
  const cells = cellsOf(line, piece, wish);
  let before: string | null = null;
  for (let ordinal = part.low; ordinal <= part.high; ordinal++) {
    const position = wish.stretch.positions[ordinal] ?? -1;
    const commit = wish.valuesOnly ? null : line.commit(position);
    const last = runs.at(-1);
    // commits with the same files have the same values
    if (commit !== null && commit.files === before && last?.high === ordinal - 1) {
      runs[runs.length - 1] = { ...last, high: ordinal };
      continue;
    }
    before = commit?.files ?? null;
    const valuesAt = (path: number): (Cell | undefined)[] =>
      (cells[path] ?? []).map((column) => column[ordinal - piece.low]);
    const files = wish.paths.map((path, at): ReadFile<Cell> | undefined => {
      const state = commit === null ? "read" : commit.stateOf(path);
      if (state === "absent") return undefined;
      if (state === "unread") return { values: null, isUnread: true };
      if (state === "unreadable") return { values: null };
      const values = valuesAt(at);
      if (commit === null && values.every((value) => value === undefined)) return undefined;
      // null is a value: there is none that could be drawn
      return { values: values.map((value) => (value === undefined ? wish.absent : value)) };
    });
    runs.push({ low: ordinal, high: ordinal, files });
  }
}
