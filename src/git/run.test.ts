// Tests of running git: time-out, limits, ends of every kind, and that nothing is left behind.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { git, HistoryBuilder } from "../../test/helpers/git-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { openLocal } from "./local.ts";
import { configureGit } from "./program.ts";
import { runGit, streamGit } from "./run.ts";

const folder = temporaryFolder();
const attempt = "try";
afterEach(() => configureGit({}));

const history = new HistoryBuilder(join(folder, "r.git"));
for (let i = 0; i < 300; i += 1) history.commit({ files: { "metrics.json": `{"a":${i}}` } });
await history.finish();
const repository = await openLocal(join(folder, "r.git"));

/** Puts a program named git first on the search path that runs this script. */
function useScript(name: string, script: string): void {
  const bin = join(folder, name);
  mkdirSync(bin);
  writeFileSync(join(bin, "git"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, "git"), 0o755);
  configureGit({ searchPath: bin });
}

/** Whether a process of this id runs; a zombie does not. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Does nothing at all for some milliseconds, as a busy reader does. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test("runGit() gives the output of git", async () => {
  assert.equal((await runGit(repository, ["rev-list", "--count", "HEAD"], { attempt })).toString(), "300\n");
});

test("runGit() kills a hanging git and its children at the time-out, and leaves no zombie", async () => {
  const pids = join(folder, "pids");
  useScript("hanging", `sleep 1000 & echo $$ $! > "${pids}"; wait`);
  await assert.rejects(runGit(null, ["x"], { attempt, timeoutMs: 1_500, fileBytes: 1_000 }), { code: "git-timeout" });
  const [parent = 0, child = 0] = readFileSync(pids, "utf8").split(" ").map(Number);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(parent > 1 && child > 1);
  if (existsSync("/proc/self/status")) assert.deepEqual([runs(parent), runs(child)], [false, false]);
});

test("runGit() reports a time-out in words", async () => {
  useScript("slow", "sleep 1000");
  const failed = runGit(null, ["x"], { attempt: "read the branches of", timeoutMs: 200 });
  await assert.rejects(failed, /^TidemarkError: Cannot read the branches of "git": found no end after 0 s, wanted/);
});

test("streamGit() counts only the time that git keeps us waiting", async () => {
  const { stdout } = streamGit(repository, ["log", "-p"], { attempt, timeoutMs: 5_000 });
  let size = 0;
  for await (const chunk of stdout) {
    size += chunk.length;
    pause(2); // a reader that takes its time
  }
  assert.ok(size > 10_000);
});

test("streamGit() ends the process when the reader leaves early", async () => {
  const pids = join(folder, "early-pid");
  useScript("endless", `echo $$ > "${pids}"; yes`);
  const stream = streamGit(null, ["x"], { attempt, fileBytes: 1_000 });
  for await (const chunk of stream.stdout) {
    pause(200); // until all buffers on the way are full: what nobody reads must not keep it alive
    if (chunk.length > 0) break;
  }
  await stream.done;
  const pid = Number(readFileSync(pids, "utf8"));
  assert.ok(pid > 1);
  assert.equal(runs(pid), false);
});

test("streamGit() ends the process when it is told to, whether or not anybody reads", async () => {
  useScript("unread", "yes");
  const unread = streamGit(null, ["x"], { attempt });
  unread.kill();
  await unread.done;
  const read = streamGit(null, ["x"], { attempt });
  let chunks = 0;
  for await (const chunk of read.stdout) {
    chunks += chunk.length > 0 ? 1 : 0;
    if (chunks === 3) read.kill();
  }
  assert.equal(chunks, 3);
  await read.done;
});

test("runGit() ends with the signal's reason when it is told to stop", async () => {
  useScript("stoppable", "sleep 1000");
  const stop = new AbortController();
  const running = runGit(null, ["x"], { attempt, signal: stop.signal });
  stop.abort(new Error("enough"));
  await assert.rejects(running, /enough/);
  assert.throws(() => streamGit(null, ["x"], { attempt, signal: stop.signal }), /enough/);
});

test("runGit() ends with the error of an input that fails", async () => {
  async function* failing(): AsyncGenerator<string> {
    yield "HEAD\n";
    await Promise.resolve();
    throw new Error("no more ids");
  }
  await assert.rejects(runGit(repository, ["rev-list", "--stdin"], { attempt, input: failing() }), /no more ids/);
});

test("runGit() takes more input than a pipe holds from a process that reads slowly or not at all", async () => {
  const ids = `${git(repository.gitDir, "rev-parse", "HEAD")}\n`.repeat(50_000);
  const input = [ids, ids];
  assert.equal((await runGit(repository, ["rev-list", "--count", "--stdin"], { attempt, input })).toString(), "300\n");
  await assert.rejects(runGit(repository, ["rev-list", "--no-such-option"], { attempt, input: ids }), {
    code: "git-failed",
  });
});

test("runGit() stops at its limit of output", async () => {
  await assert.rejects(runGit(repository, ["log"], { attempt, maxBytes: 1_000 }), { code: "limit-exceeded" });
});

test("runGit() gives git a fresh environment", async () => {
  useScript("environment", 'env; echo "cwd $(pwd)"');
  const lines = (await runGit(repository, ["x"], { attempt })).toString().trim().split("\n");
  const names = lines.map((line) => line.split("=")[0]);
  const inherited = Object.keys(process.env).filter(
    (name) => !["PATH", "HOME", "PWD", "_", "LC_ALL", "TZ", "SHLVL", "OLDPWD"].includes(name),
  );
  assert.deepEqual(
    names.filter((name) => inherited.includes(name as string)),
    [],
  );
  assert.ok(
    lines.includes("HOME=/nonexistent") && lines.includes("GIT_NO_REPLACE_OBJECTS=1") && lines.includes("cwd /"),
  );
});

test("runGit() without a remote cannot reach any", async () => {
  for (const url of [
    "http://127.0.0.1:1/x",
    "https://127.0.0.1:1/x",
    `file://${repository.gitDir}`,
    repository.gitDir,
    "ext::sh",
  ]) {
    await assert.rejects(runGit(repository, ["ls-remote", url], { attempt }), { code: "address-not-allowed" }, url);
  }
});

test("runGit() limits the memory that git fills, and not the size of the packs that it maps", {
  skip: process.platform !== "linux",
}, async () => {
  useScript("limits", "ulimit -a; cat /proc/$$/limits");
  const limits = (await runGit(repository, ["x"], { attempt })).toString();
  assert.match(limits, /Max data size +1073741824/);
  assert.match(limits, /Max address space +unlimited/);
  assert.match(limits, /Max file size +0/, "a command that writes nothing may write nothing");
  assert.match(limits, /Max core file size +0/);
});
