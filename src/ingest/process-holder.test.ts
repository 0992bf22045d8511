// Tests of process-holder.ts.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { holderName, isDeadHolder, type ProcessTable, systemProcesses } from "./process-holder.ts";
import { within } from "../../test/helpers/until.ts";

function table(processes: Readonly<Record<number, string>>, machine = "m/1"): ProcessTable {
  return { machine, pid: 7, startOf: (pid) => processes[pid] ?? null };
}

test("isDeadHolder() says yes when the process is gone", () => {
  assert.equal(isDeadHolder("m/1:9:100", table({ 7: "50" })), true);
});

test("isDeadHolder() says no while the process is there", () => {
  assert.equal(isDeadHolder("m/1:9:100", table({ 9: "100" })), false);
});

test("isDeadHolder() says yes when another process has its id", () => {
  assert.equal(isDeadHolder("m/1:9:100", table({ 9: "200" })), true);
});

test("isDeadHolder() says no when the start of either is not known", () => {
  assert.equal(isDeadHolder("m/1:9:", table({ 9: "200" })), false);
  assert.equal(isDeadHolder("m/1:9:100", table({ 9: "" })), false);
});

test("isDeadHolder() knows nothing of another machine, or of the same one before its last start", () => {
  assert.equal(isDeadHolder("m/2:9:100", table({})), false);
  assert.equal(isDeadHolder("m/1:what", table({})), false);
});

test("holderName() is the same at each call, and its holder is not dead", () => {
  const processes = systemProcesses();
  const name = holderName(processes);
  assert.equal(name, holderName(processes));
  assert.equal(isDeadHolder(name, processes), false);
});

test("isDeadHolder() tells that a killed process is dead", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const processes = systemProcesses();
  const name = holderName({ ...processes, pid: child.pid as number });
  assert.equal(isDeadHolder(name, processes), false);
  child.kill("SIGKILL");
  await within("its end", once(child, "exit"));
  assert.equal(isDeadHolder(name, processes), true);
});
