// G5: repositories made to hurt, imported by a worker in a process of its own: limits hold, warnings show, memory is kept.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RepositoryId, Sha } from "../src/domain/model.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { FIRST_COMMIT_AT, git, gitBytes, HistoryBuilder, writeObject } from "./helpers/git-history.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import type { ImportProcessOrder } from "./helpers/import-process.ts";
import { type IngestBench, openIngestBench, TEST_NOW } from "./helpers/ingest-bench.ts";
import { readStoredHistory, type StoredHistory } from "./helpers/stored-history.ts";
import { within } from "./helpers/until.ts";

const LONG = process.env["TIDEMARK_TEST_ROUNDS"] !== undefined;
const BOMB_BYTES = LONG ? 419_430_400 : 67_108_864;
/** Each level of the tree bomb has ten times the paths of the one below. */
const BOMB_LEVELS = LONG ? 10 : 6;
const LARGE_BYTES = 60_000_000;
const FILES = 5_000;
const DEPTH = 2_000;
const COMMITS = LONG ? 1_000_000 : 0;
/** What a git process may hold, and what the worker's may, in bytes. */
const MAX_GIT_BYTES = 1024 * 1024 * 1024;
const MAX_WORKER_BYTES = 512 * 1024 * 1024;
/** How often the processes are looked at, in ms. What is read is the peak of each so far. */
const LOOK_MS = 20;
/** Longer than any import here takes, in ms. */
const WATCHDOG_MS = 20 * 60_000;

let bench: IngestBench;
let server: GitServer;

before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder });
});
after(async () => {
  await server.close();
  await bench.close();
});

/** Peaks of resident memory, in bytes. */
interface Peaks {
  worker: number;
  git: number;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // it is gone
  }
}

function peakOf(pid: number | string): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

function childrenOf(pid: number | string): string[] {
  const own = textOf(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return own.flatMap((child) => [child, ...childrenOf(child)]);
}

/** Has a worker in another process answer every event that is due. */
async function workElsewhere(): Promise<Peaks> {
  const order: ImportProcessOrder = {
    ownerUrl: bench.database.ownerUrl.reveal(),
    webUrl: bench.database.webUrl.reveal(),
    workerUrl: bench.database.workerUrl.reveal(),
    mirrors: bench.deps.mirrors,
    now: TEST_NOW,
    batchCommits: 500,
    kill: { afterMs: WATCHDOG_MS },
  };
  const settled = Promise.withResolvers<void>();
  const look = async (): Promise<void> => {
    const rows = await bench.store.query(
      "SELECT FROM event WHERE organization_id = $1 AND state IN ('due', 'running', 'failed')",
    );
    if (rows.length === 0) settled.resolve();
  };
  const changed = (): void => void look().catch(settled.reject);
  const stopListening = await bench.database.database.listen({ changed, missed: changed });
  const child = spawn(process.execPath, [join(import.meta.dirname, "helpers/import-process.ts")], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, TIDEMARK_TEST_IMPORT: JSON.stringify(order) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  void ended.then(() => settled.reject(new Error("the worker's process ended")));
  const { pid = 0 } = child;
  const peaks: Peaks = { worker: 0, git: 0 };
  const watch = setInterval(() => {
    peaks.worker = Math.max(peaks.worker, peakOf(pid));
    for (const each of childrenOf(pid)) peaks.git = Math.max(peaks.git, peakOf(each));
  }, LOOK_MS);
  try {
    await within("the end of all work", settled.promise, WATCHDOG_MS);
  } finally {
    clearInterval(watch);
    child.kill("SIGKILL");
    await ended;
    await stopListening();
  }
  return peaks;
}

function assertKept(peaks: Peaks): void {
  const said = `worker ${Math.round(peaks.worker / 2 ** 20)} MiB, git ${Math.round(peaks.git / 2 ** 20)} MiB`;
  if (process.platform !== "linux") return;
  assert.ok(peaks.worker > 0 && peaks.git > 0, "both were seen");
  assert.ok(peaks.worker < MAX_WORKER_BYTES && peaks.git < MAX_GIT_BYTES, said);
}

async function stored(id: RepositoryId): Promise<StoredHistory> {
  const history = await readStoredHistory(bench.store, id);
  assert.equal(history.repository["state"], "ready", String(history.repository["problem"]));
  return history;
}

const add = (name: string): Promise<RepositoryId> =>
  addRepository(bench.deps, bench.organization, { url: `${server.url}/${name}` });

/** Bytes that no compression makes smaller, the same each time, as a JSON text. */
function incompressible(size: number): Buffer {
  const noise = createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc((size / 4) * 3));
  return Buffer.from(JSON.stringify({ text: noise.toString("base64") }));
}

async function makeBombs(): Promise<void> {
  const folder = join(bench.folder, "bombs.git");
  const builder = new HistoryBuilder(folder);
  builder.commit({ files: { "metrics.json": '{"n":1}' } });
  builder.commit({ files: { "metrics.json": Buffer.alloc(BOMB_BYTES, "[") } });
  builder.commit({ files: { "metrics.json": incompressible(LARGE_BYTES) } });
  builder.commit({ files: { "metrics.json": '{"n":4}' } });
  await builder.finish();
  let tree = writeObject(folder, "blob", '{"n":5}');
  for (let level = 0; level < BOMB_LEVELS; level += 1) {
    const names = level === 0 ? ["metrics.json"] : Array.from({ length: 10 }, (_, n) => `f${n}`);
    const mode = level === 0 ? "100644 blob" : "040000 tree";
    const entries = names.map((name) => `${mode} ${tree}\t${name}\n`).join("");
    tree = gitBytes(folder, ["mktree"], entries).toString().trim() as Sha;
  }
  const bomb = git(folder, "commit-tree", tree, "-p", "main", "-m", "bomb");
  git(folder, "update-ref", "refs/heads/main", git(folder, "commit-tree", "main^{tree}", "-p", bomb, "-m", "end"));
}

async function makeWide(): Promise<void> {
  const builder = new HistoryBuilder(join(bench.folder, "wide.git"));
  for (let version = 0; version < 3; version += 1) {
    const files = Array.from({ length: FILES }, (_, n) => [
      `runs/${String(n).padStart(5, "0")}/metrics.json`,
      `{"n":${n + version}}`,
    ]);
    builder.commit({ files: Object.fromEntries(files) as Record<string, string> });
  }
  await builder.finish();
}

async function makeDeep(): Promise<string> {
  const path = `${"d/".repeat(DEPTH)}metrics.json`;
  const builder = new HistoryBuilder(join(bench.folder, "deep.git"));
  builder.commit({ files: { [path]: '{"n":1}', "metrics.json": '{"n":2}' } });
  builder.commit({ files: { [path]: '{"n":3}' } });
  await builder.finish();
  return path;
}

test("bombs, a file of 60 MB, thousands of files a commit and 2,000 folders deep stay within memory, beside others", async () => {
  await makeBombs();
  await makeWide();
  const deepPath = await makeDeep();
  const builder = new HistoryBuilder(join(bench.folder, "small.git"));
  builder.commit({ files: { "metrics.json": '{"n":1}' } });
  await builder.finish();
  const [bombs, wide, deep, small] = [
    await add("bombs.git"),
    await add("wide.git"),
    await add("deep.git"),
    await add("small.git"),
  ];
  assertKept(await workElsewhere());
  const bombed = await stored(bombs);
  const own = bombed.commits.map(({ files }) => files.get("metrics.json"));
  assert.deepEqual(own.map((file) => file?.values?.get("n") ?? file?.reason ?? null).toSpliced(4, 1), [
    1,
    "too-large",
    "too-large",
    4,
    4,
  ]);
  assert.deepEqual([own[1]?.size, own[2]?.size], [BOMB_BYTES, incompressible(LARGE_BYTES).length]);
  assert.deepEqual(
    bombed.commits.map(({ warned }) => warned),
    [[], ["metrics.json"], ["metrics.json"], [], [], []],
    "one warning each",
  );
  assert.match(JSON.stringify(bombed.commits[4]?.warnings), /"too-many-changes"/);
  const { commits: wides } = await stored(wide);
  for (const { files, warnings } of wides) {
    assert.equal(files.size, 200);
    const [{ reason, size } = {}, ...more] = warnings as { reason?: string; size?: number }[];
    assert.deepEqual([reason, size, more], ["too-many-files", FILES, []]);
  }
  const { commits: deeps } = await stored(deep);
  assert.deepEqual(
    deeps.map(({ files }) => [files.get(deepPath)?.values?.get("n"), files.get("metrics.json")?.values?.get("n")]),
    [
      [1, 2],
      [3, 2],
    ],
  );
  assert.equal((await stored(small)).commits.length, 1);
});

test("a million commits in a line are imported within memory", { skip: COMMITS === 0 }, async () => {
  const builder = new HistoryBuilder(join(bench.folder, "long.git"));
  for (let n = 0; n < COMMITS; n += 1) {
    builder.commit({ files: n % 50 === 0 ? { "metrics.json": `{"n":${n}}` } : {}, at: FIRST_COMMIT_AT + (n >> 2) });
    if (n % 1_000 === 0) await builder.drained();
  }
  await builder.finish();
  const id = await add("long.git");
  assertKept(await workElsewhere());
  const [row] = await bench.store.query<{ commits: number; last: number }>(
    "SELECT count(*)::int AS commits, max(ordinal) AS last FROM git_commit WHERE organization_id = $1 AND repository_id = $2",
    [id],
  );
  assert.deepEqual(row, { commits: COMMITS, last: COMMITS - 1 });
});
