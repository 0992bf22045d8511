// Tests of events in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RepositoryEvent } from "../src/api/contract/events.ts";
import { eventWords, forcedWords, headsInOrder } from "./event-words.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const at = (seconds: number): string => new Date(NOW + seconds * 1_000).toISOString();

function event(changes: Partial<RepositoryEvent>): RepositoryEvent {
  const times = { createdAt: at(-100), dueAt: at(-100), finishedAt: null };
  const nothing = { reason: null, attempts: 0, error: null, commits: null, files: null, warnings: null, heads: null };
  const undelivered = { webhook: null, eventName: null, deliveryId: null, named: null, hasBody: false, by: null };
  return { id: "1", source: "person", task: "sync", state: "due", ...times, ...nothing, ...undelivered, ...changes };
}

for (const { name, changes, repository, says } of [
  {
    name: "that is done",
    changes: { state: "done", finishedAt: at(-40) },
    repository: "ready",
    says: ["good", "Sync", "done 40 s ago", ["took 1 min"]],
  },
  {
    name: "that is done at once, with what it brought",
    changes: { task: "import", state: "done", finishedAt: at(-100), commits: 1, files: 1_200 },
    repository: "ready",
    says: ["good", "Import", "done 1 min ago", ["1 commit, 1,200 file versions", "took less than 1 s"]],
  },
  {
    name: "that is done after failures",
    changes: { state: "done", finishedAt: at(-90), attempts: 2 },
    repository: "ready",
    says: ["good", "Sync", "done 1 min ago", ["took 10 s", "2 attempts failed before"]],
  },
  {
    name: "that is under way",
    changes: {},
    repository: "syncing",
    says: ["busy", "Sync", "under way", []],
  },
  {
    name: "that waits",
    changes: {},
    repository: undefined,
    says: ["busy", "Sync", "waiting for a worker", []],
  },
  {
    name: "that is tried again later",
    changes: { attempts: 1, dueAt: at(20) },
    repository: "failed",
    says: ["bad", "Sync", "tried again in 20 s", ["1 attempt failed"]],
  },
  {
    name: "that a worker is at, whatever the repository says",
    changes: { state: "running" },
    repository: "ready",
    says: ["busy", "Sync", "under way", []],
  },
  {
    name: "that brought nothing",
    changes: { state: "done", finishedAt: at(-90), commits: 0, files: 0, warnings: 0 },
    repository: "ready",
    says: ["good", "Sync", "done 1 min ago", ["nothing new", "took 10 s"]],
  },
  {
    name: "that found the repository renamed",
    changes: {
      state: "done",
      finishedAt: at(-90),
      commits: 0,
      files: 0,
      warnings: 0,
      error: "Renamed to ada/tides.",
    },
    repository: "ready",
    says: ["good", "Sync", "done 1 min ago", ["took 10 s"]],
  },
  {
    name: "that only moved a branch",
    changes: {
      state: "done",
      finishedAt: at(-90),
      commits: 0,
      files: 0,
      heads: [{ branch: "old", old: "66f3649", new: null, replaced: null }],
    },
    repository: "ready",
    says: ["good", "Sync", "done 1 min ago", ["old is gone at its server", "took 10 s"]],
  },
  {
    name: "whose delivery deletes a branch that is looked for again before that counts",
    changes: {
      state: "done",
      finishedAt: at(-90),
      commits: 0,
      files: 0,
      named: [{ ref: "refs/heads/main", before: "66f3649", after: null }],
    },
    repository: "ready",
    says: ["good", "Sync", "done 1 min ago", ["main is gone at its server", "took 10 s"]],
  },
  {
    name: "that replaced commits",
    changes: {
      state: "done",
      finishedAt: at(-90),
      commits: 1,
      files: 0,
      heads: [
        { branch: "dev", old: "66f3649", new: "1f0582f", replaced: 0 },
        { branch: "main", old: "66f3649", new: "1f0582f", replaced: 2 },
        { branch: "old", old: "66f3649", new: null, replaced: null },
      ],
    },
    repository: "ready",
    says: [
      "good",
      "Sync",
      "done 1 min ago",
      ["1 commit, 0 file versions", "forced push", "old is gone at its server", "took 10 s"],
    ],
  },
  {
    name: "that brought warnings",
    changes: { state: "done", finishedAt: at(-90), commits: 2, files: 3, warnings: 1 },
    repository: "ready",
    says: ["good", "Sync", "done 1 min ago", ["2 commits, 3 file versions, 1 warning", "took 10 s"]],
  },
  {
    name: "that had nothing to do",
    changes: { state: "skipped", finishedAt: at(-90) },
    repository: "ready",
    says: ["good", "Sync", "nothing to do 1 min ago", []],
  },
  {
    name: "that was given up",
    changes: { state: "dead", attempts: 8, createdAt: at(-10_900), finishedAt: at(-7_300) },
    repository: "failed",
    says: ["bad", "Sync", "given up 2 h ago", ["took 1 h", "8 attempts failed"]],
  },
] as const) {
  test(`eventWords() of one ${name}`, () => {
    const { tone, what, state, details } = eventWords(event(changes as Partial<RepositoryEvent>), repository, NOW);
    assert.deepEqual([tone, what, state, details], says);
  });
}

test("eventWords() says why: whose webhook with its own word, polling, people, Tidemark itself", () => {
  const why = (changes: Partial<RepositoryEvent>): string => eventWords(event(changes), "ready", NOW).why;
  assert.equal(why({ source: "webhook", webhook: "github", eventName: "push" }), "webhook of GitHub, “push”");
  assert.equal(why({ source: "webhook", webhook: null, eventName: "" }), "webhook");
  assert.equal(why({ source: "poll" }), "found by polling");
  assert.equal(why({ source: "person" }), "asked for by a person");
  assert.equal(why({ source: "person", by: "Ada" }), "asked for by Ada");
  assert.equal(why({ source: "import", by: "Ada" }), "the repository was added by Ada");
  assert.equal(why({ source: "poll", by: "Ada" }), "found by polling, run again by Ada");
  assert.equal(why({ source: "import", task: "import" }), "the repository was added");
  assert.equal(why({ source: "schedule" }), "Tidemark itself");
  assert.equal(
    why({ source: "schedule", task: "import", reason: "older-commits" }),
    "Tidemark itself: its clone was deepened, and has older commits now",
  );
  assert.equal(why({ source: "poll", reason: "comparison" }), "polling: all branches are compared once a day");
});

test("forcedWords() tells how many commits left a branch, and nothing of plain pushes and old events", () => {
  const head = { branch: "main", old: "66f3649", new: "1f0582f" };
  const said = [null, 0, 1, 2].map((replaced) => forcedWords({ ...head, replaced }));
  assert.deepEqual(said, [null, null, "forced: 1 commit left the branch", "forced: 2 commits left the branch"]);
  const ordered = headsInOrder([null, 0, 3, 0, 1].map((replaced) => ({ ...head, replaced })));
  assert.deepEqual(
    ordered.map(({ replaced }) => replaced),
    [3, 1, null, 0, 0],
  );
});
