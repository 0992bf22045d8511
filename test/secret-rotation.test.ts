// T7: keys are replaced while two processes use what they seal: nothing fails to open, and nothing is left on the old key.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { json } from "node:stream/consumers";
import { join } from "node:path";
import { after, test } from "node:test";
import { tokenPlace } from "../src/account-access.ts";
import { Keyring } from "../src/keyring.ts";
import { parseKeys } from "../src/seal-keys.ts";
import { assertHeldByAll, rotateSecrets } from "../src/workspace/rotate-secrets.ts";
import { openDatabase } from "../src/store/database.ts";
import { isTidemarkError } from "../src/errors.ts";
import { openTestDatabase, quietLog } from "./helpers/test-database.ts";
import type { TokenReaderReport, TokenReaderTask } from "./helpers/token-reader.ts";

const LONG = process.env["TIDEMARK_TEST_ROUNDS"] !== undefined;
/** Of each of the two processes. */
const OPENS = LONG ? 5_000 : 600;
/** More than one batch. */
const ACCOUNTS = 620;
const WEBHOOKS = 30;

const db = await openTestDatabase();
after(() => db.close());
const organizationId = await db.makeOrganization();
const keyOf = (name: string): string => `${name}:${randomBytes(32).toString("base64")}`;
const [old, fresh] = [keyOf("old"), keyOf("2027")];
const ringOf = (...keys: readonly string[]): Keyring => new Keyring(parseKeys("the test", keys.join()));

/** Rows with something sealed in each of their columns. @returns the ids of the accounts */
async function fill(ring: Keyring): Promise<string[]> {
  const { owner } = db.database;
  const userId = randomUUID();
  await owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1)`, [userId]);
  const accounts = await owner.query<{ id: string }>(
    `INSERT INTO git_account (organization_id, user_id, kind, base_url, login, name, token)
     SELECT $1, $2, 'plain', 'https://host', 'ada' || n, 'Ada', '' FROM generate_series(1, $3::int) n RETURNING id::text`,
    [organizationId, userId, ACCOUNTS],
  );
  await owner.query(
    "UPDATE git_account SET login = 'ada', base_url = 'https://host/' || id WHERE organization_id = $1",
    [organizationId],
  );
  const webhooks = await owner.query<{ id: string }>(
    `INSERT INTO webhook (organization_id, hook_id, kind, secret)
     SELECT $1, 'hook' || n, 'signed', '' FROM generate_series(1, $2::int) n RETURNING id::text`,
    [organizationId, WEBHOOKS],
  );
  await owner.write(async (tx) => {
    for (const { id } of accounts) {
      const sealed = ring.seal(`token of account ${id}`, tokenPlace(organizationId, id));
      await tx.query("UPDATE git_account SET token = $1 WHERE organization_id = $2 AND id = $3", [
        sealed,
        organizationId,
        id,
      ]);
    }
    for (const [index, { id }] of webhooks.entries()) {
      const place = { table: "webhook", rowId: id, organizationId };
      const secret = ring.seal(`secret ${id}`, { ...place, column: "secret" });
      // every second one has none before
      const previous = index % 2 === 0 ? ring.seal(`previous ${id}`, { ...place, column: "previous_secret" }) : null;
      await tx.query("UPDATE webhook SET secret = $1, previous_secret = $2 WHERE organization_id = $3 AND id = $4", [
        secret,
        previous,
        organizationId,
        id,
      ]);
    }
  });
  return accounts.map(({ id }) => id);
}

async function read(task: Omit<TokenReaderTask, "urls" | "organizationId" | "opens">): Promise<TokenReaderReport> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "helpers", "token-reader.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const urls = { owner: db.ownerUrl.reveal(), web: db.webUrl.reveal(), worker: db.workerUrl.reveal() };
  child.stdin.end(JSON.stringify({ urls, organizationId, opens: OPENS, ...task } satisfies TokenReaderTask));
  return (await json(child.stdout)) as TokenReaderReport;
}

test(`${2 * OPENS} opens in two processes while keys are replaced: none fails, and no row is left on the old key`, async () => {
  const accounts = await fill(ringOf(old));
  const both = ringOf(fresh, old);
  const state = { reading: true };
  // one has the new key first, the other seals with the old one still: that is between two restarts
  const readers = Promise.all([
    read({ keys: `${fresh},${old}`, accounts, sealEvery: 0, seed: 1 }),
    read({ keys: `${old},${fresh}`, accounts, sealEvery: 5, seed: 2 }),
  ]).finally(() => (state.reading = false));
  let sealed = 0;
  while (state.reading) sealed += (await rotateSecrets({ database: db.database, keyring: both })).sealed;
  const reports = await readers;
  assert.deepEqual(
    reports.map(({ opened, failures }) => [opened, failures]),
    [
      [OPENS, []],
      [OPENS, []],
    ],
  );
  assert.ok(sealed > ACCOUNTS, `rows were sealed while the others were at work: ${sealed}`);
  assert.equal(reports[1]?.sealed, OPENS / 5);
  const last = await rotateSecrets({ database: db.database, keyring: both });
  assert.equal(last.notOpened, 0);
  assert.deepEqual([...last.keys], [["2027", ACCOUNTS + WEBHOOKS * 1.5]]);
  // the old key is not needed any more
  const alone = await rotateSecrets({ database: db.database, keyring: new Keyring(parseKeys("the test", fresh)) });
  assert.deepEqual([alone.sealed, alone.notOpened], [0, 0]);
  const rows = await db.database.owner.query<{ id: string; secret: Uint8Array; previous: Uint8Array | null }>(
    "SELECT id::text, secret, previous_secret AS previous FROM webhook WHERE organization_id = $1",
    [organizationId],
  );
  for (const { id, secret, previous } of rows) {
    const place = { table: "webhook", rowId: id, organizationId };
    assert.equal(
      ringOf(fresh)
        .open(secret, { ...place, column: "secret" })
        .reveal(),
      `secret ${id}`,
    );
    if (previous === null) continue;
    assert.equal(
      ringOf(fresh)
        .open(previous, { ...place, column: "previous_secret" })
        .reveal(),
      `previous ${id}`,
    );
  }
});

test("rotateSecrets() leaves what it cannot open as it is, beside everything else", async () => {
  const { owner } = db.database;
  const broken = await owner.query<{ id: string }>(
    `UPDATE git_account SET token = set_byte(token, 30, get_byte(token, 30) # 1)
     WHERE id IN (SELECT id FROM git_account ORDER BY id LIMIT 1) RETURNING id::text`,
  );
  assert.equal(broken.length, 1);
  const third = keyOf("3rd");
  const { sealed, notOpened, keys } = await rotateSecrets({ database: db.database, keyring: ringOf(third, fresh) });
  assert.deepEqual([sealed, notOpened, keys.get("2027")], [ACCOUNTS - 1 + WEBHOOKS * 1.5, 1, 1]);
});

test("secrets are not sealed with a key that a running process lacks, until it has the key or is gone", async () => {
  const nobody = { changed: () => undefined, missed: () => undefined };
  const run = async (ring: Keyring): Promise<() => Promise<void>> => {
    const { ownerUrl, webUrl, workerUrl } = db;
    const database = await openDatabase({ ownerUrl, webUrl, workerUrl, log: quietLog, keyMarks: ring.marks });
    const stop = await database.listen(nobody);
    return async () => {
      await stop();
      await database.close();
    };
  };
  const held = (ring: Keyring): Promise<void> => assertHeldByAll({ database: db.database, keyring: ring });
  const others = Array.from({ length: 14 }, (_, index) => keyOf(`k${index}`));
  const stops = [await run(ringOf(old)), await run(ringOf(...others, old, fresh))];
  await assert.rejects(held(ringOf(fresh, old)), (error: unknown) => {
    assert.ok(isTidemarkError(error, "bad-setting"));
    assert.equal(
      error.message,
      'Cannot seal all secrets with the key "2027": found a running Tidemark that does not have this key, wanted it in ' +
        "the keys of every process, second at first, and these started again (docs/keys.md); or --force.",
    );
    return true;
  });
  await held(ringOf(old));
  await stops.shift()?.();
  await held(ringOf(fresh, old));
  await stops.shift()?.();
});
