// A command whose own settings forbid an address: nothing that waits is given up, and a process that may goes on with it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { startGitServer } from "./helpers/git-server.ts";
import { commandIn, type Said } from "./helpers/log-command.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase, urlsOf } from "./helpers/test-database.ts";

const db = await openTestDatabase();
const folder = temporaryFolder();
const server = await startGitServer({ root: folder });
after(async () => {
  await server.close();
  await db.close();
});
const command = commandIn(folder);
const { owner } = db.database;
const http = { TIDEMARK_ALLOW_HTTP: "1" };
const allowed = { ...http, TIDEMARK_EGRESS_ALLOW: new URL(server.url).host };

/** Runs a command whose process has these settings beside the usual ones. */
function run(settings: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Said> {
  const env = { ...urlsOf(db), TIDEMARK_DATA: join(folder, "data"), ...settings };
  return command(words, { outIsTerminal: false, width: 100, now: Date.now, env });
}

const waiting = () =>
  owner.query("SELECT state, attempts FROM event WHERE state NOT IN ('done', 'skipped') ORDER BY id");

test("what a command may not read waits for a process that may", async () => {
  const pushed = new PushedRepository(join(folder, "losses.git"));
  pushed.commit("main");
  assert.equal((await run(allowed, "repository", "add", `${server.url}/losses.git`)).code, 0);
  assert.equal((await run(allowed, "repository", "sync", "losses")).code, 0);
  pushed.commit("main");
  const failed = { state: "failed", attempts: 0 };
  const said =
    /^tidemark: losses: Cannot use the address .*\nThe settings of this command forbid it; a running server whose settings allow it goes on with it\.\n$/;
  const sync = await run({}, "repository", "sync", "losses");
  assert.equal(sync.code, 1);
  assert.match(sync.err, said);
  assert.match(sync.err, /TIDEMARK_ALLOW_HTTP/);
  assert.doesNotMatch(sync.err, /TIDEMARK_EGRESS_ALLOW/, "the setting that is missing, and no other");
  assert.deepEqual(await waiting(), [failed]);

  const [done] = await owner.query<{ id: string }>("SELECT max(id)::text AS id FROM event WHERE state = 'done'");
  const retried = await run(http, "events", "retry", "losses", done?.id ?? "");
  assert.equal(retried.code, 1);
  assert.match(retried.err, said);
  assert.match(retried.err, /TIDEMARK_EGRESS_ALLOW/);
  assert.deepEqual(await waiting(), [failed, failed]);

  assert.equal(
    (await run(allowed, "repository", "sync", "losses")).out,
    "losses: 2 commits, 1 branch, 1 metric file\n",
  );
  assert.deepEqual(await waiting(), []);
});

test("what was never read is given up, with the setting that is missing and no other", async () => {
  new PushedRepository(join(folder, "never.git")).commit("main");
  const add = await run({}, "repository", "add", `${server.url}/never.git`);
  assert.equal(add.code, 2, add.err);
  await owner.query(
    `INSERT INTO git_repository (organization_id, name, kind, address)
     SELECT id, 'never', 'remote', $1 FROM organization`,
    [`${server.url}/never.git`],
  );
  const sync = await run({}, "repository", "sync", "never");
  assert.equal(sync.code, 1);
  assert.match(sync.err, /\(TIDEMARK_ALLOW_HTTP=1\)\. Once the operator allows it, ask for its new commits\.\n/);
  assert.deepEqual(await waiting(), [{ state: "dead", attempts: 1 }]);
});
