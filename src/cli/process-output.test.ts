// The process's streams: a terminal that does not tell its width, and an output that takes no more.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildHistory } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { endWithStreams, type OutputStream, streamOutput } from "./process-output.ts";

const root = temporaryFolder();
const BIN = join(import.meta.dirname, "..", "..", "bin", "tidemark.mjs");
/** A device whose writer is told that the disk is full. */
const FULL = "/dev/full";

function terminal(columns?: number): OutputStream {
  return { isTTY: true, ...(columns === undefined ? {} : { columns }), write: () => true, on: () => undefined };
}

test("streamOutput() takes a terminal of 0 columns, or of none, for one that does not tell", () => {
  assert.equal(streamOutput(terminal(0), {}).width, 80);
  assert.equal(streamOutput(terminal(), {}).width, 80);
  assert.equal(streamOutput(terminal(7), {}).width, 7);
  const { isTTY: _, ...file } = terminal();
  assert.equal(streamOutput(file, {}).width, Number.POSITIVE_INFINITY);
  assert.equal(streamOutput(file, { COLUMNS: "33" }).width, 33);
});

test("endWithStreams() is silent where a reader went away, and says in words what else is wrong", () => {
  for (const [code, ended, said] of [
    ["EPIPE", 0, ""],
    [
      "ENOSPC",
      1,
      'tidemark: Cannot write to "the standard output": found a full disk, wanted a place that takes all of it.\n',
    ],
  ] as const) {
    let text = "";
    const codes: number[] = [];
    const listeners: ((error: NodeJS.ErrnoException) => void)[] = [];
    const out: OutputStream = { ...terminal(), on: (_, listener) => listeners.push(listener) };
    const err: OutputStream = { ...terminal(), write: (more) => (text += more) };
    endWithStreams({ out, err }, (each) => codes.push(each));
    for (const listener of listeners) listener(Object.assign(new Error("no"), { code }));
    assert.deepEqual([codes, text], [[ended], said]);
  }
});

test("tidemark says in one line that the disk is full which it writes to", { skip: !existsSync(FULL) }, async () => {
  const folder = await buildHistory(join(root, "full.git"), (builder) => {
    for (const loss of [2, 1]) builder.commit({ files: { "metrics.json": JSON.stringify({ loss }) } });
  });
  for (const words of [["log"], ["log", "-n", "0", "--json"], ["columns"], ["diff", "--json"]]) {
    const out = openSync(FULL, "w");
    const args = [BIN, ...words, "-C", folder];
    const { status, stderr } = spawnSync(process.execPath, args, { stdio: ["ignore", out, "pipe"], encoding: "utf8" });
    closeSync(out);
    assert.match(stderr, /^tidemark: Cannot write to "the standard output": found a full disk, wanted [^\n]+\n$/);
    assert.equal(status, 1);
  }
});
