// The columns that a list names in its order and its filter, with what its statement has to know of them.
import { type ColumnRef, columnsOf, type FilterNode } from "../domain/filter.ts";
import { parseFilter } from "../domain/filter-parser.ts";
import { wentFilter } from "../domain/went-filter.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { ShownPath } from "../store/changed-commits.ts";
import { readColumnHeads } from "../store/column-page.ts";
import type { SearchColumn } from "../store/search-columns.ts";
import type { Reader } from "../store/organization-store.ts";
import type { PagePlan, PlanReads } from "./page-plan.ts";
import type { CommitPageQuery, SortBy } from "./page-question.ts";
import { columnNames, columnShapes } from "./search-cache.ts";

/** The snapshot that is asked, and for what. */
export interface AskedSnapshot {
  readonly reads: PlanReads;
  readonly reader: Reader;
  readonly repository: RepositoryId;
  readonly plan: PagePlan;
  readonly query: CommitPageQuery;
  /** of the snapshot */
  readonly version: number;
}

/** What a list's question names. */
export interface Named {
  readonly sorts: readonly SortBy[];
  readonly filter: FilterNode | null;
}

/** Reads the filter against the columns that there are. @throws TidemarkError `bad-filter` */
export async function namedColumns(asked: AskedSnapshot, sorts: readonly SortBy[]): Promise<Named> {
  const { reads, reader, repository, plan, query, version } = asked;
  const went = query.went === undefined ? null : wentFilter(plan.columns, query.went);
  if (query.where === undefined) return { sorts, filter: went };
  const columns = await columnNames(reads.plans.search, reader, repository, version);
  const filter = parseFilter(query.where, columns);
  return { sorts, filter: went === null ? filter : { kind: "and", nodes: [filter, went] } };
}

const nameOf = ({ path, key }: ColumnRef): string => `${path}\n${key}`;

/** Columns whose change a filter asks for. */
function deltasOf(filter: FilterNode): ColumnRef[] {
  if (filter.kind === "and" || filter.kind === "or") return filter.nodes.flatMap(deltasOf);
  if (filter.kind === "not") return deltasOf(filter.node);
  if (filter.kind === "missing" || filter.operand.kind !== "delta") return [];
  return [filter.operand.column];
}

/** @returns the columns of the question, each once, and the place of each among them */
export async function searchColumns(
  { reads, reader, repository, version }: AskedSnapshot,
  { sorts, filter }: Named,
): Promise<{ columns: SearchColumn[]; placeOf: (column: ColumnRef) => number }> {
  const sorted = sorts.flatMap(({ column }) => (column === "position" ? [] : [column]));
  const filtered = filter === null ? [] : columnsOf(filter);
  const compared = new Set(filter === null ? [] : deltasOf(filter).map(nameOf));
  const all = new Map([...sorted, ...filtered].map((column) => [nameOf(column), column]));
  const found = all.size === 0 ? [] : await readColumnHeads(reader, repository, [...all.values()]);
  const heads = new Map(found.map((head) => [nameOf(head), head]));
  const columns = new Map<string, SearchColumn>();
  for (const path of new Set([...all.values()].map((column) => column.path))) {
    const ofPath = [...all.values()].filter((column) => column.path === path);
    const keys = ofPath.map(({ key }) => key);
    const shapes = await columnShapes(reads.plans.search, reader, repository, version, path, keys);
    ofPath.forEach((column, i) => {
      const name = nameOf(column);
      columns.set(name, {
        path,
        key: column.key,
        kind: heads.get(name)?.kind ?? "empty",
        shapes: [...(shapes[i] ?? [])].map(([shape, index]) => ({ shape, index })),
        sorted: sorted.some((each) => nameOf(each) === name),
        filtered: filtered.some((each) => nameOf(each) === name),
        compared: compared.has(name),
        bestPosition: heads.get(name)?.bestPosition ?? null,
      });
    });
  }
  const places = new Map([...columns.keys()].map((name, place) => [name, place]));
  return { columns: [...columns.values()], placeOf: (column) => places.get(nameOf(column)) ?? -1 };
}

/** @returns what the page shows of each of its paths, in every shape of the files there */
export async function shownPaths({ reads, reader, repository, version, plan }: AskedSnapshot): Promise<ShownPath[]> {
  const paths: ShownPath[] = [];
  for (const [path, { keys, columns }] of plan.byPath) {
    const ofNumbers = columns.map((column) => plan.columns[column]?.kind === "number");
    const indexes = await columnShapes(reads.plans.search, reader, repository, version, path, keys);
    const shapes = [...(indexes[0]?.keys() ?? [])].map((shape) => {
      // a column that the shape has not stays in its place, as nothing
      return { shape, indexes: indexes.map((column) => column.get(shape) ?? -1) };
    });
    paths.push({ path, ofNumbers, shapes });
  }
  return paths;
}
