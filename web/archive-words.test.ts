// The archive in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ArchiveRun, RepositoryArchive } from "../src/api/contract/archive.ts";
import type { RepositoryEvent } from "../src/api/contract/events.ts";
import { failedRun, happenings, historyWords, runWords } from "./archive-words.ts";

const NOW = Date.UTC(2026, 10, 27, 12);
const at = (seconds: number): string => new Date(NOW - seconds * 1_000).toISOString();
const RUN: ArchiveRun = {
  id: "1",
  task: "archive",
  state: "done",
  commits: 2_000,
  bytes: 1_200_000,
  startedAt: at(200),
  finishedAt: at(180),
  problem: null,
};
const ARCHIVE: RepositoryArchive = {
  commits: 48_210,
  hot: 1_000,
  archived: 47_210,
  objects: 9,
  bytes: 1_200_000,
  writtenAt: at(180),
  runs: [RUN],
};

test("historyWords() says where commits are, and since when", () => {
  assert.equal(
    historyWords(ARCHIVE, NOW),
    "48,210 commits, of which 1,000 are in the database and 47,210 in the archive (written 3 min ago)",
  );
  assert.equal(
    historyWords({ ...ARCHIVE, commits: 7, hot: 7, archived: 0, writtenAt: null }, NOW),
    "7 commits, all in the database",
  );
  assert.equal(
    historyWords({ ...ARCHIVE, commits: 7, hot: 7, archived: 0 }, NOW),
    "7 commits, all in the database; older ones are in the archive, too (written 3 min ago)",
  );
  assert.equal(
    historyWords({ ...ARCHIVE, commits: 2, hot: 1, archived: 1, writtenAt: null }, NOW),
    "2 commits, of which 1 is in the database and 1 in the archive",
  );
});

test("runWords() tells of a run what it did, how large it was and how long it took", () => {
  assert.deepEqual(runWords(RUN, NOW), {
    tone: "good",
    what: "Archive",
    why: "2,000 commits to the archive",
    state: "done 3 min ago",
    details: ["1.1 MiB", "took 20 s"],
  });
  const running = runWords({ ...RUN, state: "running", finishedAt: null }, NOW);
  assert.deepEqual([running.tone, running.state, running.details], ["busy", "under way", []]);
  const failed = runWords({ ...RUN, task: "rewrite", commits: 1, state: "failed" }, NOW);
  assert.deepEqual(
    [failed.tone, failed.state, failed.why],
    ["bad", "failed 3 min ago", "1 commit written anew: they stand elsewhere now"],
  );
});

test("failedRun() is the newest run that is over, where it failed", () => {
  const failed: ArchiveRun = { ...RUN, state: "failed", problem: "found no room" };
  assert.equal(failedRun({ runs: [] }), null);
  assert.equal(failedRun({ runs: [RUN, failed] }), null);
  assert.equal(failedRun({ runs: [{ ...RUN, state: "running" }, failed, RUN] }), failed);
});

test("happenings() are events and runs by their time; runs of events that are not loaded wait for them", () => {
  const event = (id: string, seconds: number) => ({ id, createdAt: at(seconds) }) as RepositoryEvent;
  const run = (id: string, seconds: number): ArchiveRun => ({ ...RUN, id, startedAt: at(seconds) });
  const ids = (hasMore: boolean): string[] =>
    happenings([event("e1", 10), event("e2", 30)], [run("r1", 20), run("r2", 40)], hasMore).map((each) =>
      each.kind === "event" ? each.event.id : each.run.id,
    );
  assert.deepEqual(ids(false), ["e1", "r1", "e2", "r2"]);
  assert.deepEqual(ids(true), ["e1", "r1", "e2"]);
});
