// Columns along the first-parent lines of branches, as a chart draws them. A line of any length is read in chunks, oldest
// first, and made short on the way: what is held depends on the points asked for, not on the history.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { formatColumnId } from "../domain/key.ts";
import { type SeriesPoint, SeriesReducer } from "../domain/series.ts";
import { spreadOf } from "../domain/spread.ts";
import { TidemarkError } from "../errors.ts";
import { readLinesOf, type RepositoryLines } from "../store/branch-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { type LineTag, type PointCommit, readLineTags, readPointCommits } from "../store/series-page.ts";
import { archivedPoints } from "./archived-points.ts";
import { archivedOf } from "./archived-rows.ts";
import { archivedFigures, archivedStretch } from "./archived-runs.ts";
import { branchOf } from "./branch-line.ts";
import { drawn, type Figure, FIGURES } from "./drawn-figure.ts";
import { partsBetween } from "./line-parts.ts";
import { type Stretch, type StretchQuery, stretchOf } from "./line-stretch.ts";
import { columnHead, type ColumnHeadView } from "./page-plan.ts";
import { type NameReads, readSnapshot } from "./repository-names.ts";
import { RunReader } from "./run-reader.ts";
import { type SeriesColumn, type SeriesColumns, seriesColumns } from "./series-columns.ts";

/** What a chart asks for. */
export interface SeriesQuery extends StretchQuery {
  /** ids and patterns */
  readonly columns: readonly string[];
  /** none means the default branch */
  readonly branch: readonly string[];
  /** of each line at most */
  readonly points: number;
}

/** Commit's ordinal, committed time in seconds since 1970, value, position. */
type PointView = readonly [number, number, number | null, number];

/** One column along one branch. */
export interface SeriesLineView {
  readonly branch: string;
  readonly column: ColumnHeadView;
  readonly points: readonly PointView[];
  readonly shas: readonly string[];
  readonly total: number;
  readonly spread: { readonly column: string; readonly values: readonly (number | null)[] } | null;
}

/** The lines of a chart. */
export interface SeriesView {
  readonly lines: readonly SeriesLineView[];
  readonly tags: readonly LineTag[];
  readonly cut: SeriesColumns["cut"];
  readonly version: number;
}

/** Points of an answer: some 20 MB of text. */
const MAX_TOTAL_POINTS = 400_000;
/** Tags of an answer, the newest: a chart has room for a few dozen. */
const MAX_TAGS = 1_000;
/** Commits that are read at a time, and values of them: what is held of a line. */
const CHUNK_COMMITS = 20_000;
const CHUNK_VALUES = 200_000;
/** Fewer commits than this at a time cost more than they save. */
const MIN_CHUNK_COMMITS = 1_000;
/** Points whose commits are looked up at a time. */
const CHUNK_POINTS = 20_000;

/** A column while its line is read. */
interface Drawn {
  readonly column: SeriesColumn;
  /** places of its value and its spread among the columns that are read of its file */
  readonly value: number;
  readonly spread: number;
  reducer: SeriesReducer;
}

/** Reads one branch's stretch for all columns. */
class LineReading {
  readonly #runs: RunReader<Figure>;
  readonly #stretch: Stretch;
  readonly #limit: number;
  readonly #chunk: number;
  /** beside the paths of the runs */
  readonly #byPath: readonly (readonly Drawn[])[];
  readonly drawn: readonly Drawn[];

  constructor(
    reader: Reader,
    repository: RepositoryId,
    stretch: Stretch,
    columns: readonly SeriesColumn[],
    limit: number,
  ) {
    this.#stretch = stretch;
    this.#limit = limit;
    const places = new Map<string, Map<string, number>>();
    const placeOf = ({ path, key }: { readonly path: string; readonly key: string }): number => {
      const ofPath = places.get(path) ?? new Map<string, number>();
      places.set(path, ofPath);
      const place = ofPath.get(key) ?? ofPath.size;
      ofPath.set(key, place);
      return place;
    };
    this.drawn = columns.map((column) => ({
      column,
      value: placeOf(column.head),
      spread: column.spread === null ? -1 : placeOf(column.spread),
      reducer: this.#newReducer(),
    }));
    const wanted = [...places].flatMap(([path, keys]) => [...keys.keys()].map((key) => ({ path, key })));
    const room = Math.floor(CHUNK_VALUES / Math.max(1, wanted.length));
    this.#chunk = Math.min(CHUNK_COMMITS, Math.max(MIN_CHUNK_COMMITS, room));
    this.#runs = new RunReader(reader, repository, wanted, FIGURES, { line: stretch.parts, pieces: "whole" });
    this.#byPath = this.#runs.paths.map((path) => this.drawn.filter(({ column }) => column.head.path === path));
  }

  async read(reader: Reader, repository: RepositoryId): Promise<void> {
    const { parts, high } = this.#stretch;
    const low = await this.#readArchived(reader, repository);
    for (let from = low; from <= high && this.drawn.length > 0; from += this.#chunk)
      await this.#readChunk(partsBetween(parts, from, Math.min(high, from + this.#chunk - 1)), from);
  }

  /**
   * What is archived of a line without spreads is drawn value by value, without a run for each commit.
   * @returns the ordinal from which on the rest is read
   */
  async #readArchived(reader: Reader, repository: RepositoryId): Promise<number> {
    const { parts, low, high } = this.#stretch;
    const archived = archivedOf(reader);
    const stretch = await archivedStretch(reader, archived, repository, parts);
    if (archived === null || low > stretch.top || this.drawn.some(({ spread }) => spread >= 0)) return low;
    const top = Math.min(high, stretch.top);
    const heads = this.drawn.map(({ column }) => column.head);
    const key = `drawn ${JSON.stringify([parts, low, high, this.#limit, heads.map((head) => [head.path, head.key])])}`;
    // made once for all that is asked over again until the points' commits are there
    const short = await archived.remember(key, () => {
      const all = archivedFigures(archived, stretch, heads, (value) => drawn(FIGURES.archived(value)));
      return Promise.resolve(all.map((figures) => this.#shortened(figures, low, top)));
    });
    for (const [place, each] of this.drawn.entries()) each.reducer = (short[place] as SeriesReducer).copy();
    return top + 1;
  }

  async #readChunk(parts: ReturnType<typeof partsBetween>, from: number): Promise<void> {
    const { runs, whole } = await this.#runs.read(parts);
    // commits whose import is still to come: what is below them belongs to no chart yet
    if (whole !== from) for (const each of this.drawn) each.reducer = this.#newReducer();
    for (const { low, high, files } of runs) {
      files.forEach((file, path) => {
        const values = file?.values;
        if (values != null) for (const each of this.#byPath[path] ?? []) addValue(each, low, high, values);
      });
    }
  }

  /** @param figures of `archivedFigures()`, from the first ordinal to the last, both included */
  #shortened(figures: Float64Array, low: number, top: number): SeriesReducer {
    const reducer = this.#newReducer();
    for (let ordinal = low; ordinal <= top; ordinal++) {
      const figure = figures[ordinal] as number;
      if (!Number.isNaN(figure)) reducer.add(ordinal, ordinal, Number.isFinite(figure) ? figure : null);
    }
    return reducer;
  }

  #newReducer(): SeriesReducer {
    return new SeriesReducer(this.#limit, this.#stretch.high - this.#stretch.low + 1);
  }
}

function addValue({ value: at, spread: beside, reducer }: Drawn, low: number, high: number, values: readonly Figure[]) {
  const value = drawn(values[at]);
  if (value === undefined) return;
  const spread = beside < 0 || value === null ? null : spreadOf(value, values[beside] ?? null);
  reducer.add(low, high, value, spread);
}

/** The commits of some points. @returns by ordinal */
async function commitsOf(
  reader: Reader,
  repository: RepositoryId,
  { parts }: Stretch,
  points: readonly (readonly SeriesPoint[])[],
): Promise<ReadonlyMap<number, PointCommit>> {
  const ordinals = new Set<number>();
  for (const line of points) for (const { ordinal } of line) ordinals.add(ordinal);
  const commits = new Map<number, PointCommit>();
  for (const commit of await archivedPoints(reader, repository, parts, ordinals)) commits.set(commit.ordinal, commit);
  for (const { line, top, bottom } of parts) {
    const here = [...ordinals].filter((ordinal) => ordinal <= top && ordinal > bottom && !commits.has(ordinal));
    for (let at = 0; at < here.length; at += CHUNK_POINTS) {
      for (const commit of await readPointCommits(reader, repository, line, here.slice(at, at + CHUNK_POINTS)))
        commits.set(commit.ordinal, commit);
    }
  }
  return commits;
}

function lineView(
  { branch }: Stretch,
  { column: { head, spread }, reducer }: Drawn,
  points: readonly SeriesPoint[],
  commits: ReadonlyMap<number, PointCommit>,
): SeriesLineView {
  const commitAt = (ordinal: number): PointCommit =>
    commits.get(ordinal) ?? { ordinal, position: -1, committedAt: 0, sha: "" };
  return {
    branch: branch.name,
    column: columnHead(head),
    points: points.map(({ ordinal, value }) => {
      const { committedAt, position } = commitAt(ordinal);
      return [ordinal, committedAt, value, position];
    }),
    shas: points.map(({ ordinal }) => commitAt(ordinal).sha),
    total: reducer.total,
    spread:
      spread === null
        ? null
        : { column: formatColumnId(spread.path, spread.key), values: points.map((point) => point.spread) },
  };
}

async function tagsOn(reader: Reader, repository: RepositoryId, stretches: readonly Stretch[]): Promise<LineTag[]> {
  const parts = stretches.flatMap((each) => partsBetween(each.parts, each.low, each.high));
  return (await readLineTags(reader, repository, parts, MAX_TAGS)).toReversed();
}

async function readLines(
  reader: Reader,
  repository: RepositoryId,
  lines: RepositoryLines,
  query: SeriesQuery,
): Promise<Omit<SeriesView, "version">> {
  const names = query.branch.length === 0 ? [undefined] : [...new Set(query.branch)];
  const branches = names.map((name) => branchOf(lines, name)).filter((branch) => branch !== null);
  const { columns, cut } = await seriesColumns(reader, repository, lines, query.columns);
  const most = branches.length * columns.length * query.points;
  if (most > MAX_TOTAL_POINTS) {
    throw new TidemarkError("limit-exceeded", {
      attempt: "draw lines of",
      value: `${columns.length} columns over ${branches.length} branches`,
      found: `up to ${most.toLocaleString("en-US")} points`,
      wanted: `fewer columns, branches or points: at most ${MAX_TOTAL_POINTS.toLocaleString("en-US")} in all`,
    });
  }
  const stretches: Stretch[] = [];
  const views: SeriesLineView[] = [];
  for (const branch of branches) {
    const stretch = await stretchOf(reader, repository, lines, branch, query);
    const reading = new LineReading(reader, repository, stretch, columns, query.points);
    await reading.read(reader, repository);
    const points = reading.drawn.map(({ reducer }) => reducer.points());
    const commits = await commitsOf(reader, repository, stretch, points);
    stretches.push(stretch);
    views.push(...reading.drawn.map((each, i) => lineView(stretch, each, points[i] ?? [], commits)));
  }
  return { lines: views, tags: await tagsOn(reader, repository, stretches), cut };
}

/**
 * The lines of a chart.
 * @throws TidemarkError `repository-not-found`, `branch-not-found`, `column-not-found`, `commit-not-found`,
 *   `limit-exceeded`
 */
export async function readColumnSeries(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  query: SeriesQuery,
): Promise<SeriesView> {
  const { version, answer } = await readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const lines = await readLinesOf(reader, repository);
    return lines === null ? { lines: [], tags: [], cut: [] } : readLines(reader, repository, lines, query);
  });
  return { ...answer, version };
}
