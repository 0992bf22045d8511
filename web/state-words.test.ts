// Tests of a repository's state in words, and of times.
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyWords } from "./empty-words.ts";
import { originOf, stateWords } from "./state-words.ts";
import { ago, agoWords, count, shortDuration, size, writtenTime } from "./times.ts";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const quiet = { progress: null, problem: null, syncedAt: null, commitsMissingValues: 0, notices: [], empty: null };
const progress = { phase: "writing", commitsDone: 183, commitsTotal: 305, filesDone: 40, filesTotal: null } as const;

test("stateWords() tells how long ago a repository was synced, and what is wrong", () => {
  const syncedAt = "2026-11-24T11:59:48Z";
  const good = stateWords({ ...quiet, state: "ready", syncedAt }, NOW);
  assert.deepEqual(good, { tone: "good", line: "synced 12 s ago", details: [] });
  const missing = stateWords({ ...quiet, state: "ready", syncedAt, commitsMissingValues: 3 }, NOW);
  assert.deepEqual(missing, { tone: "good", line: "synced 12 s ago", details: ["3 commits miss values"] });
  const failed = stateWords({ ...quiet, state: "failed", problem: "Cannot find the host" }, NOW);
  assert.deepEqual(failed, { tone: "bad", line: "the import failed", details: ["Cannot find the host"] });
  assert.equal(stateWords({ ...quiet, state: "failed", syncedAt }, NOW).line, "the last sync failed");
});

test("stateWords() tells commits, files, rate and time left of an import", () => {
  const words = stateWords(
    { ...quiet, state: "importing", progress: { ...progress, rate: 1234.4, secondsLeft: 1.2, readable: true } },
    NOW,
  );
  assert.equal(words.line, "importing 183 of 305 commits");
  assert.deepEqual(words.details, ["40 files · 1,234 commits/s · newest readable · about 2 s left"]);
  assert.equal(words.fraction?.toFixed(2), "0.68");
  const reading = {
    ...progress,
    phase: "reading",
    filesDone: 0,
    rate: null,
    secondsLeft: null,
    readable: false,
  } as const;
  const before = stateWords({ ...quiet, state: "importing", progress: reading }, NOW);
  assert.equal(before.line, "reading 183 of 305 commits");
  assert.equal(before.fraction?.toFixed(2), "0.12");
});

test("stateWords() draws no bar's length before the number of commits is known", () => {
  const early = { ...progress, phase: "fetching", commitsDone: 0, commitsTotal: null, filesDone: 0 } as const;
  const state = {
    ...quiet,
    state: "importing",
    progress: { ...early, rate: null, secondsLeft: null, readable: false },
  };
  const words = stateWords({ ...state, state: "importing" }, NOW);
  assert.deepEqual(words, { tone: "busy", line: "fetching the commits", fraction: null, details: [] });
});

test("stateWords() says that what is fetched are objects", () => {
  const fetching = {
    phase: "fetching",
    commitsDone: 0,
    commitsTotal: null,
    filesDone: 28_800,
    filesTotal: 180_000,
  } as const;
  const fetched = { ...fetching, rate: null, secondsLeft: null, readable: false };
  const { details } = stateWords({ ...quiet, state: "importing", progress: fetched }, NOW);
  assert.deepEqual(details, ["28,800 of 180,000 objects"]);
});

test("ago() takes the largest unit that fits, a few minutes ahead as now, and says what is in the future", () => {
  const before = (seconds: number): string => ago(new Date(NOW - seconds * 1_000).toISOString(), NOW);
  assert.deepEqual([0, 59, 60, 3_599, 7_200, 86_400, 29.5 * 86_400, 30.2 * 86_400, 400 * 86_400, -50].map(before), [
    "0 s",
    "59 s",
    "1 min",
    "59 min",
    "2 h",
    "1 d",
    "29 d",
    "1 mo",
    "1 y",
    "0 s",
  ]);
  assert.equal(ago("no time", NOW), "");
  assert.equal(ago("5138-11-16T09:46:39Z", Date.parse("2026-11-27T00:00:00Z")), "in 3111 y");
  assert.equal(agoWords("5138-11-16T09:46:39Z", Date.parse("2026-11-27T00:00:00Z")), "in 3111 y");
  assert.equal(agoWords(new Date(NOW - 7_200_000).toISOString(), NOW), "2 h ago");
  assert.equal(shortDuration(3_661), "1 h");
});

test("writtenTime() keeps the author's zone", () => {
  assert.equal(writtenTime("2024-03-01T12:30:15+01:00"), "2024-03-01 12:30 +01:00");
  assert.equal(writtenTime("2024-03-01T12:30:15Z"), "2024-03-01 12:30 UTC");
  assert.equal(writtenTime("?"), "?");
  assert.equal(writtenTime("9999-12-31T23:59:59Z"), "after 9999");
});

test("count() and size() agree with their number", () => {
  assert.deepEqual([count(1, "commit"), count(1_200, "commit")], ["1 commit", "1,200 commits"]);
  assert.deepEqual([size(1), size(2_048), size(6_396_314)], ["1 byte", "2 KiB", "6.1 MiB"]);
});

test("originOf() names the host, without what else is in a URL", () => {
  assert.deepEqual([originOf("https://git.example:8443/a/b.git"), originOf(null)], ["git.example:8443", "folder"]);
});

test("stateWords() says of a repository without a branch why, before when it was read", () => {
  const syncedAt = "2026-11-24T11:59:48Z";
  const said = (reason: "new" | "deleted", state: "ready" | "syncing" = "ready") => {
    const { tone, line, details } = stateWords({ ...quiet, state, syncedAt, empty: { reason, branch: null } }, NOW);
    return [tone, line, ...details];
  };
  assert.deepEqual(said("new"), ["good", "no commits yet", "synced 12 s ago"]);
  assert.deepEqual(said("deleted"), ["bad", "its last branch was deleted", "synced 12 s ago"]);
  assert.deepEqual(said("deleted", "syncing"), ["busy", "looking for new commits"]);
  const empty = { reason: "new", branch: null } as const;
  assert.deepEqual(stateWords({ ...quiet, state: "ready", empty }, NOW).details, [], "never read");
});

test("emptyWords() says what happened, what to do, and how long commits are kept", () => {
  const branch = { name: "main", deletedAt: "2026-11-24T11:00:00.000Z" };
  const { sentence, kept } = emptyWords({ reason: "deleted", branch }, NOW);
  assert.match(
    sentence,
    /any more: main, its last one, was deleted 1 h ago\. A branch that is pushed is followed by itself/,
  );
  assert.equal(kept, "Its commits are kept until 2026-12-24");
  const long = emptyWords({ reason: "deleted", branch: null }, NOW);
  assert.equal(long.kept, null);
  assert.match(long.sentence, /^It has no branch any more: its last one was deleted\. A branch/);
  assert.match(emptyWords({ reason: "new", branch: null }, NOW).sentence, /pushed first is read by itself/);
});
