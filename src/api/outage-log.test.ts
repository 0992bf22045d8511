// An outage of the database, as the log tells it: one line a minute, without a stack, however many requests there are.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TidemarkError } from "../errors.ts";
import { createLog } from "../log.ts";
import { OutageLog } from "./outage-log.ts";

interface Line {
  readonly msg: string;
  readonly requests?: number;
  readonly code: string;
  readonly err: { readonly message: string; readonly stack?: string; readonly cause?: string };
}

function unreachable(cause: Error): TidemarkError {
  const parts = { attempt: "use the database", value: "here", found: "nobody", wanted: "somebody" };
  return new TidemarkError("database-unreachable", parts, { cause });
}

test("OutageLog.tell() tells of an outage once a minute, with how many requests it kept from an answer", () => {
  const lines: Line[] = [];
  const write = (line: string): boolean => lines.push(JSON.parse(line) as Line) > 0;
  let now = 0;
  const outages = new OutageLog(createLog({ level: "info", destination: { write } }), () => now);
  const cause = new Error("connect ENOENT");
  for (let count = 0; count < 190; count++) {
    now += 300;
    outages.tell({ route: "/hooks/:hook", code: "database-unreachable" }, unreachable(cause));
  }
  assert.equal(lines.length, 1);
  const [first] = lines;
  assert.ok(first !== undefined);
  assert.match(first.err.message, /^Cannot use the database "here"/);
  assert.equal(first.err.cause, "Error: connect ENOENT");
  assert.equal(first.err.stack, undefined);
  now += 60_000;
  outages.tell({ code: "database-unreachable" }, unreachable(cause));
  assert.equal(lines[1]?.requests, 189);
});

test("OutageLog.tell() tells of each reason: a key that is missing hides behind nothing else", () => {
  const lines: Line[] = [];
  const write = (line: string): boolean => lines.push(JSON.parse(line) as Line) > 0;
  const outages = new OutageLog(createLog({ level: "info", destination: { write } }), () => 0);
  const parts = { attempt: "open the secret of", value: "webhook 1", found: "another key", wanted: "that key" };
  for (let count = 0; count < 5; count++) {
    outages.tell({}, unreachable(new Error("away")));
    outages.tell({}, unreachable(new TidemarkError("secret-not-opened", parts)));
  }
  assert.equal(lines.length, 2);
  assert.match(lines[1]?.err.cause ?? "", /another key/);
});
