// Tests of what is kept of git's standard error.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Complaints } from "./complaints.ts";

/** What is kept of a text that comes in pieces of this length. */
function kept(text: string, piece: number): string {
  const complaints = new Complaints();
  for (let at = 0; at < text.length; at += piece) complaints.hear(text.slice(at, at + piece));
  return complaints.text;
}

test("Complaints keeps errors and drops progress, traces and hints, however they are cut", () => {
  const text = [
    "15:26:25.283412 pkt-line.c:80           packet:    ls-remote< version 2\n",
    "remote: Counting objects:   7% (1/14)        \rremote: Counting objects: 100% (14/14), done.        \n",
    "hint: Support for <GIT_DIR>/info/grafts is deprecated\n",
    "Receiving objects:  50% (7/14)\rReceiving objects: 100% (14/14), done.\n",
    "error: RPC failed; curl 18 transfer closed\n",
    "fatal: early EOF",
  ].join("");
  for (const piece of [1, 7, 64, 10_000]) {
    assert.equal(kept(text, piece), "error: RPC failed; curl 18 transfer closed\nfatal: early EOF");
  }
});

test("Complaints keeps the end of what is long", () => {
  const text = kept(`${"error: x\n".repeat(1_000)}fatal: the last word\n`, 100);
  assert.ok(text.length <= 1_024 && text.endsWith("fatal: the last word\n"));
  assert.ok(kept("y".repeat(5_000), 100).length <= 1_024);
});
