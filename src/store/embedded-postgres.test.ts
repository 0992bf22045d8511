// The supervisor: first start, second start, killed processes, strange folders, and what it refuses (D1, D2, D3).
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, chown, cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { withClient } from "../../test/helpers/with-client.ts";
import { isTidemarkError } from "../errors.ts";
import { createLog } from "../log.ts";
import type { Secret } from "../secrets.ts";
import { parseDatabaseUrl } from "./connection.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { postgresAccount } from "./embedded-postgres-account.ts";
import { findPostgres } from "./embedded-postgres-binaries.ts";
import { postmasterState } from "./postmaster-file.ts";

const log = createLog({ level: "silent" });
const HOLDER = fileURLToPath(new URL("../../test/helpers/hold-postgres.ts", import.meta.url));
const isRoot = process.getuid?.() === 0;
/** Rounds of two starts at once; each takes about 0.3 s. */
const ROUNDS = 20;

// one folder with a finished initdb, copied where a test does not need its own
const template = await temporaryFolder();
const made = await startEmbeddedPostgres({ dataFolder: join(template, "data"), purpose: "template", log });
await made.stop();
after(() => rm(template, { recursive: true, force: true }));

/** mkdtemp() makes 0700, which Postgres' account could not pass when root runs the tests. */
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-pg-"));
  await chmod(folder, 0o711);
  return folder;
}

const cleanups = new WeakMap<TestContext, (() => Promise<void>)[]>();

/** Registers what is to be undone after a test, last made first: a server stops before its folder goes. */
function afterwards(t: TestContext, undo: () => Promise<void>): void {
  const undos = cleanups.get(t) ?? [];
  undos.push(undo);
  if (cleanups.has(t)) return;
  cleanups.set(t, undos);
  t.after(async () => {
    for (const each of undos.toReversed()) await each();
  });
}

async function folderFor(t: TestContext): Promise<string> {
  const folder = await temporaryFolder();
  afterwards(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A data folder that has been used before. */
async function usedFolder(t: TestContext, name = "data"): Promise<string> {
  const dataFolder = join(await folderFor(t), name);
  // with owners and modes
  execFileSync("cp", ["-a", join(template, "data"), dataFolder]);
  return dataFolder;
}

async function ask<T>(url: Secret, sql: string): Promise<T> {
  return withClient(url, async (client) => (await client.query({ text: sql, rowMode: "array" })).rows[0]?.[0] as T);
}

interface Holder {
  readonly child: ChildProcess;
  readonly said: { pid?: number; adopted?: boolean; error?: string };
}

/** Starts another process that owns the database in `dataFolder`, or fails to. */
async function holder(t: TestContext, dataFolder: string): Promise<Holder> {
  const child = spawn(process.execPath, [HOLDER, dataFolder, "test holder"], { stdio: ["pipe", "pipe", "inherit"] });
  afterwards(t, async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdin.end();
    await once(child, "exit");
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, said: JSON.parse(line) as Holder["said"] };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

function refusal(code: string, ...texts: readonly (string | RegExp)[]) {
  return (error: unknown): boolean => {
    assert.ok(isTidemarkError(error), `a TidemarkError, not ${String(error)}`);
    assert.equal(error.code, code);
    for (const text of texts) {
      assert.match(
        error.message,
        text instanceof RegExp ? text : new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")),
      );
    }
    return true;
  };
}

test("startEmbeddedPostgres() makes a database in an empty folder with blanks, a comma and an umlaut in its path", async (t) => {
  const dataFolder = join(await folderFor(t), 'Zähler, "best" of\'s', "data");
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose: "test", log });
  afterwards(t, () => postgres.stop());
  assert.equal(postgres.adopted, false);
  assert.equal(await ask(postgres.ownerUrl, "SELECT current_database()"), "tidemark");
  assert.equal(await ask(postgres.adminUrl, "SELECT current_setting('data_directory')"), join(dataFolder, "pg18"));
  const password = await stat(join(dataFolder, "pg18", "tidemark.passwords.json"));
  assert.equal(password.mode & 0o777, 0o600);
  assert.equal((await stat(join(dataFolder, "pg18"))).mode & 0o777, 0o700);
  assert.deepEqual((await readdir(dataFolder)).sort(), ["pg18", "postgres.log", "socket"]);
});

test("startEmbeddedPostgres() keeps what makes acknowledged rows durable, and gives no role too much", async (t) => {
  const postgres = await startEmbeddedPostgres({ dataFolder: await usedFolder(t), purpose: "test", log });
  afterwards(t, () => postgres.stop());
  for (const setting of ["fsync", "full_page_writes", "synchronous_commit"]) {
    assert.equal(await ask(postgres.ownerUrl, `SHOW ${setting}`), "on", setting);
  }
  assert.equal(await ask(postgres.ownerUrl, "SHOW max_wal_size"), "2GB");
  assert.equal(await ask(postgres.ownerUrl, "SHOW listen_addresses"), "");
  for (const url of [postgres.ownerUrl, postgres.webUrl, postgres.workerUrl]) {
    const sql =
      "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles WHERE rolname = current_user";
    assert.equal(await ask(url, sql), false);
  }
  assert.equal(
    await ask(postgres.adminUrl, "SELECT datcollate || datlocale FROM pg_database WHERE datname = 'tidemark'"),
    "CC.UTF-8",
  );
});

test("startEmbeddedPostgres() leaves root for another account", { skip: isRoot ? false : "not root" }, async (t) => {
  const postgres = await startEmbeddedPostgres({ dataFolder: await usedFolder(t), purpose: "test", log });
  afterwards(t, () => postgres.stop());
  const status = await readFile(`/proc/${postgres.pid}/status`, "utf8");
  assert.match(status, /^Uid:\t[1-9]/m);
  assert.match(status, /^Groups:\t\s*$/m, "root's groups are left behind too");
});

test("startEmbeddedPostgres() keeps the data from one start to the next", async (t) => {
  const dataFolder = await usedFolder(t);
  const first = await startEmbeddedPostgres({ dataFolder, purpose: "test", log });
  await ask(first.ownerUrl, "CREATE TABLE kept AS SELECT 41 + 1 AS n");
  await first.stop();
  assert.equal(await postmasterState(first.pid), "gone");
  const second = await startEmbeddedPostgres({ dataFolder, purpose: "test", log });
  afterwards(t, () => second.stop());
  assert.equal(await ask(second.ownerUrl, "SELECT n FROM kept"), 42);
});

test("startEmbeddedPostgres() puts the socket elsewhere when the folder's path is too long for one", async (t) => {
  const dataFolder = await usedFolder(t, "d".repeat(90));
  const runtimeFolder = await folderFor(t);
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose: "test", log, runtimeFolder });
  assert.ok(parseDatabaseUrl(postgres.ownerUrl).host.startsWith(join(runtimeFolder, "tidemark-")));
  assert.equal(await ask(postgres.ownerUrl, "SELECT 1"), 1);
  await postgres.stop();
  assert.deepEqual(await readdir(runtimeFolder), [], "and takes it away afterwards");
});

test("startEmbeddedPostgres() listens on 127.0.0.1 when no folder is short enough", async (t) => {
  const dataFolder = await usedFolder(t, "d".repeat(90));
  const runtimeFolder = join(await folderFor(t), "r".repeat(90));
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose: "test", log, runtimeFolder });
  afterwards(t, () => postgres.stop());
  const { host, port } = parseDatabaseUrl(postgres.ownerUrl);
  assert.equal(host, "127.0.0.1");
  assert.equal(await ask(postgres.ownerUrl, "SHOW listen_addresses"), "127.0.0.1");
  const stranger = new Client({ host, port, user: "tidemark_owner", password: "guess", database: "tidemark" });
  await assert.rejects(stranger.connect(), /password authentication failed/);
});

test("startEmbeddedPostgres() makes the library links that an install without scripts lacks", async (t) => {
  const found = await findPostgres();
  const folder = join(await folderFor(t), "native");
  await cp(found.folder, folder, { recursive: true, verbatimSymlinks: true });
  await removeLinks(join(folder, "lib"));
  const dataFolder = join(await folderFor(t), "data");
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose: "test", log, postgres: { ...found, folder } });
  afterwards(t, () => postgres.stop());
  assert.equal(await ask(postgres.ownerUrl, "SELECT 1"), 1);
  assert.ok((await lstat(join(folder, "lib", "libpq.so.5"))).isSymbolicLink());
});

async function removeLinks(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) await rm(join(folder, entry.name));
  }
}

test("startEmbeddedPostgres() copies its programs when the account cannot reach them", {
  skip: isRoot ? false : "not root",
}, async (t) => {
  const found = await findPostgres();
  const closed = join(await folderFor(t), "closed");
  await mkdir(closed, { mode: 0o700 });
  await cp(found.folder, join(closed, "native"), { recursive: true, verbatimSymlinks: true });
  const dataFolder = await usedFolder(t);
  const postgres = { ...found, folder: join(closed, "native") };
  const running = await startEmbeddedPostgres({ dataFolder, purpose: "test", log, postgres });
  afterwards(t, () => running.stop());
  assert.equal(await ask(running.ownerUrl, "SELECT 1"), 1);
  assert.ok((await readdir(dataFolder)).includes(`postgres-${found.version}`));
});

test("startEmbeddedPostgres() names the closed folder above the data that the account cannot pass", {
  skip: isRoot ? false : "not root",
}, async (t) => {
  const closed = join(await folderFor(t), "closed");
  await mkdir(closed, { mode: 0o700 });
  const dataFolder = join(closed, "data");
  await assert.rejects(
    startEmbeddedPostgres({ dataFolder, purpose: "test", log }),
    refusal("data-folder", `"${closed}" with mode 0700`, "by --data or TIDEMARK_DATA"),
  );
});

test("startEmbeddedPostgres() refuses a data folder that cannot be made", async (t) => {
  const file = join(await folderFor(t), "file");
  await writeFile(file, "");
  const start = startEmbeddedPostgres({ dataFolder: join(file, "data"), purpose: "test", log });
  await assert.rejects(start, refusal("data-folder", "a file where a folder has to be"));
});

test("startEmbeddedPostgres() refuses files of an older Postgres and says what to do", async (t) => {
  const dataFolder = await usedFolder(t);
  await writeFile(join(dataFolder, "pg18", "PG_VERSION"), "17\n");
  await assert.rejects(
    startEmbeddedPostgres({ dataFolder, purpose: "test", log }),
    refusal(
      "data-folder",
      `files of Postgres 17, which an older Tidemark made, in "${join(dataFolder, "pg18")}"`,
      "which stay as they are: start the Tidemark that made them",
      "dump its database with pg_dump 17 or newer and restore that as docs/postgres-versions.md says",
      "or name an empty folder by --data or TIDEMARK_DATA",
    ),
  );
  assert.ok(existsSync("docs/postgres-versions.md"), "the page that it names is there");
});

test("startEmbeddedPostgres() refuses to begin empty beside the files of a newer Postgres", async (t) => {
  const dataFolder = await folderFor(t);
  await mkdir(join(dataFolder, "pg19"));
  await assert.rejects(
    startEmbeddedPostgres({ dataFolder, purpose: "test", log }),
    refusal(
      "data-folder",
      `files of Postgres 19, which a newer Tidemark made, in "${join(dataFolder, "pg19")}"`,
      "start the Tidemark that made them; or name an empty folder",
    ),
  );
  assert.deepEqual(await readdir(dataFolder), ["pg19"], "and leaves the folder as it was");
});

test("startEmbeddedPostgres() tells a second process which one works on the data", async (t) => {
  const dataFolder = await usedFolder(t);
  const first = await holder(t, dataFolder);
  assert.equal(first.said.error, undefined);
  const start = startEmbeddedPostgres({ dataFolder, purpose: "test", log });
  await assert.rejects(
    start,
    refusal("data-folder-in-use", `in use by test holder, process ${first.child.pid}`, "stop that one first"),
  );
  const shared = await startEmbeddedPostgres({ dataFolder, purpose: "test", log, sharing: "when-running" });
  assert.equal(shared.owned, false, "a command may use it");
  assert.equal(shared.pid, first.said.pid);
  await shared.release();
});

test(`startEmbeddedPostgres() lets one of two starts at once win, ${ROUNDS} times, and loses no row`, async (t) => {
  const dataFolder = await usedFolder(t);
  for (let round = 0; round < ROUNDS; round++) {
    const starts = await Promise.allSettled(
      [1, 2].map(() => startEmbeddedPostgres({ dataFolder, purpose: "race", log })),
    );
    const won = starts.filter((start) => start.status === "fulfilled").map((start) => start.value);
    const lost = starts.filter((start) => start.status === "rejected").map((start) => start.reason as unknown);
    assert.equal(won.length, 1, `round ${round}: ${lost.map(String).join("; ")}`);
    refusal("data-folder-in-use")(lost[0]);
    const [winner] = won;
    assert.ok(winner !== undefined);
    await ask(winner.ownerUrl, "CREATE TABLE IF NOT EXISTS round (n int)");
    await ask(winner.ownerUrl, `INSERT INTO round VALUES (${round})`);
    assert.equal(await ask(winner.ownerUrl, "SELECT count(DISTINCT n)::int FROM round"), round + 1);
    await winner.stop();
  }
});

test("startEmbeddedPostgres() lets one of two first starts at once make the database", async (t) => {
  const dataFolder = join(await folderFor(t), "data");
  const both = await Promise.all([holder(t, dataFolder), holder(t, dataFolder)]);
  const errors = both.flatMap(({ said }) => said.error ?? []);
  assert.equal(errors.length, 1, errors.join("; "));
  assert.match(errors[0] ?? "", /in use by test holder, process \d+/);
  assert.deepEqual((await readdir(dataFolder)).sort(), ["pg18", "postgres.log", "socket"], "nothing half made is left");
});

test("startEmbeddedPostgres() adopts the Postgres of a killed process", async (t) => {
  const dataFolder = await usedFolder(t);
  const killed = await holder(t, dataFolder);
  await kill(killed.child);
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose: "test", log });
  afterwards(t, () => postgres.stop());
  assert.equal(postgres.adopted, true);
  assert.equal(postgres.pid, killed.said.pid);
  assert.equal(await ask(postgres.webUrl, "SELECT 1"), 1);
});

test("startEmbeddedPostgres() replaces a running Postgres of another version", async (t) => {
  const dataFolder = await usedFolder(t);
  const killed = await holder(t, dataFolder);
  await kill(killed.child);
  const newer = { ...(await findPostgres()), version: "18.99" };
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose: "test", log, postgres: newer });
  afterwards(t, () => postgres.stop());
  assert.equal(postgres.adopted, false);
  assert.notEqual(postgres.pid, killed.said.pid);
});

test("startEmbeddedPostgres() waits for a dead Postgres that nobody has collected yet", async (t) => {
  const dataFolder = await usedFolder(t);
  const { pid, collect } = await zombiePostgres(t, dataFolder);
  assert.equal(await postmasterState(pid), "zombie");
  const starting = startEmbeddedPostgres({ dataFolder, purpose: "test", log });
  collect();
  const postgres = await starting;
  afterwards(t, () => postgres.stop());
  assert.equal(await ask(postgres.ownerUrl, "SELECT 1"), 1);
});

/** Starts Postgres below a parent that never collects its children, and kills it. */
async function zombiePostgres(t: TestContext, dataFolder: string): Promise<{ pid: number; collect: () => void }> {
  const { folder } = await findPostgres();
  const account = await postgresAccount(join(dataFolder, "pg18"));
  const script = '"$0" -D "$1" -c listen_addresses= -k "$1" >&2 & exec sleep 600';
  const parent = spawn("/bin/sh", ["-c", script, join(folder, "bin", "postgres"), join(dataFolder, "pg18")], {
    cwd: dataFolder,
    stdio: "ignore",
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
  });
  afterwards(t, async () => void parent.kill("SIGKILL"));
  let pid = 0;
  await until(async () => {
    const file = await readFile(join(dataFolder, "pg18", "postmaster.pid"), "utf8").catch(() => "");
    pid = Number(file.split("\n")[0]);
    return /\nready\s*$/.test(file);
  });
  process.kill(pid, "SIGKILL");
  await until(async () => (await postmasterState(pid)) === "zombie");
  return { pid, collect: () => void parent.kill("SIGKILL") };
}

/** Asks until it is so; the limit is a watchdog. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 30_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < limit, "it did not come about");
    await wait(5);
  }
}

test("startEmbeddedPostgres() is not stopped by a file whose pid went to another program", async (t) => {
  const dataFolder = await usedFolder(t);
  const account = await postgresAccount(join(dataFolder, "pg18"));
  const other = spawn("sleep", ["600"], account === null ? {} : { uid: account.uid, gid: account.gid });
  afterwards(t, async () => void other.kill("SIGKILL"));
  await once(other, "spawn");
  const file = join(dataFolder, "pg18", "postmaster.pid");
  await writeFile(file, `${other.pid}\n${join(dataFolder, "pg18")}\n1700000000\n5432\n\n\n  12345 1\nready\n`, {
    mode: 0o600,
  });
  if (account !== null) await chown(file, account.uid, account.gid);
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose: "test", log });
  afterwards(t, () => postgres.stop());
  assert.equal(postgres.adopted, false);
  assert.equal(other.exitCode, null, "which is left alone");
});

test("startEmbeddedPostgres() brings a Postgres back that was killed under its hands", async (t) => {
  const postgres = await startEmbeddedPostgres({ dataFolder: await usedFolder(t), purpose: "test", log });
  afterwards(t, () => postgres.stop());
  const before = postgres.pid;
  process.kill(before, "SIGKILL");
  await until(async () => postgres.pid !== before && postgres.owned);
  assert.equal(await ask(postgres.ownerUrl, "SELECT 1"), 1);
});
