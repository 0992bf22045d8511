// Failures of the archive in the log.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../log.ts";
import type { ArchivedRepository } from "./archive.ts";
import { noArchive } from "./no-archive.ts";
import { withToldFailures } from "./told-failures.ts";

test("withToldFailures() tells of each kind of trouble once a minute, and how often it was met", async () => {
  const lines: { msg: string; times?: number; code: string }[] = [];
  const destination = { write: (text: string) => void lines.push(JSON.parse(text) as (typeof lines)[number]) };
  const clock = { now: 0 };
  const log = createLog({ level: "info", pretty: false, destination });
  const archive = withToldFailures(noArchive, log, () => clock.now);
  const ask = (): Promise<unknown> =>
    assert.rejects(
      archive.rows({} as ArchivedRepository, { positions: new Set(), columns: "all" }, AbortSignal.abort()),
      { code: "archive-store-unreachable" },
    );
  for (clock.now of [0, 1, 59_999, 60_000]) await ask();
  assert.deepEqual(
    lines.map(({ code, times }) => [code, times]),
    [
      ["archive-store-unreachable", undefined],
      ["archive-store-unreachable", 2],
    ],
  );
});
