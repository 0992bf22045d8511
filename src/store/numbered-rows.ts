// Removing rows that have a number within their repository: file versions and shapes.
import type { RepositoryId } from "../domain/model.ts";
import type { Transaction } from "./database.ts";

const DELETE = {
  metric_file: `
    DELETE FROM metric_file WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::bigint[])`,
  metric_shape: `
    DELETE FROM metric_shape WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::bigint[])`,
} as const;

/** Removes the rows of these numbers: nothing uses them any more, or they are about to be written again. */
export async function deleteNumbered(
  tx: Transaction,
  table: keyof typeof DELETE,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<void> {
  if (numbers.length > 0) await tx.query(DELETE[table], [repository, numbers]);
}

// The last one stays: whoever knows where a shape keeps its columns relies on it that its number never means another.
const UNUSED_SHAPES = `
  DELETE FROM metric_shape s WHERE s.organization_id = $1 AND s.repository_id = $2 AND NOT EXISTS (
    SELECT FROM metric_file f WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.shape = s.number)
  AND s.number < (SELECT max(number) FROM metric_shape WHERE organization_id = $1 AND repository_id = $2)`;

/** Removes the shapes that no version has any more, but for the one that was numbered last. */
export async function deleteUnusedShapes(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(UNUSED_SHAPES, [repository]);
}
