// A small repository in an archive of its own, an archiver's process that is killed while it works on it, and what holds then.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { removeReplaced } from "../../src/archive/clean-archive.ts";
import type { OrganizationId, RepositoryId } from "../../src/domain/model.ts";
import { readSegments } from "../../src/store/archive-manifest.ts";
import { readArchiveState } from "../../src/store/archive-run.ts";
import { endLeasesOf } from "../../src/store/lease.ts";
import { archiveIn, testArchiver } from "./archived-history.ts";
import { archivedRows } from "./archived-rows.ts";
import { type ArchiverProcessOrder, type ArchiverTask, KILLED_HOLDER, type KillPoint } from "./archiver-process.ts";
import { fillHistory, shaOf } from "./filled-history.ts";
import type { TestDatabase } from "./test-database.ts";
import { within } from "./until.ts";

/** Commits of a case. */
export const CASE_COMMITS = 120;
/** Its newest, which stay in Postgres. */
export const CASE_KEEP = 40;
const DAY_MS = 86_400_000;
const { signal } = new AbortController();

/** A repository, and the folder of its archive. */
export interface ArchiveCase {
  readonly organizationId: OrganizationId;
  readonly repositoryId: RepositoryId;
  readonly folder: string;
  readonly name: string;
}

/** @param root where its folder is made */
export async function makeArchiveCase(db: TestDatabase, root: string, name: string): Promise<ArchiveCase> {
  const organizationId = await db.makeOrganization();
  const repositoryId = await fillHistory(db.database, organizationId, {
    name,
    commits: Array.from({ length: CASE_COMMITS }, (_, position) => ({
      parents: position === 0 ? [] : position % 10 === 9 ? [position - 1, position - 3] : [position - 1],
      files: { "m.json": { document: { loss: 1 / (position + 1), note: `run ${position % 7}` } } },
    })),
    branches: [{ name: "main", head: CASE_COMMITS - 1 }],
  });
  return { organizationId, repositoryId, folder: await mkdtemp(join(root, "case-")), name };
}

/** Transactions by number, each in all its places. */
export function transactionPoints(count: number): KillPoint[] {
  return Array.from({ length: count }, (_, transaction) => transaction).flatMap((transaction) =>
    (["before", "begin", "end", "committed"] as const).map((where) => ({ transaction, where })),
  );
}

/** Objects that are sent by number, each before and after. */
export function putPoints(count: number): KillPoint[] {
  return Array.from({ length: count }, (_, put) => put).flatMap((put) => [
    { put, where: "before" } as const,
    { put, where: "after" } as const,
  ]);
}

/** Has a process do the task. @returns whether it was killed there, and not done before; its leases are ended then */
export async function workUntilKilled(
  db: TestDatabase,
  { organizationId, repositoryId, folder }: ArchiveCase,
  task: ArchiverTask,
  kill: KillPoint,
): Promise<boolean> {
  const { ownerUrl, webUrl, workerUrl } = db;
  const urls = { ownerUrl: ownerUrl.reveal(), webUrl: webUrl.reveal(), workerUrl: workerUrl.reveal() };
  const order: ArchiverProcessOrder = { ...urls, folder, keep: CASE_KEEP, organizationId, repositoryId, task, kill };
  const child = spawn(process.execPath, [join(import.meta.dirname, "archiver-process.ts")], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, TIDEMARK_TEST_ARCHIVER: JSON.stringify(order) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code, killed] = (await within("its end", once(child, "exit"))) as [number | null, string | null];
  if (killed === null) assert.equal(code, 0);
  await endLeasesOf(db.database.system, KILLED_HOLDER); // a worker of this machine does so when its holder is dead
  return killed === "SIGKILL";
}

/** Every commit and the values of a column, hot and archived together, are there once, as a reader has them. */
export async function assertWhole(
  { database }: TestDatabase,
  { organizationId, repositoryId, folder, name }: ArchiveCase,
): Promise<void> {
  const store = database.worker.in(organizationId);
  const hot = await store.query<{ position: number; sha: string; loss: number }>(
    `SELECT c.position, encode(c.sha, 'hex') AS sha, (f.values ->> 0)::float8 AS loss
     FROM git_commit c JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = c.metric_file[1]
     WHERE c.organization_id = $1 AND c.repository_id = $2`,
    [repositoryId],
  );
  const hotFrom = (await readArchiveState(store, repositoryId))?.hotFrom ?? 0;
  const cold = async (kind: "commits" | "values", columns: string): Promise<unknown[][]> => {
    const sql = `SELECT CAST(position AS INTEGER), ${columns} FROM {} WHERE position < ${hotFrom}`;
    return hotFrom === 0 ? [] : archivedRows(store, repositoryId, { folder, kind, sql });
  };
  const byPosition = (rows: unknown[][]): unknown[][] => rows.toSorted((a, b) => Number(a[0]) - Number(b[0]));
  const all = (of: (position: number) => unknown): unknown[][] =>
    Array.from({ length: CASE_COMMITS }, (_, position) => [position, of(position)]);
  assert.deepEqual(
    byPosition([...hot.map(({ position, sha }) => [position, sha]), ...(await cold("commits", "sha"))]),
    all((position) => shaOf(name, position)),
  );
  const numbers = (await cold("values", "num, kind")).filter(([, , kind]) => kind === "number");
  assert.deepEqual(
    byPosition([...hot.map(({ position, loss }) => [position, loss]), ...numbers.map(([at, num]) => [at, num])]),
    all((position) => 1 / (position + 1)),
  );
}

/** @returns the keys of all objects in the case's store, in their order */
export async function storedKeys(folder: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of archiveIn(folder).list("", signal)) keys.push(key);
  return keys.toSorted();
}

/** Once a week has passed, and what waits has been removed, the store has what the manifest names and nothing else. */
export async function assertClean(
  { database }: TestDatabase,
  { organizationId, repositoryId, folder }: ArchiveCase,
): Promise<void> {
  const deps = testArchiver(database, { keep: CASE_KEEP, folder });
  for (const days of [8, 11]) await removeReplaced({ ...deps, now: () => Date.now() + days * DAY_MS }, signal);
  const segments = await readSegments(database.worker.in(organizationId), repositoryId);
  assert.deepEqual(await storedKeys(folder), [...new Set(segments.map(({ key }) => key))].toSorted());
}
