// An outage in the log: one line at its beginning, one at its end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TidemarkError } from "../errors.ts";
import { createLog } from "../log.ts";
import { OutageNotice } from "./outage-notice.ts";

function failure(code: "database-unreachable" | "database-busy"): TidemarkError {
  return new TidemarkError(code, { attempt: "use the database", value: "here", found: "nobody", wanted: "somebody" });
}

test("OutageNotice.failed() tells of an outage once, of another reason too, and worked() of its end", () => {
  const lines: { level: string; msg: string }[] = [];
  const write = (line: string): boolean => lines.push(JSON.parse(line) as { level: string; msg: string }) > 0;
  const notice = new OutageNotice(createLog({ level: "info", destination: { write } }), {
    failing: "down",
    over: "up",
  });
  notice.worked();
  for (let tries = 0; tries < 50; tries++) notice.failed(failure("database-unreachable"));
  notice.failed(failure("database-busy"));
  notice.worked();
  notice.worked();
  notice.failed(failure("database-busy"));
  assert.deepEqual(
    lines.map(({ level, msg }) => `${level} ${msg}`),
    ["error down", "error down", "info up", "error down"],
  );
});
