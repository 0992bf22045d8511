// A supervisor stops the one server that it means: never a healthy one that somebody has started in its place.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createLog } from "../log.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { postgresAccount } from "./embedded-postgres-account.ts";
import { findPostgres, preparePostgres } from "./embedded-postgres-binaries.ts";
import { chooseAddress, filesFolder, type Passwords, readPasswords } from "./embedded-postgres-files.ts";
import { type PostgresAddress, type PostgresPlace, stopServer } from "./embedded-postgres-process.ts";
import { ensureRunning } from "./embedded-postgres-running.ts";
import { postmasterState, readPostmasterFile } from "./postmaster-file.ts";

const SIGINT = 2;

// one folder with a finished initdb, copied for each test
const template = await temporaryFolder();
const made = await startEmbeddedPostgres({
  dataFolder: join(template, "data"),
  purpose: "template",
  log: createLog({ level: "silent" }),
});
await made.stop();
after(() => rm(template, { recursive: true, force: true }));

/** mkdtemp() makes 0700, which Postgres' account could not pass when root runs the tests. */
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-pg-"));
  await chmod(folder, 0o711);
  return folder;
}

interface Room {
  readonly place: PostgresPlace;
  readonly passwords: Passwords;
  readonly address: PostgresAddress;
}

/** A place that was used before; its server is stopped after the test. */
async function roomFor(t: TestContext): Promise<Room> {
  const folder = await temporaryFolder();
  const dataFolder = join(folder, "data");
  execFileSync("cp", ["-a", join(template, "data"), dataFolder]);
  const files = filesFolder(dataFolder);
  const account = await postgresAccount(files);
  const postgres = await preparePostgres(await findPostgres(), account, dataFolder);
  const place = { postgres, account, dataFolder, files };
  t.after(async () => {
    const file = await readPostmasterFile(files);
    if (file !== null) await stopServer(place, file.pid);
    await rm(folder, { recursive: true, force: true });
  });
  return { place, passwords: await readPasswords(files), address: await chooseAddress(place, folder) };
}

/** Asks until it is so; the limit is a watchdog. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 30_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < limit, "it did not come about");
    await wait(5);
  }
}

/** Whether a process is stopped: one that waits for the disk hears other signals first. */
async function isFrozen(pid: number): Promise<boolean> {
  return /^State:\s+T/m.test(await readFile(`/proc/${pid}/status`, "utf8"));
}

/** Whether a stopped process was told to end: the signal waits for it. */
async function isTold(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const pending = BigInt(`0x${/^ShdPnd:\s*(\w+)/m.exec(status)?.[1] ?? "0"}`);
  return (pending & (1n << BigInt(SIGINT - 1))) !== 0n;
}

test("stopServer() leaves a server alone that was started while it waited for the one before", {
  skip: process.platform === "linux" ? false : "without /proc",
}, async (t) => {
  const { place, passwords, address } = await roomFor(t);
  const first = await ensureRunning(place, passwords, address);
  process.kill(first.pid, "SIGSTOP");
  await until(() => isFrozen(first.pid));
  const stopping = stopServer(place, first.pid);
  await until(() => isTold(first.pid));
  process.kill(first.pid, "SIGKILL");
  await until(async () => (await postmasterState(first.pid)) === "gone");
  const second = await ensureRunning(place, passwords, address);
  await stopping;
  assert.notEqual(second.pid, first.pid);
  assert.equal(await postmasterState(second.pid), "running");
  assert.equal((await ensureRunning(place, passwords, address)).pid, second.pid, "and it can be used");
});

test("stopServer() stops nobody where another server runs than the one that it means", async (t) => {
  const { place, passwords, address } = await roomFor(t);
  const { pid } = await ensureRunning(place, passwords, address);
  await stopServer(place, pid + 1);
  assert.equal(await postmasterState(pid), "running");
  await stopServer(place, pid);
  assert.equal(await postmasterState(pid), "gone");
});

test("ensureRunning() asks a server again that did not answer once, and does not stop it", async (t) => {
  const { place, passwords, address } = await roomFor(t);
  const { pid } = await ensureRunning(place, passwords, address);
  const socket = join(address.socketFolder as string, `.s.PGSQL.${address.port}`);
  await rename(socket, `${socket}.kept`);
  let refused = 0;
  const silent = createServer((connection) => {
    refused += 1;
    connection.destroy();
    silent.close();
    void rename(`${socket}.kept`, socket);
  });
  await new Promise<void>((resolve) => silent.listen(socket, resolve));
  const found = await ensureRunning(place, passwords, address);
  assert.equal(refused, 1);
  assert.deepEqual({ pid: found.pid, adopted: found.adopted }, { pid, adopted: true });
});
