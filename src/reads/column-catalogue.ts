// The catalogue of a repository's columns: searched by words, paged, with what is shown by default.
import { formatColumnId } from "../domain/key.ts";
import type { Goal, GoalSource, OrganizationId, RepositoryId } from "../domain/model.ts";
import { readLinesOf } from "../store/branch-page.ts";
import {
  type CatalogueOrder,
  readCatalogue,
  readCatalogueColumn,
  type StoredCatalogueColumn,
} from "../store/column-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { branchOf } from "./branch-line.ts";
import { defaultColumns } from "./default-columns.ts";
import { cursorScope, mismatch, readCursor, writeCursor } from "./page-cursor.ts";
import { columnHead, type ColumnHeadView, columnNotFound, wantedColumns } from "./page-plan.ts";
import { type NameReads, readSnapshot, type Versioned } from "./repository-names.ts";
import { apiValue } from "./value-text.ts";

/** What of the catalogue is asked for. */
export interface CatalogueQuery {
  /** words that must all occur in `path:key` or in the alias, in any order and case */
  readonly search?: string | undefined;
  /** only columns of this file */
  readonly path?: string | undefined;
  /** only columns that ever changed */
  readonly changed?: boolean | undefined;
  readonly sort?: CatalogueOrder | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A column of the catalogue as the API gives it. */
export interface CatalogueColumnView extends ColumnHeadView {
  readonly changes: number;
  readonly lastChanged: string | null;
  readonly best: { readonly sha: string; readonly value: number } | null;
  readonly shown: boolean;
  readonly chosen: { readonly goal: boolean; readonly unit: boolean };
  readonly told: {
    readonly goal: Goal;
    readonly goalFrom: Exclude<GoalSource, "confirmed">;
    readonly unit: string | null;
  };
}

/** A page of the catalogue; `total` counts all columns that match. */
export interface CatalogueView {
  readonly columns: readonly CatalogueColumnView[];
  readonly total: number;
  readonly nextCursor: string | null;
}

function viewOf(column: StoredCatalogueColumn, shown: ReadonlySet<string>): CatalogueColumnView {
  const head = columnHead(column);
  const { changes, lastChanged, bestSha, bestValue } = column;
  // a finite number is one in JSON too
  const best = bestSha === null || bestValue === null ? null : { sha: bestSha, value: apiValue(bestValue) as number };
  const { goalChosen, unitChosen, toldGoal: goal, toldGoalFrom: goalFrom, toldUnit: unit } = column;
  const chosen = { goal: goalChosen, unit: unitChosen };
  return { ...head, changes, lastChanged, best, shown: shown.has(head.id), chosen, told: { goal, goalFrom, unit } };
}

/** Ids of the columns that are shown unless others are asked for. */
async function shownColumns(reader: Reader, repository: RepositoryId): Promise<ReadonlySet<string>> {
  const lines = await readLinesOf(reader, repository);
  const defaults = lines === null ? [] : await defaultColumns(reader, repository, lines, branchOf(lines, undefined));
  return new Set(defaults.map((column) => formatColumnId(column.path, column.key)));
}

/**
 * A page of the catalogue, by path and in written order unless another order is asked for.
 * @throws TidemarkError `repository-not-found`, `cursor-mismatch`
 */
export async function readColumnCatalogue(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  query: CatalogueQuery,
): Promise<Versioned<CatalogueView>> {
  const { path = null, changed = false, sort: order = "written" } = query;
  const search = (query.search ?? "").toLowerCase();
  const words = search.split(/\s+/u).filter((word) => word !== "");
  return readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const scope = cursorScope("columns", repository, path ?? "", String(changed), order, ...words);
    const after = query.cursor === undefined ? null : (readCursor(query.cursor, scope, 1)[0] ?? null);
    const page = await readCatalogue(reader, repository, {
      words,
      path,
      changed,
      order,
      after,
      limit: query.limit + 1,
    });
    if (page === null) throw mismatch(query.cursor ?? "", "a column that is gone", "the first page again");
    const shown = await shownColumns(reader, repository);
    const columns = page.columns.slice(0, query.limit);
    const last = page.columns.length > query.limit ? columns.at(-1) : undefined;
    const nextCursor = last === undefined ? null : writeCursor(scope, [last.mark]);
    return { columns: columns.map((column) => viewOf(column, shown)), total: page.total, nextCursor };
  });
}

/**
 * One column of the catalogue.
 * @param id `path:key`
 * @throws TidemarkError `repository-not-found`, `column-not-found`
 */
export async function readColumn(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  id: string,
): Promise<CatalogueColumnView> {
  const [wanted] = wantedColumns([id]);
  const { answer } = await readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const column = wanted === undefined ? null : await readCatalogueColumn(reader, repository, wanted);
    if (column === null) throw columnNotFound(id);
    return viewOf(column, await shownColumns(reader, repository));
  });
  return answer;
}
