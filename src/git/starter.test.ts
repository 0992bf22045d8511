// Tests of the small process that starts others: whose children they are, their streams, and every way in which one ends.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, test } from "node:test";
import { openStarter, startByStarter, type ProcessCommand, type StartedProcess } from "./starter.ts";

const options = { skip: process.platform !== "linux" && "sockets without a file are Linux's" };
const env = { PATH: "/usr/bin:/bin" };
let close: () => Promise<void> = async () => undefined;
beforeEach(async () => {
  close = await openStarter();
});
afterEach(() => close());

function started(command: Partial<ProcessCommand>): StartedProcess {
  const process = startByStarter({ command: "/bin/sh", args: [], env, hasInput: false, ...command });
  assert.ok(process !== null, "the starter is ready");
  process.stderr.resume();
  return process;
}

function script(words: string, hasInput = false): StartedProcess {
  return started({ args: ["-c", words], hasInput });
}

/** The parent of a process. */
function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Resolves when a process is gone. */
async function gone(pid: number): Promise<void> {
  while (runs(pid)) await new Promise((resolve) => setImmediate(resolve));
}

test("startByStarter() starts a child of the small process, which is ours", options, async () => {
  const child = script("echo $PPID; env; pwd");
  const [parent = "", ...lines] = (await text(child.stdout)).trim().split("\n");
  assert.deepEqual(await child.ended, { what: "ended", id: 1, status: 0, signal: null });
  assert.equal(parentOf(Number(parent)), process.pid);
  assert.deepEqual(lines.filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line)).sort(), ["/", "PATH=/usr/bin:/bin"]);
});

test("startByStarter() gives what a process writes to each stream, and its status", options, async () => {
  const child = script('head -c 3000000 /dev/zero; echo "no way" >&2; exit 7');
  const complaints = text(child.stderr);
  assert.equal((await text(child.stdout)).length, 3_000_000);
  assert.equal(await complaints, "no way\n");
  assert.equal((await child.ended).status, 7);
});

test("startByStarter() hands input on to its end", options, async () => {
  const child = script("wc -c", true);
  child.stdin?.write("x".repeat(1_000_000));
  child.stdin?.end("y");
  assert.equal((await text(child.stdout)).trim(), "1000001");
  await child.ended;
});

test("startByStarter() ends the streams of a process that takes no input", options, async () => {
  const child = script("exec 0<&-; exit 3", true);
  const closed = new Promise((resolve) => child.stdin?.once("close", resolve));
  child.stdin?.write("x".repeat(1_000_000));
  child.stdout.resume();
  assert.equal((await child.ended).status, 3);
  await closed;
});

test("startByStarter() says what cannot be started", options, async () => {
  const child = started({ command: "/nonexistent/git" });
  child.stdout.resume();
  await assert.rejects(child.ended, { code: "ENOENT" });
});

test(
  "startByStarter() starts more at one moment than it has streams for: the others are not its own",
  options,
  async () => {
    const all = Array.from({ length: 20 }, () =>
      startByStarter({ command: "/bin/echo", args: ["x"], env, hasInput: false }),
    );
    const own = all.filter((child) => child !== null);
    assert.equal(own.length, 12);
    for (const child of own) {
      child.stderr.resume();
      assert.equal(await text(child.stdout), "x\n");
      await child.ended;
    }
  },
);

test("kill() ends a process with its group, also before it is known by its id", options, async () => {
  const early = script("sleep 1000 & wait");
  early.kill();
  early.stdout.resume();
  assert.equal((await early.ended).signal, "SIGKILL");
  const late = script("sleep 1000 & echo $!; wait");
  const [chunk] = (await once(late.stdout, "data")) as [Buffer];
  late.kill();
  assert.equal((await late.ended).signal, "SIGKILL");
  await gone(Number(chunk.toString()));
});

test("processes end with the one that starts them, and are told of as killed", options, async () => {
  const child = script("echo $PPID $$; exec cat", true);
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  const [starter = 0, pid = 0] = chunk.toString().split(" ").map(Number);
  process.kill(starter, "SIGKILL");
  assert.deepEqual(await child.ended, { status: null, signal: "SIGKILL" });
  await gone(pid);
  assert.equal(startByStarter({ command: "/bin/true", args: [], env, hasInput: false }), null);
});

test("openStarter() has another one when it was killed", options, async () => {
  await close();
  close = await openStarter(0);
  const first = script("echo $PPID");
  process.kill(Number(await text(first.stdout)), "SIGKILL");
  await first.ended;
  let said = "";
  while (said === "") {
    const next = startByStarter({ command: "/bin/echo", args: ["again"], env, hasInput: false });
    next?.stderr.resume();
    if (next !== null) said = await text(next.stdout);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(said, "again\n");
});

test("processes and the one that starts them end with us, however we end", options, async () => {
  const us = fork(join(import.meta.dirname, "..", "..", "test", "helpers", "starting-process.ts"), [], {
    execArgv: [],
  });
  const [pids] = (await once(us, "message")) as [number[]];
  us.kill("SIGKILL");
  await once(us, "exit");
  for (const pid of pids) await gone(pid);
});

test("who connects without the token is sent away", options, async () => {
  const names = readFileSync("/proc/net/unix", "utf8").match(/@tidemark-[0-9a-f]{32}$/gm) ?? [];
  assert.ok(names.length > 0);
  for (const name of new Set(names)) {
    const stranger = createConnection(`\0${name.slice(1)}`);
    stranger.on("error", () => undefined); // of another process, which has ended
    stranger.write(`${"0".repeat(32)} ${"1".padStart(12, "0")}\n`);
    const { promise, resolve } = Promise.withResolvers<void>();
    stranger.resume().once("close", () => resolve());
    await promise;
  }
  const child = script("echo here");
  assert.equal(await text(child.stdout), "here\n");
  await child.ended;
});
