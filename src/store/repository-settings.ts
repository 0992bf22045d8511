// What people set of a repository: its name, the column that the list of repositories draws, the branches it follows.
import type { BranchChoice } from "../domain/branch-choice.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, Transaction } from "./organization-store.ts";

/** Settings of a repository. */
export interface RepositorySettings {
  readonly name: string;
  /** id of a column; null: the one that Tidemark finds */
  readonly sparkColumn: string | null;
  readonly branches: BranchChoice;
}

const READ = `
  SELECT name, spark_column AS "sparkColumn",
    jsonb_build_object('days', branch_days, 'also', branch_also, 'never', branch_never) AS branches
  FROM git_repository WHERE organization_id = $1 AND id = $2 FOR UPDATE`;

/** Locks a repository's settings. @returns them, or null when there is no such repository */
export async function lockSettings(tx: Transaction, repository: RepositoryId): Promise<RepositorySettings | null> {
  const [row] = await tx.query<RepositorySettings>(READ, [repository]);
  return row ?? null;
}

const HAS_NAME = `SELECT FROM git_repository WHERE organization_id = $1 AND name = $2`;

/** @returns whether a repository has this name */
export async function isNameTaken(reader: Reader, name: string): Promise<boolean> {
  return (await reader.query(HAS_NAME, [name])).length > 0;
}

// The version names every answer that shows them.
const SAVE = `
  WITH changed AS (
    UPDATE git_repository SET name = $3, spark_column = $4, branch_days = $5, branch_also = $6, branch_never = $7,
      version = version + 1
    WHERE organization_id = $1 AND id = $2 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

const UNIQUE_VIOLATION = "23505";

/** Writes settings under a new version. @returns false when another repository took the name meanwhile */
export async function saveSettings(
  tx: Transaction,
  repository: RepositoryId,
  { name, sparkColumn, branches }: RepositorySettings,
): Promise<boolean> {
  try {
    await tx.query(SAVE, [repository, name, sparkColumn, branches.days, branches.also, branches.never]);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}
