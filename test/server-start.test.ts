// What a start of the server asks for: what was pushed while none ran, where it works, and of each repository once.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { startApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import type { OrganizationId } from "../src/domain/model.ts";
import { findDueWork } from "../src/store/due-work.ts";
import { insertOwnSyncs } from "../src/store/event.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase, quietLog, urlsOf } from "./helpers/test-database.ts";
import { keepingFetch } from "./helpers/unguarded-fetch.ts";

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();
const config = readConfig(
  { ...urlsOf(db), TIDEMARK_DATA: join(folder, "data"), TIDEMARK_PORT: "0", TIDEMARK_POLL_SECONDS: "0" },
  folder,
);

/** Starts a server, ends it, and tells how many repositories it had. */
async function startOnce(works: boolean): Promise<number> {
  const options = { config, webFolder: join(folder, "web"), version: "0.0.0", log: quietLog, now: () => Date.now() };
  const app = await keepingFetch(() => startApp({ ...options, works }));
  await app.close();
  return app.followed;
}

async function events(): Promise<readonly string[]> {
  const rows = await db.database.owner.query<{ name: string; why: string }>(
    `SELECT r.name, coalesce(e.reason, e.source) AS why FROM event e JOIN git_repository r ON r.id = e.repository_id
     ORDER BY r.name, e.id`,
  );
  return rows.map(({ name, why }) => `${name}: ${why}`);
}

test("a server that works asks for each repository that nothing is due for, and one that only shows pages for none", async () => {
  assert.equal(await startOnce(false), 0);
  const insert = `
    INSERT INTO git_repository (organization_id, name, kind, address, gone_at)
    SELECT o.id, r.name, 'folder', '/nowhere/' || r.name, r.gone_at FROM organization o, (VALUES
      ('gone', now()), ('quiet', NULL), ('read', NULL), ('waits', NULL)) r (name, gone_at)`;
  await db.database.owner.query(insert);
  const wait = `
    INSERT INTO event (organization_id, repository_id, task, source, state, due_at)
    SELECT organization_id, id, 'sync', 'person', CASE name WHEN 'read' THEN 'done' ELSE 'due' END, now() + interval '1 day'
    FROM git_repository WHERE name IN ('read', 'waits')`;
  await db.database.owner.query(wait);
  const before = ["read: person", "waits: person"];
  assert.deepEqual(await events(), before);
  assert.equal(await startOnce(false), 4);
  assert.deepEqual(await events(), before);
  assert.equal(await startOnce(true), 4);
  assert.deepEqual(await events(), [
    "quiet: started",
    "read: person",
    "read: started",
    "waits: person",
    "waits: started",
  ]);
});

test("a start looks past a repository's own wait for its next attempt, not past a pause that its server asked for", async () => {
  const { owner } = db.database;
  await owner.query("DELETE FROM event");
  await owner.query("DELETE FROM git_repository");
  await owner.query(`
    INSERT INTO git_repository (organization_id, name, kind, address, synced_at, state, retry_at)
    SELECT o.id, r.name, 'remote', 'https://' || r.name || '.invalid/o/r', now(), 'failed', now() + interval '1 day'
    FROM organization o, (VALUES ('asked'), ('own'), ('paused')) r (name)`);
  await owner.query(`
    INSERT INTO event (organization_id, repository_id, task, source, reason, state, attempts, due_at)
    SELECT organization_id, id, 'sync', s.source, CASE s.source WHEN 'schedule' THEN 'started' END, 'failed', 7, now() + interval '1 day'
    FROM git_repository, (VALUES ('person'), ('schedule')) s (source) WHERE name <> 'asked' OR s.source = 'person'`);
  await owner.query("INSERT INTO git_host (host, paused_until) VALUES ('paused.invalid', now() + interval '1 day')");
  const store = db.database.web.in(
    (await owner.query<{ id: OrganizationId }>("SELECT id FROM organization"))[0]?.id ?? assert.fail(),
  );
  await store.write((tx) => insertOwnSyncs(tx, "started"));
  const due = await findDueWork(db.database.system.reads, 9);
  const names = await owner.query<{ name: string }>(
    "SELECT name FROM git_repository WHERE id = ANY($1::bigint[]) ORDER BY name",
    [due.map((work) => work.repositoryId)],
  );
  assert.deepEqual(names, [{ name: "asked" }, { name: "own" }]);
  // what somebody was told would be answered uses up no attempt by a start, and starts do not pile up
  const later = await owner.query(
    "SELECT count(*)::int AS count FROM event WHERE source = 'person' AND due_at > now()",
  );
  assert.deepEqual(later, [{ count: 3 }]);
  await store.write((tx) => insertOwnSyncs(tx, "started"));
  assert.deepEqual(await owner.query("SELECT count(*)::int AS count FROM event WHERE source = 'schedule'"), [
    { count: 3 },
  ]);
});
