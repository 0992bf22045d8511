// Tests of how following a repository goes, in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RepositoryHealth } from "../src/api/contract/health.ts";
import { HEALTH_SIGNS } from "../src/domain/health-sign.ts";
import { healthMark, healthSentences, usualPace } from "./health-words.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const health: RepositoryHealth = {
  tone: "good",
  signs: [],
  webhook: null,
  deliveredAt: null,
  poll: {
    everySeconds: 300,
    isWebhookWorking: false,
    polledAt: null,
    nextAt: "2026-03-01T11:00:00Z",
    comparedAt: null,
    failures: 0,
    failingSince: null,
    problem: null,
  },
  missed: { count: 3, at: "2026-03-01T10:00:00Z" },
  failing: { problem: "Cannot fetch: found nothing.", since: null, nextAt: "2026-03-01T14:00:00Z" },
  account: null,
  waiting: { host: "git.example.org", hostUntil: "2026-03-01T12:30:00Z", accountUntil: null },
  vanished: {
    branches: 2,
    names: ["dev", "main"],
    live: 3,
    looks: 1,
    looksWanted: 3,
    since: "2026-03-01T11:00:00Z",
    nextAt: "2026-03-01T15:00:00Z",
  },
  silentFiles: [],
  mirrorBytes: null,
  empty: { reason: "deleted", branch: { name: "main", deletedAt: "2026-03-01T11:00:00Z" } },
  provider: null,
};
const said = (changes: Partial<RepositoryHealth>): string =>
  healthSentences({ ...health, ...changes }, NOW)[0]?.text ?? "";

test("healthSentences() has one whole sentence for every sign, and says when it goes on", () => {
  for (const sign of HEALTH_SIGNS) {
    const text = said({ signs: [sign] });
    assert.match(text, /^\S.*\.$/, sign);
    assert.doesNotMatch(text, /undefined|null/, sign);
  }
  assert.equal(said({ signs: ["failing"] }), "Cannot fetch: found nothing. It is tried again in 2 h.");
  assert.match(said({ signs: ["branches-deleted"] }), /^Its last branch was deleted: main, 1 h ago\. A branch that/);
  assert.match(
    said({ signs: ["branches-deleted"], empty: { reason: "deleted", branch: null } }),
    /^Its last branch was deleted\. A branch that/,
  );
  assert.match(
    said({ signs: ["missed"] }),
    /^3 changes were found that no webhook had told of, the last one 2 h ago\./,
  );
  assert.match(said({ signs: ["host-paused"] }), /^git\.example\.org did not answer.* asked again in 30 min\.$/);
  assert.match(said({ failing: null, signs: ["no-webhook"] }), /at the next look, every 5 min\.$/);
  assert.equal(said({ signs: ["no-webhook"] }), "It has no webhook.", "while it fails nobody knows when one is seen");
  assert.match(said({ signs: ["poll-late"] }), /was due 1 h ago/);
});

test("what is said of missing branches names them, which look it is and when the next one that counts comes", () => {
  const two = health.vanished;
  assert.ok(two);
  const words = (changes: Partial<typeof two>, nextAt = "2026-03-01T15:00:00Z"): string =>
    said({ signs: ["branches-vanished"], vanished: { ...two, ...changes }, poll: { ...health.poll, nextAt } });
  assert.equal(
    words({}),
    "Its server does not list dev and main any more. Look 1 of 3 did not find them; look 2 comes in 3 h, and they count as deleted after look 3.",
  );
  assert.equal(
    words({ branches: 1, names: ["main"], looksWanted: 2 }, "2026-03-01T12:30:00Z"),
    "Its server does not list main any more. Look 1 of 2 did not find it; look 2 comes in 3 h, and then it counts as deleted. A look before that only sees whether it is back.",
  );
  assert.match(words({ nextAt: "2026-03-01T11:00:00Z" }), /look 2 comes as soon as a worker is free/);
  assert.match(words({ branches: 5 }), /^Its server does not list dev and 4 more branches any more\./);

  const mark = (branches: number, live: number): string | undefined =>
    healthMark({ ...health, signs: ["branches-vanished"], vanished: { ...two, branches, live } })?.text;
  assert.deepEqual(
    [mark(1, 1), mark(1, 3), mark(2, 2), mark(2, 3)],
    ["its only branch is gone", "a branch is gone", "all its branches are gone", "2 branches are gone"],
  );
});

test("usualPace() is told only while looks come at it: not once they fail, are put off or turned off", () => {
  const pace = (poll: Partial<RepositoryHealth["poll"]>, failing: RepositoryHealth["failing"] = null) =>
    usualPace({ poll: { ...health.poll, ...poll }, failing }, NOW);
  assert.equal(pace({}), 300);
  assert.equal(pace({ nextAt: "2026-03-01T12:06:00Z" }), 300, "a little late");
  assert.equal(pace({ nextAt: "2026-03-02T11:00:00Z" }), null);
  assert.equal(pace({ failures: 1 }), null);
  assert.equal(pace({}, health.failing), null);
  assert.equal(pace({ everySeconds: null }), null);
});

test("healthMark() is the worst sign in a few words, and nothing where all is well", () => {
  assert.equal(healthMark({ ...health, signs: ["no-webhook"] }), null);
  assert.deepEqual(healthMark({ ...health, tone: "bad", signs: ["webhook-missing", "silent-files"] }), {
    bad: true,
    text: "its webhook is gone",
  });
  assert.equal(healthMark({ ...health, tone: "bad", signs: ["failing"] }), null, "its state says it");
  assert.equal(healthMark({ ...health, tone: "notice", signs: ["silent-files", "no-webhook"] })?.bad, false);
});
