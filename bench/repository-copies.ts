// Many repositories that are stored already, made from one that was imported: its rows once more, under other numbers.
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import type { Database } from "../src/store/database.ts";

/** Tables that hold the rows of a repository which was imported. */
const TABLES = ["metric_path", "git_branch", "metric_shape", "metric_file", "git_commit", "metric_column"];

/** What is copied, and where to. */
export interface CopyOrder {
  readonly organization: OrganizationId;
  /** read in place from this folder */
  readonly folder: string;
  readonly repository: RepositoryId;
  /** for as many names of the same folder */
  readonly links: string;
  readonly copies: number;
}

/** Makes copies of an imported repository, each with an address of its own. */
export async function copyRepository(database: Database, order: CopyOrder): Promise<void> {
  const { organization, folder, repository, links, copies } = order;
  mkdirSync(links, { recursive: true });
  for (let n = 0; n < copies; n += 1) symlinkSync(folder, join(links, `r${n}.git`));
  const columnsOf = async (table: string): Promise<string[]> => {
    const rows = await database.owner.query<{ name: string }>(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''",
      [table],
    );
    return rows.map(({ name }) => `"${name}"`);
  };
  const own = (await columnsOf("git_repository")).filter((name) => !['"name"', '"address"'].includes(name));
  await database.owner.query(
    `INSERT INTO git_repository (name, address, ${own.join()})
     SELECT 'r' || n, $3 || '/r' || n || '.git', ${own.map((name) => `r.${name}`).join()}
     FROM git_repository r, generate_series(0, $4::int - 1) n WHERE r.organization_id = $1 AND r.id = $2`,
    [organization, repository, links, copies],
  );
  for (const table of TABLES) {
    const columns = (await columnsOf(table)).filter((name) => name !== '"repository_id"');
    await database.owner.query(
      `INSERT INTO ${table} (repository_id, ${columns.join()})
       SELECT r.id, ${columns.map((name) => `t.${name}`).join()}
       FROM ${table} t, git_repository r
       WHERE t.organization_id = $1 AND t.repository_id = $2 AND r.organization_id = $1 AND r.id <> $2
       ORDER BY r.id, t.ctid -- as imports leave them: a repository's rows beside each other`,
      [organization, repository],
    );
  }
}
