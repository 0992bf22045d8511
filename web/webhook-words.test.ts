// How a webhook is doing, in words: it is said to work where it is relied on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { webhookWords } from "./webhook-words.ts";

const DELIVERED = { state: "active", receivedAt: "2026-05-01T12:00:00Z" } as const;
const relied = { signs: [], poll: { isWebhookWorking: true } } as const;
const quiet = { signs: [], poll: { isWebhookWorking: false } } as const;
const missed = { signs: ["missed"], poll: { isWebhookWorking: false } } as const;

test("a webhook works in words as long as looks are rare because of it", () => {
  assert.deepEqual(webhookWords(DELIVERED, relied), { tone: "good", line: "works" });
  assert.deepEqual(webhookWords(DELIVERED, null), { tone: "good", line: "works" }, "one for many repositories");
  const words = webhookWords(DELIVERED, missed);
  assert.deepEqual(words, { tone: "bad", line: "missed a change, not relied on before the next delivery" });
  assert.match(webhookWords(DELIVERED, quiet).line, /^nothing within a day/);
});

test("what is not there, or has sent nothing yet, says so whatever else is known", () => {
  assert.match(webhookWords({ ...DELIVERED, receivedAt: null }, missed).line, /nothing has arrived yet/);
  assert.match(webhookWords({ state: "waiting", receivedAt: null }, quiet).line, /nothing has arrived yet/);
  assert.deepEqual(webhookWords({ ...DELIVERED, state: "missing" }, missed).line, "gone at the provider");
  assert.deepEqual(webhookWords({ ...DELIVERED, state: "refused" }, missed).line, "has to be made by hand");
});
