// Repositories whose head's subject says which version their rows are of, and questions whose answers show it.
import assert from "node:assert/strict";
import type { OrganizationId, RepositoryId } from "../../src/domain/model.ts";
import { openExport } from "../../src/reads/commit-export.ts";
import { readCommit } from "../../src/reads/commit-detail.ts";
import { readCommitPage } from "../../src/reads/commit-page.ts";
import { readComparison } from "../../src/reads/commit-comparison.ts";
import type { Reads } from "../../src/reads/reads.ts";
import { readRepositoryView } from "../../src/reads/repository-list.ts";
import type { Database } from "../../src/store/database.ts";
import { fillHistory, shaOf } from "./filled-history.ts";

/** A repository of a test. */
export interface ToldRepository {
  readonly organization: OrganizationId;
  readonly id: RepositoryId;
  readonly name: string;
}

/** Makes repositories of two commits each. */
export async function makeToldRepositories(
  database: Database,
  organization: OrganizationId,
  count: number,
): Promise<ToldRepository[]> {
  const made: ToldRepository[] = [];
  for (let number = 0; number < count; number++) {
    const name = `o/r${number}`;
    const id = await fillHistory(database, organization, {
      name,
      commits: [0, 1].map((n) => ({
        parents: n === 0 ? [] : [0],
        files: { "m.json": { document: { acc: n } } },
        subject: "v0",
      })),
      branches: [{ name: "main", head: 1 }],
    });
    made.push({ organization, id, name });
    await change(database, { organization, id, name });
  }
  return made;
}

/** Gives a repository its next version, as a sync does: told by Postgres, and by the head's subject. @returns it */
export async function change(database: Database, { organization, id }: ToldRepository): Promise<number> {
  const [row] = await database.owner.query<{ version: number }>(
    `WITH raised AS (
       UPDATE git_repository SET version = version + 1 WHERE organization_id = $1 AND id = $2 RETURNING id, version),
     told AS (
       UPDATE git_commit c SET subject = 'v' || raised.version FROM raised
       WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = 1)
     SELECT version, pg_notify('tidemark', id || ' ' || version) FROM raised`,
    [organization, id],
  );
  assert.ok(row !== undefined, "no such repository");
  return row.version;
}

function versionIn(text: string): number {
  const match = /"v(\d+)"|,v(\d+),|v(\d+)/.exec(text);
  assert.ok(match !== null, `no version in ${text.slice(0, 300)}`);
  return Number(match[1] ?? match[2] ?? match[3]);
}

type Question = (reads: Reads, repository: ToldRepository) => Promise<string>;

/** Kinds of questions that go by different ways through the reads; each answer holds the head's subject. */
const QUESTIONS: Readonly<Record<string, Question>> = {
  page: async (reads, { organization, id }) =>
    (await readCommitPage(reads, organization, id, { columns: [], limit: 1 })).text,
  "sorted page": async (reads, { organization, id }) => {
    const query = { columns: [], limit: 1, sort: ["m.json:acc"], order: ["desc" as const] };
    return (await readCommitPage(reads, organization, id, query)).text;
  },
  commit: async (reads, { organization, id, name }) =>
    JSON.stringify((await readCommit(reads, organization, id, shaOf(name, 1))).answer),
  comparison: async (reads, { organization, id, name }) => {
    const query = { commits: [shaOf(name, 0), shaOf(name, 1)], baseline: undefined, changed: false, limit: 5 };
    return JSON.stringify((await readComparison(reads, organization, id, query)).commits[1]);
  },
  export: async (reads, { organization, id }) => {
    const { text } = await openExport(reads, organization, id, { format: "ndjson", columns: [] });
    return (await text.next()).value as string;
  },
  summary: async (reads, { organization, id }) => JSON.stringify(await readRepositoryView(reads, organization, id)),
};

/** @returns which version each kind of question shows of a repository */
export async function shownVersions(reads: Reads, repository: ToldRepository): Promise<Record<string, number>> {
  const shown: Record<string, number> = {};
  for (const [kind, ask] of Object.entries(QUESTIONS)) shown[kind] = versionIn(await ask(reads, repository));
  return shown;
}

/** @returns which version the page shows */
export async function shownByPage(reads: Reads, repository: ToldRepository): Promise<number> {
  return versionIn((await QUESTIONS["page"]?.(reads, repository)) ?? "");
}
