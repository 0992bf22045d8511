// Tests of accounts in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Account } from "../src/api/contract/accounts.ts";
import { accountWords } from "./account-words.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const account: Account = {
  id: "1",
  kind: "github",
  label: "GitHub",
  baseUrl: "https://github.com",
  login: "ada",
  name: "ada at github.com",
  own: true,
  userName: "Ada",
  shared: false,
  state: "active",
  problem: null,
  scopes: ["repo"],
  missing: [],
  tokenPage: null,
  offers: { repositories: true, webhooks: true },
  repositories: 2,
  leftWebhooks: null,
  limitedUntil: null,
  expiresAt: null,
  checkedAt: "2026-03-01T11:58:00Z",
  createdAt: "2026-03-01T11:00:00Z",
};

test("accountWords() says how an account is doing, and what for", () => {
  const words = (changes: Partial<Account>) => {
    const { tone, state, details } = accountWords({ ...account, ...changes }, NOW);
    return [tone, state, details.join("; ")];
  };
  assert.deepEqual(words({}), ["good", "works", "2 repositories are read with it; tried 2 min ago"]);
  const pending = { count: 2, nextAt: "2026-03-01T12:05:00Z" };
  assert.match(
    words({ leftWebhooks: pending })[2] ?? "",
    /; 2 webhooks that were removed here are still at its server: removing them is tried again in 5 min$/,
  );
  assert.deepEqual(words({ missing: [{ scope: "admin:repo_hook", purpose: "to create webhooks" }], repositories: 1 }), [
    "busy",
    "works, but may not do everything",
    "1 repository is read with it; tried 2 min ago",
  ]);
  const ends = { expiresAt: "2026-03-11T12:00:00Z", checkedAt: null, repositories: 0 };
  assert.deepEqual(words(ends), ["good", "works", "no repository is read with it; its token ends in 10 d"]);
  const plain = { kind: "plain", checkedAt: null } as const;
  assert.deepEqual(words({ ...plain, repositories: 0 }).slice(0, 2), [
    "busy",
    "not tried yet: it is tried when a private repository is read",
  ]);
  assert.deepEqual(words(plain).slice(0, 2), ["good", "in use: it is tried when a private repository is read"]);
  assert.deepEqual(words({ kind: "plain" }).slice(0, 2), ["good", "works"], "one that was tried at a repository");
  const sealed = "cannot be opened: the key that it was sealed with is not here";
  assert.deepEqual(words({ ...plain, state: "sealed" }).slice(0, 2), ["bad", `its password ${sealed}`]);
  assert.deepEqual(words({ state: "sealed" }).slice(0, 2), ["bad", `its token ${sealed}`]);
  const limited = { state: "limited", limitedUntil: "2026-03-01T12:20:00Z", checkedAt: null } as const;
  assert.deepEqual(words(limited).slice(0, 1), ["busy"]);
  assert.match(String(words(limited)[2]), /asked again in 20 min/);
  assert.deepEqual(words({ ...plain, state: "refused" }).slice(0, 2), [
    "bad",
    "its login is not taken: give its right password",
  ]);
  assert.deepEqual(words({ state: "refused" }), ["bad", "its token is not taken", "2 repositories are read with it"]);
  assert.deepEqual(words({ state: "expired" }).slice(0, 2), ["bad", "its token has ended"]);
});
