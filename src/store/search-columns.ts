// The columns that a list of commits is sorted and filtered by: their values once a file version, then beside each commit.
import type { ColumnRef } from "../domain/filter.ts";
import type { ColumnKind } from "../domain/model.ts";
import type { ColumnSql } from "./filter-sql.ts";
import { type StatementValues, unnested } from "./search-statement.ts";
import { exactSql, numberSql, rankSql, withinRankSql } from "./value-sql.ts";

/** A column that a list is sorted or filtered by. */
export interface SearchColumn extends ColumnRef {
  readonly kind: ColumnKind;
  /** where each shape of the files at its path keeps it; beside those of the path's other columns, -1 where it has it not */
  readonly shapes: readonly { readonly shape: number; readonly index: number }[];
  readonly sorted: boolean;
  readonly filtered: boolean;
  /** its change is asked for too */
  readonly compared: boolean;
  readonly bestPosition: number | null;
}

/** The columns of one path, by their place among those of the question. */
interface PathColumns {
  readonly path: string;
  readonly places: readonly number[];
}

/** Columns of a question as parts of its statement. */
export class SearchColumns {
  readonly #columns: readonly SearchColumn[];
  readonly #paths: readonly PathColumns[];
  readonly #values: StatementValues;
  readonly #pinned: readonly number[] | null;

  readonly #changed: boolean;

  /**
   * @param pinned the files that all commits are compared with; null: each with its own baseline
   * @param changed whether lists of files are asked for a change in what is shown, too
   */
  constructor(
    columns: readonly SearchColumn[],
    values: StatementValues,
    pinned: readonly number[] | null,
    changed: boolean,
  ) {
    const paths = [...new Set(columns.map(({ path }) => path))];
    this.#columns = columns;
    this.#paths = paths.map((path) => ({
      path,
      places: [...columns.keys()].filter((place) => columns[place]?.path === path),
    }));
    this.#values = values;
    this.#pinned = pinned;
    this.#changed = changed;
  }

  /** CTEs `file0`, `file1` …, one a path: every file version once, with what the question needs of its columns. */
  versions(): string[] {
    return this.#paths.flatMap((path, index) => {
      const pinned = this.#pinned;
      const version = `file${index} AS MATERIALIZED (${this.#versionsOf(path)})`;
      if (pinned === null || !this.#comparesIn(path)) return [version];
      const numbers = this.#values.add(pinned, "bigint[]");
      return [version, `pinned${index} AS MATERIALIZED (SELECT * FROM file${index} WHERE number = ANY(${numbers}))`];
    });
  }

  #comparesIn({ places }: PathColumns): boolean {
    return places.some((place) => this.#columns[place]?.compared === true);
  }

  #versionsOf({ path, places }: PathColumns): string {
    const columns = places.map((place) => ({ place, column: this.#columns[place] as SearchColumn }));
    const shapes = this.#values.add(columns[0]?.column.shapes.map(({ shape }) => shape) ?? [], "bigint[]");
    const indexes = columns.map(({ place, column }) => {
      // what a negative index means to Postgres is another thing
      const list = column.shapes.map(({ index }) => (index < 0 ? null : index));
      return { name: `i${place}`, list: this.#values.add(list, "int[]") };
    });
    // several values of a long array: it is unpacked once
    const document = columns.length === 1 ? "f.values" : "document.list";
    const unpacked = "CROSS JOIN LATERAL (SELECT f.values || '[]'::jsonb AS list OFFSET 0) document";
    const given = [shapes, ...indexes.map(({ list }) => list)].join(", ");
    const names = ["shape", ...indexes.map(({ name }) => name)].join(", ");
    // each level is read once by the next: without OFFSET 0 the levels would be folded, and values taken out many times
    return `
  SELECT number, ${columns.map(({ place, column }) => keysOf(place, column)).join(", ")} FROM (
    SELECT number, ${columns.map(({ place, column }) => rankedOf(place, column)).join(", ")} FROM (
      SELECT number, ${columns.map(({ place }) => numberedOf(place)).join(", ")} FROM (
        SELECT f.number, ${columns.map(({ place }) => `${document} -> pick.i${place} AS j${place}`).join(", ")}
        FROM metric_file f
        JOIN unnest(${given}) AS pick(${names}) ON pick.shape = f.shape
        ${columns.length === 1 ? "" : unpacked}
        WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.path = ${this.#values.add(path, "text")}
        OFFSET 0) taken OFFSET 0) numbered OFFSET 0) ranked`;
  }

  /** Whether a commit's baselines are looked at: then two commits are alike only if they share those too. */
  get #comparesOwn(): boolean {
    return this.#pinned === null && (this.#changed || this.#paths.some((path) => this.#comparesIn(path)));
  }

  /**
   * CTEs that end in `<universe>_valued`: every list of files that commits of the universe have, once, with its values.
   * Most commits have the files of the one before.
   * @param between CTEs about the list, which has the given name
   */
  lists(universe: string, between: (list: string) => string[] = () => []): string[] {
    if (!this.#hasLists) return [];
    const files = this.#comparesOwn ? "c.metric_file, c.baseline_file" : "c.metric_file";
    const list = `${universe}_list`;
    const numbered = `SELECT row_number() OVER () AS list, c.* FROM (SELECT DISTINCT ${files} FROM ${universe} c) c`;
    const taken = this.#columns.flatMap((column, place) => this.#taken(column, place));
    const joined = this.#paths.map((path, index) => this.#joinOf(path, index, list)).join("");
    return [
      `${list} AS MATERIALIZED (${numbered})`,
      ...between(list),
      `${universe}_valued AS MATERIALIZED (SELECT ${["c.list", files, ...taken].join(", ")} FROM ${list} c ${joined})`,
    ];
  }

  get #hasLists(): boolean {
    return this.#changed || this.#paths.length > 0;
  }

  #joinOf(path: PathColumns, index: number, list: string): string {
    const compared = this.#comparesIn(path) && this.#pinned === null;
    const before = path.places.filter((place) => compared && this.#columns[place]?.compared === true);
    const baselines = before.map((place) => `, b.x${place} AS b${place}`).join("");
    const pinned = this.#comparesIn(path) && this.#pinned !== null ? `LEFT JOIN pinned${index} ON true` : "";
    // a commit has one file at a path; without DISTINCT Postgres expects ten, and ten times ten for two paths
    return `
  LEFT JOIN (
    SELECT DISTINCT ON (c.list) c.list, f.*${baselines}
    FROM ${unnested("c.list", compared ? "c.metric_file, c.baseline_file" : "c.metric_file", list)} c
    JOIN file${index} f ON f.number = c.file
    ${compared ? `LEFT JOIN file${index} b ON b.number = c.base` : ""}
  ) at${index} ON at${index}.list = c.list ${pinned}`;
  }

  /** What is taken of a column to where commits are chosen and sorted. */
  #taken({ sorted, filtered, compared }: SearchColumn, place: number): string[] {
    const path = this.#paths.findIndex(({ places }) => places.includes(place));
    const taken = [`coalesce(at${path}.r${place}, 4) AS r${place}`];
    if (filtered) taken.push(`at${path}.n${place}`, `at${path}.t${place}`);
    if (filtered && !sorted) taken.push(`at${path}.e${place}`);
    if (compared) {
      const baseline = this.#pinned === null ? `at${path}.b${place}` : `pinned${path}.x${place} AS b${place}`;
      taken.push(`at${path}.x${place}`, baseline);
    }
    if (sorted) {
      const missing: Readonly<Record<string, string>> = { d: "0", e: "0", s: "''" };
      for (const [name, nothing] of Object.entries(missing)) {
        const collation = name === "s" ? ' COLLATE "C"' : "";
        taken.push(`coalesce(at${path}.${name}${place}, ${nothing})${collation} AS ${name}${place}`);
      }
    }
    return taken;
  }

  /** The join that puts the values beside `c`, a commit of the universe. */
  join(universe: string): string {
    if (!this.#hasLists) return "";
    const alike = this.#comparesOwn ? " AND l.baseline_file = c.baseline_file" : "";
    return `JOIN ${universe}_valued l ON l.metric_file = c.metric_file${alike}`;
  }

  /** Whether the files of one path alone are named, without a comparison: then no list of files is needed. */
  get isOnePath(): boolean {
    return this.#paths.length === 1 && !this.#comparesOwn && this.#pinned === null;
  }

  /** Commits beside their values by a shorter way, of one path alone, and those only that have a file there. */
  directRows(universe: string): string {
    return `${unnested("c.position", "c.metric_file", universe)} c JOIN file0 l ON l.number = c.file`;
  }

  /** The value of a column in a row of `join()`. */
  sql(place: number): ColumnSql {
    return {
      rank: `l.r${place}`,
      number: `l.n${place}`,
      digits: `l.e${place}`,
      text: `l.t${place}`,
      exact: `l.x${place}`,
      baseline: `l.b${place}`,
      bestPosition: this.#columns[place]?.bestPosition ?? null,
    };
  }

  /** The keys by which a row of `join()` is sorted: none is NULL. */
  keys(place: number): { readonly rank: string; readonly within: readonly string[] } {
    return { rank: `l.r${place}`, within: [`l.d${place}`, `l.e${place}`, `l.s${place}`] };
  }
}

/** The text of a value as the filter has it: of a special number its name. */
const TEXT_OF = (json: string): string =>
  `CASE jsonb_typeof(${json}) WHEN 'object' THEN ${json} ->> 'n' ELSE ${json} #>> '{}' END`;

function numberedOf(place: number): string {
  const text = `(j${place} #>> '{}')`;
  return `j${place}, ${numberSql(`j${place}`, text)} AS n${place}`;
}

function rankedOf(place: number, { kind }: SearchColumn): string {
  return `j${place}, n${place}, ${rankSql(`j${place}`, `(j${place} #>> '{}')`, `n${place}`, kind)} AS r${place}`;
}

function keysOf(place: number, { sorted, filtered, compared }: SearchColumn): string {
  const json = `j${place}`;
  const text = `(${json} #>> '{}')`;
  const keys = [`r${place}`];
  if (filtered) keys.push(`n${place}`, `${TEXT_OF(json)} AS t${place}`);
  if (compared) keys.push(`${exactSql(json, text, `n${place}`)} AS x${place}`);
  const within = withinRankSql(json, text, `n${place}`, `r${place}`);
  if (sorted || filtered) keys.push(`${within.exact} AS e${place}`);
  if (sorted) keys.push(`${within.double} AS d${place}`, `${within.text} AS s${place}`);
  return keys.join(", ");
}
