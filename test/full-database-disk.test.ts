// D5: the disk of Postgres' data, or the one of its log, is full: no delivery is taken without its row, pages go on or say
// why not, and when there is room again everything goes on without anybody's hands.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { DeliveryReceiver } from "../src/ingest/receive-delivery.ts";
import { startWorker, type Worker } from "../src/ingest/worker.ts";
import { type Database, openDatabase } from "../src/store/database.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../src/store/embedded-postgres.ts";
import { ensureLocalOrganization } from "../src/store/first-run.ts";
import { upgrade } from "../src/store/migrate.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { startApi, type TestPerson, type TestServer } from "./helpers/api-server.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { quietLog, type TestDatabase } from "./helpers/test-database.ts";
import { makeTestWebhook, signedHeaders, testKeyring, type TestWebhook } from "./helpers/test-webhook.ts";

const DISK = "size=100m,mode=711";
/** Ten times what coming back takes on a busy machine, in ms. */
const WATCHDOG_MS = 120_000;
/** Bytes that no compression makes small: some of them fill what a started file of the log, 16 MiB, has left. */
const NOISE_BYTES = 600_000;
const MOST_DELIVERIES = 60;

const folder = mkdtempSync(join(tmpdir(), "tidemark-disk-"));
const disks = { data: join(folder, "data"), log: join(folder, "log") } as const;
type Disk = keyof typeof disks;
chmodSync(folder, 0o711); // Postgres runs as another account
const isMounted = Object.values(disks).every((disk) => {
  mkdirSync(disk);
  return spawnSync("mount", ["-t", "tmpfs", "-o", DISK, "tmpfs", disk]).status === 0;
});
const skip = isMounted ? false : "this account may not mount a small disk (root may)";

let postgres: EmbeddedPostgres;
let database: Database;
let organization: OrganizationId;
let worker: Worker;
let server: TestServer;
let person: TestPerson;
let hook: TestWebhook;
let pushed: PushedRepository;
let repository: RepositoryId;
const taken: string[] = [];

before(async () => {
  if (!isMounted) return;
  const options = { dataFolder: join(disks.data, "tidemark"), purpose: "tests", log: quietLog };
  await (await startEmbeddedPostgres(options)).stop();
  const usual = join(options.dataFolder, "pg18", "pg_wal");
  const moved = join(disks.log, "pg_wal");
  assert.equal(spawnSync("cp", ["--archive", usual, moved]).status, 0);
  rmSync(usual, { recursive: true });
  symlinkSync(moved, usual);
  postgres = await startEmbeddedPostgres(options);
  const { ownerUrl, webUrl, workerUrl } = postgres;
  await upgrade(ownerUrl);
  database = await openDatabase({ ownerUrl, webUrl, workerUrl, log: quietLog });
  organization = (await ensureLocalOrganization(database)).organizationId;
  pushed = new PushedRepository(join(folder, "pushed.git"));
  pushed.commit("main");
  const deps = { database, mirrors: join(folder, "mirrors"), log: quietLog, now: () => Date.now() };
  const allow = { http: true, loopback: true, entries: [] };
  repository = await addRepository({ ...deps, allow }, organization, { folder: pushed.folder });
  worker = await startWorker({ ...deps, allow });
  const receiver = new DeliveryReceiver({ database, keyring: testKeyring, now: Date.now, wake: () => worker.wake() });
  server = await startApi({ database } as TestDatabase, { receiver });
  person = await server.signIn(organization);
  hook = await makeTestWebhook(database, organization, { kind: "signed", repository });
});
after(async () => {
  if (isMounted) {
    await server.close();
    await worker.stop();
    await database.close();
    await postgres.stop();
  }
  for (const disk of Object.values(disks)) spawnSync("umount", ["--lazy", disk]);
  rmSync(folder, { recursive: true });
});

/** Sends a delivery once. @returns its status */
async function send(delivery: string, noise = 0): Promise<number> {
  const body = JSON.stringify({ ref: "refs/heads/main", noise: randomBytes(noise).toString("base64") });
  const headers = signedHeaders(hook, body, { delivery });
  const answer = await fetch(server.url + hook.path, { method: "POST", headers, body });
  await answer.arrayBuffer();
  if (answer.status === 202) taken.push(delivery);
  else {
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
  }
  return answer.status;
}

/** Takes all the room that a disk has left. @returns how to give it back */
function fill(disk: Disk): () => void {
  const path = join(disks[disk], "ballast");
  const file = openSync(path, "w");
  for (let size = 1024 ** 2; size >= 4_096; ) {
    try {
      if (writeSync(file, Buffer.alloc(size)) < size) size = Math.floor(size / 2);
    } catch {
      size = Math.floor(size / 2);
    }
  }
  closeSync(file);
  return () => rmSync(path);
}

/** Asks until it is so; whatever the database says meanwhile is no answer. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + WATCHDOG_MS;
  while (!(await isSo().catch(() => false))) {
    assert.ok(performance.now() < limit, what);
    await wait(50);
  }
}

const ask = <Row extends object>(sql: string): Promise<Row[]> => database.worker.in(organization).query<Row>(sql);

async function isBroughtIn(sha: string): Promise<boolean> {
  const rows = await ask(`SELECT FROM git_commit WHERE organization_id = $1 AND sha = '\\x${sha}'`);
  const waiting = await ask(
    "SELECT FROM event WHERE organization_id = $1 AND state IN ('due', 'running', 'failed') LIMIT 1",
  );
  return rows.length === 1 && waiting.length === 0;
}

/** What the page of repositories is answered with: all of it, or why not. */
async function look(): Promise<number> {
  const answer = await person.fetch("/api/v1/repositories");
  const said = (await answer.json()) as { readonly detail?: string };
  if (answer.status !== 200) {
    assert.equal(answer.status, 503);
    assert.match(said.detail ?? "", /found (no database that answers|a database without room or time)/);
  }
  return answer.status;
}

for (const disk of ["data", "log"] as const) {
  test(`the disk of Postgres' ${disk} is full: 503 without a row, and all goes on once there is room`, {
    skip,
  }, async () => {
    assert.equal(await send(`${disk} before`), 202);
    await until("the first commit is brought in", () => isBroughtIn(pushed.head("main")));
    const makeRoom = fill(disk);
    const statuses: number[] = [];
    while (statuses.at(-1) !== 503) {
      assert.ok(statuses.length < MOST_DELIVERIES, "it takes no more than there is room for");
      statuses.push(await send(`${disk} ${statuses.length}`, NOISE_BYTES));
    }
    for (const more of ["a", "b", "c"]) assert.equal(await send(`${disk} ${more}`, NOISE_BYTES), 503);
    const page = await look();
    // without its log Postgres does not run at all
    if (disk === "data") assert.equal(page, 200);
    const sha = pushed.commit("main");
    await send(`${disk} push`, NOISE_BYTES);
    makeRoom();
    await until("a delivery is taken again", async () => (await send(`${disk} push`)) === 202);
    await until("the push is brought in", () => isBroughtIn(sha));
    assert.equal(await look(), 200);
    const stored = new Set(
      (await ask<{ id: string }>("SELECT delivery_id AS id FROM event WHERE organization_id = $1")).map(({ id }) => id),
    );
    assert.deepEqual(
      taken.filter((id) => !stored.has(id)),
      [],
      "acknowledged is stored",
    );
    const ended = await Promise.race([postgres.failed, wait(0, null)]);
    assert.equal(ended, null, "Postgres was not given up");
  });
}
