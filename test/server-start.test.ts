// What a start of the server asks for: what was pushed while none ran, where it works, and of each repository once.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { startApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
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

test("a server that works asks for each repository that nothing waits for, and one that only shows pages for none", async () => {
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
  assert.deepEqual(await events(), ["quiet: started", "read: person", "read: started", "waits: person"]);
});
