// The catalogue of a repository's columns: searched by words, paged, with what is shown by default.
import { formatColumnId } from "../domain/key.ts";
import type { OrganizationId } from "../domain/model.ts";
import { readLinesOf } from "../store/branch-page.ts";
import { readCatalogue, type StoredCatalogueColumn } from "../store/column-page.ts";
import { branchOf } from "./branch-line.ts";
import { defaultColumns } from "./default-columns.ts";
import { cursorScope, mismatch, readCursor, writeCursor } from "./page-cursor.ts";
import { columnHead, type ColumnHeadView } from "./page-plan.ts";
import { type NameReads, readSnapshot, type Versioned } from "./repository-names.ts";

/** What of the catalogue is asked for. */
export interface CatalogueQuery {
  /** words that must all occur in `path:key`, in any order and case */
  readonly search?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A column of the catalogue as the API gives it. */
export interface CatalogueColumnView extends ColumnHeadView {
  readonly changes: number;
  readonly lastChanged: string | null;
  readonly best: { readonly sha: string; readonly value: number | string } | null;
  readonly shown: boolean;
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
  const value = bestValue !== null && Number.isFinite(bestValue) ? bestValue : String(bestValue);
  const best = bestSha === null || bestValue === null ? null : { sha: bestSha, value };
  return { ...head, changes, lastChanged, best, shown: shown.has(head.id) };
}

/**
 * A page of the catalogue, by path and in written order.
 * @throws TidemarkError `repository-not-found`, `cursor-mismatch`
 */
export async function readColumnCatalogue(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  query: CatalogueQuery,
): Promise<Versioned<CatalogueView>> {
  const search = (query.search ?? "").toLowerCase();
  const words = search.split(/\s+/u).filter((word) => word !== "");
  return readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const scope = cursorScope("columns", repository, ...words);
    const after = query.cursor === undefined ? null : (readCursor(query.cursor, scope, 1)[0] ?? null);
    const page = await readCatalogue(reader, repository, { words, after, limit: query.limit + 1 });
    if (page === null) throw mismatch(query.cursor ?? "", "a column that is gone", "the first page again");
    const lines = await readLinesOf(reader, repository);
    const defaults = lines === null ? [] : await defaultColumns(reader, repository, lines, branchOf(lines, undefined));
    const shown = new Set(defaults.map((column) => formatColumnId(column.path, column.key)));
    const columns = page.columns.slice(0, query.limit);
    const last = page.columns.length > query.limit ? columns.at(-1) : undefined;
    const nextCursor = last === undefined ? null : writeCursor(scope, [last.mark]);
    return { columns: columns.map((column) => viewOf(column, shown)), total: page.total, nextCursor };
  });
}
