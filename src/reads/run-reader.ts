// Reads columns along a line: for each stretch of commits with the same files, the values that these hold.
import type { RepositoryId } from "../domain/model.ts";
import {
  type FilesRun,
  type LineRuns,
  readLineRuns,
  readRunFiles,
  readShapePlaces,
  type RunFile,
} from "../store/column-runs.ts";
import type { ArchivedLine, ArchivedValue } from "../archive/archive.ts";
import { storedText } from "../archive/thawed-values.ts";
import type { LinePart } from "../store/commit-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { archivedOf } from "./archived-rows.ts";
import { type ArchivedStretch, archivedRuns, archivedStretch, type RunsWish } from "./archived-runs.ts";
import type { ColumnRun, ReadFile } from "./column-run.ts";
import { partsBetween } from "./line-parts.ts";
import { RecentMap } from "./recent-map.ts";

/** A column's name. */
export interface ColumnName {
  readonly path: string;
  readonly key: string;
}

const UNREAD = { values: null, isUnread: true } as const;

/** How a stored value becomes a cell. */
export interface CellFormat<Cell> {
  /** @param text JSON text of one value as it is stored */
  readonly one: (text: string) => Cell;
  /** @param text JSON array of a whole document; absent where single values have to be exact */
  readonly all?: (text: string) => readonly Cell[];
  /** of a key that the document does not have */
  readonly absent: Cell;
  /** whether a file without values is like none */
  readonly valuesOnly?: boolean;
  /** the same of a value as the archive has it; without it its JSON text is made again */
  readonly archived?: (value: ArchivedValue) => Cell;
}

/** Shapes whose places are known: the latest ones. */
const MAX_SHAPES = 200;
/** A place that no array has: -1 would be its last element. */
const NOWHERE = 2_147_483_647;
/** Versions that are looked at for their shapes before all are. */
const SAMPLE = 20;
/** One value picked out costs Postgres as much as writing this many of a document. */
const WHOLE_PART = 4;
/** Fewer values than this are picked in any case. */
const MIN_WHOLE = 5;

interface Pick {
  readonly path: string;
  readonly shape: number;
  /** none: the whole document is asked for */
  readonly indexes: readonly number[];
  /** beside the keys of the path: their place in the document, or -1 */
  readonly places: readonly number[];
}

/** Reads some columns stretch by stretch, and remembers where shapes keep them. */
export class RunReader<Cell> {
  /** of the columns, each once */
  readonly paths: readonly string[];
  readonly #reader: Reader;
  readonly #repository: RepositoryId;
  readonly #format: CellFormat<Cell>;
  /** beside the paths */
  readonly #keys: readonly (readonly string[])[];
  readonly #picks = new RecentMap<string, Pick>(MAX_SHAPES);
  readonly #line: readonly LinePart[] | null;
  readonly #pieces: RunsWish<Cell>["pieces"];
  readonly #cells = new WeakMap<ArchivedLine, unknown>();
  #isWarm = false;

  /**
   * @param columns each once; the keys of a path keep their order
   * @param along the whole line of which stretches are read, and how; null: none is, only file versions are
   */
  constructor(
    reader: Reader,
    repository: RepositoryId,
    columns: readonly ColumnName[],
    format: CellFormat<Cell>,
    along: { readonly line: readonly LinePart[]; readonly pieces: RunsWish<Cell>["pieces"] } | null,
  ) {
    this.#line = along?.line ?? null;
    this.#pieces = along?.pieces ?? "whole";
    this.#reader = reader;
    this.#repository = repository;
    this.#format = format;
    const byPath = Map.groupBy(columns, ({ path }) => path);
    this.paths = [...byPath.keys()];
    this.#keys = [...byPath.values()].map((list) => list.map(({ key }) => key));
  }

  /**
   * Reads one stretch.
   * @param parts of one line; together they hold as many commits as may be held at a time
   * @returns runs by rising ordinal; see `LineRuns` for `whole`: null and no run where the newest commit is missing
   */
  async read(parts: readonly LinePart[]): Promise<{ runs: ColumnRun<Cell>[]; whole: LineRuns["whole"] }> {
    const archived = archivedOf(this.#reader);
    const stretch = await archivedStretch(this.#reader, archived, this.#repository, this.#line ?? []);
    const top = Math.max(-1, ...parts.map((part) => part.top));
    const bottom = Math.min(...parts.map((part) => part.bottom + 1));
    if (archived === null || bottom > stretch.top) return this.#readHot(parts);
    const hotParts = partsBetween(parts, stretch.top + 1, top);
    const hot = hotParts.length === 0 ? { runs: [], whole: stretch.top + 1 } : await this.#readHot(hotParts);
    // commits whose import is still to come
    if (hot.whole !== stretch.top + 1) return hot;
    const cold = archivedRuns(archived, { low: bottom, high: Math.min(top, stretch.top) }, this.#wish(stretch));
    return { runs: [...cold, ...hot.runs], whole: bottom };
  }

  #wish(stretch: ArchivedStretch): RunsWish<Cell> {
    const { one, absent, valuesOnly = false, archived } = this.#format;
    const cell = archived ?? (({ kind, num, text }: ArchivedValue) => one(storedText(kind, num, text)));
    const [paths, keys, known, pieces] = [this.paths, this.#keys, this.#cells, this.#pieces];
    return { stretch, paths, keys, cell, absent, valuesOnly, known, pieces };
  }

  async #readHot(parts: readonly LinePart[]): Promise<{ runs: ColumnRun<Cell>[]; whole: LineRuns["whole"] }> {
    const { runs, whole } = await readLineRuns(this.#reader, this.#repository, parts);
    // its newest commit is still to come: what is below belongs to nothing yet
    const top = Math.max(...parts.map((part) => part.top));
    if (runs.at(-1)?.high !== top) return { runs: [], whole: null };
    const numbers = new Set<number>();
    for (const { files } of runs) for (const number of numbersOf(files)) numbers.add(number);
    const known = await this.filesOf([...numbers]);
    return { runs: runs.map((run) => this.#runOf(run, known)), whole };
  }

  #runOf({ low, high, files, unreadFrom }: FilesRun, known: ReadonlyMap<number, Known<Cell>>): ColumnRun<Cell> {
    const found = this.paths.map((path): ReadFile<Cell> | undefined => {
      return unreadFrom !== null && path >= unreadFrom ? UNREAD : undefined;
    });
    for (const number of numbersOf(files)) {
      const file = known.get(number);
      if (file !== undefined) found[file.path] = file;
    }
    return { low, high, files: found };
  }

  /** Reads file versions by their numbers. @returns those that are at one of the paths, by number */
  async filesOf(numbers: readonly number[]): Promise<ReadonlyMap<number, Known<Cell>>> {
    const known = new Map<number, Known<Cell>>();
    // mostly a few versions have the shapes of all: the first question is about those
    if (numbers.length > 0 && !this.#isWarm) await this.#learnFrom(numbers.slice(-SAMPLE));
    for (let waiting = numbers; waiting.length > 0; ) {
      const picks = [...this.#picks.values()];
      const files = await readRunFiles(this.#reader, this.#repository, waiting, this.paths, picks);
      const strange = files.filter(({ shape, picked }) => shape !== null && picked === null);
      for (const file of files)
        if (file.shape === null || file.picked !== null)
          known.set(file.number, { path: file.path, values: this.#valuesOf(file) });
      await this.#learn(strange);
      waiting = strange.map(({ number }) => number);
    }
    return known;
  }

  /** Learns the shapes of some versions. */
  async #learnFrom(numbers: readonly number[]): Promise<void> {
    this.#isWarm = true;
    const files = await readRunFiles(this.#reader, this.#repository, numbers, this.paths, []);
    await this.#learn(files.filter(({ shape }) => shape !== null));
  }

  #valuesOf({ path, shape, picked }: RunFile): readonly Cell[] | null {
    if (shape === null || picked === null) return null;
    const { one, all, absent } = this.#format;
    if (all === undefined || !picked.startsWith("[")) return picked.split("\n").map(one);
    const pick = this.#picks.get(shapeKey(path, shape));
    if (pick === undefined) return null;
    const values = all(picked);
    // null is a cell: a special number, which is a gap
    return pick.places.map((place) => (place in values ? (values[place] as Cell) : absent));
  }

  /** Finds where shapes keep the columns: of as many as are remembered. */
  async #learn(files: readonly RunFile[]): Promise<void> {
    let room = MAX_SHAPES;
    for (const [path, ofPath] of Map.groupBy(files, (file) => file.path)) {
      const shapes = [...new Set(ofPath.map(({ shape }) => shape ?? -1))].slice(0, room);
      const keys = this.#keys[path] ?? [];
      if (shapes.length === 0) return;
      for (const [shape, { size, indexes }] of await readShapePlaces(this.#reader, this.#repository, shapes, keys)) {
        const isWhole = this.#format.all !== undefined && keys.length >= MIN_WHOLE && keys.length * WHOLE_PART >= size;
        const picked = isWhole ? [] : indexes.map((index) => (index < 0 ? NOWHERE : index));
        const pick = { path: this.paths[path] ?? "", shape, indexes: picked, places: indexes };
        this.#picks.set(shapeKey(path, shape), pick);
      }
      room -= shapes.length;
    }
  }
}

function numbersOf(files: string): readonly number[] {
  if (files === "") return [];
  return files.includes(",") ? files.split(",").map(Number) : [Number(files)];
}

type Known<Cell> = ReadFile<Cell> & { readonly path: number };

function shapeKey(path: number, shape: number | null): string {
  return `${path} ${shape}`;
}
