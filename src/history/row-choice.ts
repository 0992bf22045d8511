// The rows of one version of a file, for a person who chooses what names them: parsed in a thread, as strange files are.
import type { Sha } from "../domain/model.ts";
import { parsePool } from "./parse-pool.ts";
import type { RowsAnswer, RowsTask } from "./parse-task.ts";

/**
 * Tells the arrays of a file with their fields, and the names that some fields would give to the rows of one of them.
 * @param naming null: no names are asked for
 * @returns null when the file cannot be read
 */
export async function readRowChoice(
  file: { readonly path: string; readonly oid: Sha; readonly bytes: Uint8Array },
  naming: RowsTask["naming"],
): Promise<RowsAnswer> {
  const { path, oid, bytes } = file;
  const task: RowsTask = { kind: "rows", bytes: Uint8Array.from(bytes), path, naming };
  const outcome = await parsePool.run(task, { asker: file, oid, time: null, files: null });
  return "failure" in outcome ? null : outcome.answer;
}
