// Servers that send on, hang, cut off or know no partial clone: an import ends in words, gives everything back, and heals.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { configureGit, gitProgram } from "../src/git/program.ts";
import { answerEvents } from "../src/ingest/answer-events.ts";
import { takeDueLease } from "../src/store/due-work.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { git, HistoryBuilder } from "./helpers/git-history.ts";
import { type GitServerFault, type GitServerRequest, startGitServer } from "./helpers/git-server.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedCheck } from "./helpers/pushed-check.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { seededRandom } from "./helpers/seeded-random.ts";
import { serve } from "./helpers/served-history.ts";
import { readStoredHistory, type StoredHistory } from "./helpers/stored-history.ts";

/** Bytes of noise in each of the eight large commits: their pack is larger than every cut. */
const NOISE_BYTES = 300_000;

let fault: (request: GitServerRequest, number: number) => GitServerFault | null = () => null;
const bench = await openIngestBench();
const server = await startGitServer({ root: bench.folder, fault: (request, number) => fault(request, number) });
after(async () => {
  await server.close();
  await bench.close();
});
afterEach(() => {
  fault = () => null;
  configureGit({});
});

/** Puts a program named git first on the search path that runs this script; `$GIT` is the real one. */
function useScript(name: string, script: string): void {
  configureGit({ searchPath: process.env["PATH"] });
  const real = gitProgram().git;
  const bin = join(bench.folder, name);
  mkdirSync(bin);
  writeFileSync(join(bin, "git"), `#!/bin/sh\nGIT="${real}"\n${script}\n`);
  chmodSync(join(bin, "git"), 0o755);
  configureGit({ searchPath: bin });
}

/** The same git, which waits one second where the template says thirty. */
const IMPATIENT = `for arg; do shift; [ "$arg" = http.lowSpeedTime=30 ] && arg=http.lowSpeedTime=1; set -- "$@" "$arg"; done
exec "$GIT" "$@"`;

function makePushed(name: string, commits = 4): PushedRepository {
  const pushed = new PushedRepository(join(bench.folder, name));
  pushed.grow("main", commits);
  return pushed;
}

async function retry(): Promise<void> {
  await bench.database.database.owner.query("DELETE FROM git_host"); // what the server asked for is over
  await bench.database.database.owner.query(
    "UPDATE event SET due_at = now() WHERE state IN ('due', 'running', 'failed')",
  );
  await bench.work();
}

/** Nobody holds the repository, and nothing half-done lies in its mirror. */
async function assertGivenBack(id: RepositoryId): Promise<void> {
  const [row] = await bench.database.database.owner.query<{ held: boolean }>(
    "SELECT lease_until > now() AS held FROM git_repository WHERE id = $1",
    [id],
  );
  assert.ok(row?.held !== true, "the lease is given back");
  const { mirrors } = bench.deps;
  const left = existsSync(mirrors) ? readdirSync(mirrors, { recursive: true }).map(String) : [];
  assert.deepEqual(
    left.filter((name) => /\.lock$|(^|\/)new-/.test(name)),
    [],
  );
}

async function failed(id: RepositoryId, words: RegExp): Promise<StoredHistory> {
  const history = await readStoredHistory(bench.store, id);
  assert.equal(history.repository["state"], "failed");
  assert.match(String(history.repository["problem"]), words);
  await assertGivenBack(id);
  return history;
}

const FAULTS: readonly { readonly name: string; readonly fault: GitServerFault; readonly words: RegExp }[] = [
  {
    name: "sends on to another address",
    fault: { kind: "redirect", to: "http://127.0.0.1:1/elsewhere.git" },
    words: /found an answer that sends on to another address, wanted the repository's own address/,
  },
  { name: "hangs", fault: { kind: "hang" }, words: /found a server too slow to wait for, wanted more than 1 kB\/s/ },
  { name: "fails", fault: { kind: "status", status: 502 }, words: /found a server that failed \(5xx\)/ },
  { name: "asks for patience", fault: { kind: "status", status: 429 }, words: /come back later \(429\)/ },
];

for (const { name, fault: each, words } of FAULTS) {
  for (const from of ["first", "in the middle"] as const) {
    test(`an import from a server that ${name}, ${from}, ends in words and heals`, async () => {
      const file = `${name} ${from}`.replaceAll(/\W+/g, "-");
      const pushed = makePushed(`${file}.git`);
      useScript(file, IMPATIENT);
      // the third POST is the one that is answered with objects
      let posts = 0;
      fault = ({ method }) => (from === "first" || (method === "POST" && ++posts > 2) ? each : null);
      const id = await bench.add({ url: `${server.url}/${file}.git` });
      const history = await failed(id, words);
      assert.equal(history.commits.length, 0);
      fault = () => null;
      await retry();
      await new PushedCheck(bench, pushed, id).synced();
    });
  }
}

test("a server that asks for patience says for how long, and is left alone until then by all its repositories", async () => {
  const pushed = makePushed("patient.git");
  const id = await bench.add({ url: `${server.url}/patient.git` });
  fault = () => ({ kind: "status", status: 429, headers: { "retry-after": "45" } });
  await bench.sync(id);
  const waits = async (): Promise<number | undefined> => {
    const [row] = await bench.database.database.owner.query<{ waits: number }>(
      "SELECT extract(epoch FROM paused_until - now())::float8 AS waits FROM git_host",
    );
    return row?.waits;
  };
  const until = (await waits()) ?? 0;
  assert.ok(until > 35 && until <= 45, `${until} s`);
  const asked = server.requests.length;
  await bench.work();
  assert.equal(server.requests.length, asked);
  fault = () => null;
  await retry();
  await new PushedCheck(bench, pushed, id).synced();
});

test("after a hiccup of a server whoever asks is answered before the pause is over, and ends it for all", async () => {
  const { owner } = bench.database.database;
  await retry(); // what other tests left
  const ids: RepositoryId[] = [];
  for (const name of ["hiccup-1", "hiccup-2", "hiccup-3", "hiccup-4"]) {
    makePushed(`${name}.git`);
    ids.push(await bench.add({ url: `${server.url}/${name}.git` }));
  }
  const [asked, ...others] = ids as [RepositoryId, ...RepositoryId[]];
  fault = () => ({ kind: "status", status: 503 });
  for (const id of ids) await bench.sync(id);
  const pause = (): Promise<{ failures: number; waits: number }[]> =>
    owner.query("SELECT failures, extract(epoch FROM paused_until - now())::float8 AS waits FROM git_host");
  const [paused] = await pause();
  assert.ok(paused !== undefined && paused.failures === 3 && paused.waits < 40, JSON.stringify(paused));
  fault = () => null;
  await owner.query("UPDATE git_host SET tried_at = now() - interval '10 seconds'");
  await bench.sync(asked);
  const states = await owner.query<{ state: string }>("SELECT state FROM git_repository WHERE id = $1", [asked]);
  assert.deepEqual(states, [{ state: "ready" }]);
  assert.deepEqual(await pause(), []);
  await retry();
  for (const id of others) await bench.sync(id);
});

test("a sync with a server that hangs keeps what was there, and the next one brings the rest", async () => {
  const pushed = makePushed("later.git");
  const id = await bench.add({ url: `${server.url}/later.git` });
  const check = new PushedCheck(bench, pushed, id);
  await check.synced();
  pushed.commit("main");
  useScript("later", IMPATIENT);
  fault = () => ({ kind: "hang" });
  await bench.sync(id);
  assert.equal((await failed(id, /too slow/)).commits.length, 4);
  fault = () => null;
  await retry();
  await check.synced();
});

test("a git that hangs is killed with all it started when the worker stops, and the lease is given back", async () => {
  makePushed("stuck.git");
  const pids = join(bench.folder, "pids");
  useScript(
    "stuck",
    `case "$*" in *" fetch "*) sleep 1000 & echo $$ $! > "${pids}"; wait;; *) exec "$GIT" "$@";; esac`,
  );
  const id = await addRepository(bench.deps, bench.organization, { url: `${server.url}/stuck.git` });
  const lease = await takeDueLease(bench.database.database.system, "bench");
  assert.ok(lease !== null);
  const stop = new AbortController();
  const answered = answerEvents(bench.deps, lease, stop.signal);
  let numbers = "";
  for (const end = Date.now() + 20_000; !numbers.endsWith("\n") && Date.now() < end; ) {
    await new Promise((resolve) => setImmediate(resolve));
    try {
      numbers = readFileSync(pids, "utf8");
    } catch {
      continue; // it has not begun
    }
  }
  stop.abort(new Error("the worker stops"));
  await answered;
  const [parent = 0, child = 0] = numbers.split(" ").map(Number);
  assert.ok(parent > 1 && child > 1, "it was at it");
  assert.deepEqual([runs(parent), runs(child)], [false, false]);
  await assertGivenBack(id);
  configureGit({});
  await bench.work();
  assert.equal((await readStoredHistory(bench.store, id)).commits.length, 4, "the event is answered later");
});

/** Whether a process of this id runs; a zombie of ours does as well, one that nobody has buried yet does not. */
function runs(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return !/^State:\s+Z/m.test(status) || new RegExp(`^PPid:\\s+${process.pid}$`, "m").test(status);
  } catch {
    return false;
  }
}

const NOISY = "noisy.git";

/** Eight commits that a pack cannot make small. */
async function makeNoisy(): Promise<void> {
  const builder = new HistoryBuilder(join(bench.folder, NOISY));
  const random = seededRandom(7);
  for (let n = 0; n < 8; n += 1) {
    const noise = Buffer.from(Array.from({ length: NOISE_BYTES }, () => 33 + random(90)));
    builder.commit({ files: { "metrics.json": `{"n":${n}}` }, message: Buffer.concat([Buffer.from("n\n\n"), noise]) });
  }
  await builder.finish();
}

const BREAKS = [
  ...[0, 1_024, 65_536, 1_048_576].map((afterBytes) => ({ kind: "cut", afterBytes }) as const),
  { kind: "stall", afterBytes: 65_536 } as const,
];

test("an import whose connection is cut or stalls at any place stores no half of it, and a clean retry brings it", async (t) => {
  await makeNoisy();
  for (const breaks of BREAKS) {
    await t.test(`${breaks.kind} after ${breaks.afterBytes} bytes`, async () => {
      if (breaks.kind === "stall") useScript("stalled", IMPATIENT);
      const url = `${server.url}/${NOISY}`;
      // the first answer that carries objects: the one to `ls-refs` is short
      let posts = 0;
      fault = ({ method }) => (method === "POST" && ++posts > 2 ? breaks : null);
      const organization = await bench.database.makeOrganization();
      const id = await addRepository(bench.deps, organization, { url });
      await bench.work();
      const store = bench.database.database.worker.in(organization);
      const broken = await readStoredHistory(store, id);
      assert.equal(broken.repository["state"], "failed");
      const words = breaks.kind === "cut" ? /found a connection that broke off/ : /found a server too slow to wait for/;
      assert.match(String(broken.repository["problem"]), words);
      await assertGivenBack(id);
      assert.deepEqual([broken.commits, broken.versions, broken.branches.size], [[], [], 0]);
      fault = () => null;
      await retry();
      const whole = await readStoredHistory(store, id);
      assert.equal(whole.repository["state"], "ready", String(whole.repository["problem"]));
      const read = whole.commits.map(({ files }) => files.get("metrics.json")?.values?.get("n"));
      assert.deepEqual(read, [0, 1, 2, 3, 4, 5, 6, 7]);
    });
  }
});

for (const { name, options } of [
  { name: "without partial clone", options: { allowFilter: false } },
  { name: "of protocol version 0", options: { protocol: "v0" as const } },
]) {
  test(`a server ${name} is detected: everything is fetched, imported and synced, and it says so`, async () => {
    const file = `${name.replaceAll(" ", "-")}.git`;
    const pushed = makePushed(file);
    const old = await serve(bench.folder, options);
    const id = await bench.add({ url: `${old.url}/${file}` });
    const check = new PushedCheck(bench, pushed, id);
    const { repository } = await check.synced();
    assert.match(JSON.stringify(repository["notices"]), /cannot leave out file contents \(partial clone\)/);
    pushed.commit("main");
    await bench.sync(id);
    await check.synced();
    const mirror = join(bench.deps.mirrors, `${id}.git`);
    assert.match(git(mirror, "cat-file", "--batch-all-objects", "--batch-check"), / blob /);
  });
}
