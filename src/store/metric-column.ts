// The catalogue of columns: every (path, key) of a repository and what its history says about it.
import type { CatalogueColumn, RepositoryId } from "../domain/model.ts";
import { BEST_DIGITS, type BestDigits, digitsOf, withDigits } from "./best-digits.ts";
import { type BestOf, keepChoices, lockCatalogue } from "./column-choice.ts";
import { type CopyRows, streamedRows } from "./copy-rows.ts";
import type { Reader, Transaction } from "./database.ts";

const COLUMNS = [
  "organization_id",
  "repository_id",
  "path",
  "key",
  "kind",
  "unit",
  "goal",
  "goal_from",
  "unstable",
  "written_order",
  "first_position",
  "last_position",
  "last_changed_position",
  "changes",
  "recent_changes",
  "best_value",
  "best_position",
  "best_digits",
] as const;

function writeRow(row: CopyRows, column: CatalogueColumn): void {
  row
    .text(column.path)
    .text(column.key)
    .text(column.kind)
    .text(column.unit)
    .text(column.goal)
    .text(column.goalFrom)
    .flag(column.unstable)
    .number(column.writtenOrder)
    .number(column.firstPosition)
    .number(column.lastPosition)
    .number(column.lastChangedPosition)
    .number(column.changes)
    .number(column.recentChanges)
    .number(column.bestValue === null ? null : Number(column.bestValue))
    .number(column.bestPosition)
    .text(digitsOf(column.bestValue))
    .endRow();
}

async function copyColumns(
  tx: Transaction,
  repository: RepositoryId,
  columns: Iterable<CatalogueColumn>,
): Promise<void> {
  const owner = { organizationId: tx.organizationId, repositoryId: repository };
  await tx.copyText("metric_column", COLUMNS, streamedRows(owner, columns, writeRow));
}

const DELETE_ALL = `DELETE FROM metric_column WHERE organization_id = $1 AND repository_id = $2`;

const NOT_KNOWN: BestOf = () => undefined;

/**
 * Writes the whole catalogue anew; what people chose counts in it.
 * @param bestOf what is best of a column for another goal, where the writer knows it
 */
export async function replaceColumns(
  tx: Transaction,
  repository: RepositoryId,
  columns: Iterable<CatalogueColumn>,
  bestOf: BestOf = NOT_KNOWN,
): Promise<void> {
  await lockCatalogue(tx, repository);
  await tx.query(DELETE_ALL, [repository]);
  await copyColumns(tx, repository, columns);
  await keepChoices(tx, repository, bestOf);
}

const DELETE_SOME = `
  DELETE FROM metric_column c USING unnest($3::text[], $4::text[]) AS d(path, key)
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.path = d.path AND c.key = d.key`;

/** Writes some columns, new ones and known ones; what people chose counts in them. */
export async function putColumns(
  tx: Transaction,
  repository: RepositoryId,
  columns: readonly CatalogueColumn[],
): Promise<void> {
  if (columns.length === 0) return;
  await lockCatalogue(tx, repository);
  await tx.query(DELETE_SOME, [repository, columns.map(({ path }) => path), columns.map(({ key }) => key)]);
  await copyColumns(tx, repository, columns);
  await keepChoices(tx, repository, NOT_KNOWN);
}

const FIELDS = `
  path, key, kind, unit, goal, goal_from AS "goalFrom", unstable, written_order AS "writtenOrder",
  first_position AS "firstPosition", last_position AS "lastPosition", last_changed_position AS "lastChangedPosition",
  changes, recent_changes AS "recentChanges", best_value AS "bestValue", best_position AS "bestPosition",
  ${BEST_DIGITS}`;

const READ = `
  SELECT ${FIELDS}
  FROM metric_column m
  WHERE organization_id = $1 AND repository_id = $2 AND (path = ANY($3::text[]) OR recent_changes > 0)
  ORDER BY path COLLATE "C", written_order`;

/**
 * The columns of some paths, and those of other paths that changed lately.
 * @returns by path, then in written order
 */
export async function readColumns(
  reader: Reader,
  repository: RepositoryId,
  paths: readonly string[],
): Promise<CatalogueColumn[]> {
  return (await reader.query<CatalogueColumn & BestDigits>(READ, [repository, paths])).map((row) => withDigits(row));
}

const READ_ALL = `
  SELECT ${FIELDS}
  FROM metric_column m
  WHERE organization_id = $1 AND repository_id = $2
  ORDER BY path COLLATE "C", written_order`;

/** @returns the whole catalogue, by path, then in written order */
export async function readAllColumns(reader: Reader, repository: RepositoryId): Promise<CatalogueColumn[]> {
  return (await reader.query<CatalogueColumn & BestDigits>(READ_ALL, [repository])).map((row) => withDigits(row));
}

const COUNT = `SELECT count(*)::int AS count FROM metric_column WHERE organization_id = $1 AND repository_id = $2`;

/** @returns how many columns there are */
export async function countColumns(reader: Reader, repository: RepositoryId): Promise<number> {
  const [row] = await reader.query<{ count: number }>(COUNT, [repository]);
  return row?.count ?? 0;
}
