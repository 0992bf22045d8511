// A worker that lacks the key which an account's token was sealed with: nothing is given up, and all goes on with the key.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { after, test } from "node:test";
import { Keyring } from "../src/keyring.ts";
import { Secret } from "../src/secrets.ts";
import { setRepositoryAccount } from "../src/store/git-account.ts";
import { accountCalls } from "../src/workspace/account-calls.ts";
import { startGitServer } from "./helpers/git-server.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedCheck } from "./helpers/pushed-check.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";

const keys = ["old", "2027"].map((id) => ({ id, bytes: randomBytes(32) }));
const [old, fresh] = keys.map((key) => new Keyring([key])) as [Keyring, Keyring];
const bench = await openIngestBench();
const { owner } = bench.database.database;
const server = await startGitServer({ root: bench.folder, login: { user: "ada", password: "correct horse" } });
after(async () => {
  await server.close();
  await bench.close();
});

test("a push that was told of waits for a key that is not here, and is brought in with it", async () => {
  await owner.query(`INSERT INTO "user" (id, name, email) VALUES ('keys', 'Ada', 'ada@example.org')`);
  const deps = { ...bench.deps, database: bench.database.database, keyring: fresh, now: Date.now };
  const account = await accountCalls(deps).connect(
    { organizationId: bench.organization, userId: "keys", isAdmin: true },
    { kind: "plain", server: server.url, login: "ada", token: Secret.of("correct horse") },
  );
  const pushed = new PushedRepository(join(bench.folder, "sealed.git"));
  pushed.commit("main");
  const id = await bench.add({ url: `${server.url}/sealed.git` });
  await bench.store.write((tx) => setRepositoryAccount(tx, id, account));
  const use = (keyring: Keyring): unknown => Object.assign(bench.deps, { keyring });
  use(fresh);
  await bench.sync(id);
  const check = new PushedCheck(bench, pushed, id);
  await check.synced();

  use(old);
  pushed.commit("main");
  for (let tries = 0; tries < 12; tries += 1) await bench.sync(id);
  const events = await owner.query<{ state: string; attempts: number; error: string }>(
    "SELECT state, attempts, error FROM event WHERE repository_id = $1 AND state <> 'done' AND finished_at IS NULL",
    [id],
  );
  assert.ok(events.length > 0);
  for (const { state, attempts, error } of events) {
    assert.deepEqual({ state, attempts }, { state: "failed", attempts: 0 });
    assert.match(error, /sealed with the key "2027", which this installation does not have/);
  }
  assert.deepEqual(await owner.query("SELECT FROM event WHERE repository_id = $1 AND state = 'dead'", [id]), [
    {}, // its first import, before it had an account
  ]);

  use(fresh);
  await owner.query("UPDATE event SET due_at = now() WHERE state = 'failed'");
  await owner.query("UPDATE git_repository SET retry_at = NULL");
  await bench.work();
  await check.synced();
});
