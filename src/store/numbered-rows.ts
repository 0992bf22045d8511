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
