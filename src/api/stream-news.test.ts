// Tests of what pages are told: between two readings, and after a broken connection.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RepositoryPulse } from "../store/repository-page.ts";
import { StreamEvent } from "./contract/stream.ts";
import { eventsBetween, eventsSince, readMark } from "./stream-news.ts";

const counts = { version: 5, commits: 10, files: 20, warnings: 0, archived: 0, cold: 0 };
const ready: RepositoryPulse = { state: "ready", progress: null, problem: null, syncedAt: new Date(1_000), ...counts };
const importing: RepositoryPulse = { ...ready, state: "importing", syncedAt: null };

function types(before: RepositoryPulse, now: RepositoryPulse, warnings = 0): string[] {
  return eventsBetween(before, now, { told: before, warnings }).map((event) => StreamEvent.parse(event).type);
}

test("eventsBetween() tells what happened, in order", () => {
  const later = new Date(2_000);
  assert.deepEqual(types(importing, { ...importing, version: 6 }), ["progress"]);
  assert.deepEqual(types(importing, { ...ready, version: 6 }), ["progress", "imported"]);
  assert.deepEqual(types(importing, { ...ready, version: 6 }, 3), ["progress", "imported", "warnings"]);
  assert.deepEqual(types(ready, { ...ready, state: "syncing" }), ["progress"]);
  assert.deepEqual(types({ ...ready, state: "syncing" }, { ...ready, syncedAt: later }), ["progress", "synced"]);
  assert.deepEqual(types(ready, { ...ready, syncedAt: later }), ["progress", "synced"], "a sync that was over at once");
  assert.deepEqual(types(ready, ready), ["progress"]);
  assert.deepEqual(types(ready, { ...ready, version: 6, archived: 7 }), ["progress", "archived"]);
  assert.deepEqual(types(ready, { ...ready, version: 6, cold: 7 }), ["progress", "archived"], "rows left Postgres");
  assert.deepEqual(
    types(ready, { ...ready, version: 6, cold: 7, commits: 11 }),
    ["progress", "synced"],
    "and there are new ones",
  );
  const failed: RepositoryPulse = { ...importing, state: "failed", problem: "no such host" };
  assert.deepEqual(eventsBetween(importing, failed, { told: importing, warnings: 0 }), [
    { type: "failed", problem: "no such host", version: 5 },
  ]);
  assert.deepEqual(types(failed, failed), [], "told once");
  assert.deepEqual(types(failed, { ...failed, problem: "another" }), ["failed"]);
  assert.deepEqual(types(failed, { ...failed, state: "waiting", problem: null }), ["progress"]);
});

test("eventsBetween() says how many commits there are after an import, and how many are new after a sync", () => {
  const commitsOf = (now: RepositoryPulse, before: RepositoryPulse, told: RepositoryPulse): unknown => {
    const event = eventsBetween(before, now, { told, warnings: 0 })[1];
    return event !== undefined && "commits" in event ? event.commits : event;
  };
  assert.equal(commitsOf({ ...ready, commits: 500 }, importing, importing), 500);
  const syncing: RepositoryPulse = { ...ready, state: "syncing", version: 6, commits: 12 };
  assert.equal(
    commitsOf({ ...syncing, state: "ready" }, syncing, ready),
    2,
    "counted from what was told, not from what was read",
  );
  assert.equal(commitsOf({ ...ready, version: 7, commits: 4 }, ready, ready), null, "read anew from the beginning");
});

test("eventsSince() tells what was missed, and nothing new where nothing is", () => {
  const told = (heard: string, now: Partial<RepositoryPulse>): unknown[] => {
    const events = eventsSince(readMark(heard) ?? assert.fail(), { ...ready, ...now });
    return events.map((event) => {
      const { type, ...rest } = StreamEvent.parse(event);
      return [type, "commits" in rest ? rest.commits : "warnings" in rest ? rest.warnings : null];
    });
  };
  assert.deepEqual(told("5-10-20", {}), [["progress", null]]);
  assert.deepEqual(told("3-7-12", { warnings: 4 }), [
    ["progress", null],
    ["synced", 3],
    ["warnings", 4],
  ]);
  assert.deepEqual(
    told("9-7-12", {}),
    [
      ["progress", null],
      ["synced", null],
    ],
    "a version of another database",
  );
  assert.deepEqual(told("3-7-12", { state: "syncing" }), [["progress", null]], "the end of the sync tells it");
  assert.deepEqual(told("5-10-20", { state: "failed", problem: "no such host" }), [
    ["progress", null],
    ["failed", null],
  ]);
});

test("readMark() takes its own ids only", () => {
  assert.deepEqual(readMark("1-2-3"), { version: 1, commits: 2, files: 3 });
  for (const id of [
    undefined,
    ["1-2-3"],
    "",
    "1",
    "1-2",
    "1-2-3-4",
    "-1-2-3",
    "1-2-x",
    " 1-2-3",
    `${"9".repeat(16)}-1-1`,
  ]) {
    assert.equal(readMark(id), null, String(id));
  }
});
