// How each simulated provider delivers: what it drops, how often it tries, whose ids it shares and when it stops asking.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { Secret } from "../src/secrets.ts";
import { webhookSource } from "../src/providers/webhook-sources.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";
import type { SimulatedHook } from "./helpers/provider-simulator/world.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./helpers/webhook-receiver.ts";

const BEFORE = "a".repeat(40);
const AFTER = "b".repeat(40);
const ADA = { name: "Ada", email: "ada@example.org" };
const MINUTE = 60_000;
const NAME = "ada/engine";
const SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/** The rules of each (reference/providers.md 2). */
const SENDERS = {
  github: {
    waitsMs: 10_000,
    attempts: 1,
    events: ["push"],
    id: "x-github-delivery",
    sharesIds: true,
    dropsAbove: 25 * 1024 ** 2,
    branches: 4,
    tags: 0,
  },
  gitlab: {
    waitsMs: 10_000,
    attempts: 1,
    events: ["push_events", "tag_push_events"],
    id: "webhook-id",
    sharesIds: false,
    dropsAbove: 25 * 1024 ** 2,
    branches: 0,
    tags: 0,
  },
  gitea: {
    waitsMs: 5_000,
    attempts: 1,
    events: ["push"],
    id: "x-gitea-delivery",
    sharesIds: false,
    dropsAbove: Number.POSITIVE_INFINITY,
    branches: 4,
    tags: 4,
  },
  bitbucket: {
    waitsMs: 10_000,
    attempts: 3,
    events: ["repo:push"],
    id: "x-request-uuid",
    sharesIds: false,
    dropsAbove: 256 * 1024,
    branches: 1,
    tags: 1,
  },
} as const;

const folder = temporaryFolder();
let receiver: WebhookReceiver;
before(async () => {
  receiver = await startWebhookReceiver();
});
after(() => receiver.close());

for (const [name, rules] of Object.entries(SENDERS)) {
  const kind = name as keyof typeof SENDERS;
  describe(`the sender of ${kind}`, () => {
    let simulator: ProviderSimulator;
    let clock = Date.UTC(2026, 10, 27);
    before(async () => {
      mkdirSync(join(folder, kind));
      simulator = await ProviderSimulator.start({ kind, root: join(folder, kind), now: () => clock });
      simulator.addRepository(NAME);
    });
    after(() => simulator.close());
    afterEach(() => {
      simulator.repository(NAME).hooks.length = 0;
      receiver.received.length = 0;
      receiver.status = 202;
    });

    function hook(secret: string | null = SECRET): SimulatedHook {
      const url = `${receiver.url}/h`;
      return simulator.world.addHook(simulator.repository(NAME), { url, secret, events: rules.events });
    }

    /** Tells of a push that moved so many refs. @returns the deliveries */
    async function push(refs = "refs/heads", count = 1, message = "one"): Promise<typeof receiver.received> {
      receiver.received.length = 0;
      const commits = [{ id: AFTER, message, timestamp: "2026-11-27T00:00:00Z", author: ADA }];
      const updates = Array.from({ length: count }, (_, index) => ({
        ref: `${refs}/r${index}`,
        before: BEFORE,
        after: AFTER,
        forced: false,
        commits,
        total: 1,
      }));
      simulator.sender.pushed(simulator.repository(NAME), updates);
      await simulator.settled();
      return receiver.received;
    }

    test("signs with the hook's secret, and with none there is no proof that holds", async () => {
      const source = webhookSource(kind);
      const takes = (delivery: (typeof receiver.received)[number] | undefined): boolean =>
        delivery !== undefined && source.verify(delivery, [Secret.of(SECRET)], clock);
      hook().signingToken = kind === "gitlab" ? SECRET : null;
      assert.ok(takes((await push())[0]));
      simulator.repository(NAME).hooks.length = 0;
      hook(null);
      const [bare] = await push();
      assert.ok(bare !== undefined && !takes(bare));
      if (kind === "gitea")
        assert.deepEqual([bare.headers["x-gitea-signature"], bare.headers["x-hub-signature-256"]], ["", "sha256="]);
    });

    test("tries again only where the provider does, and waits as long", async () => {
      const { deliveries } = hook();
      assert.equal(simulator.sender.timeoutMs, rules.waitsMs);
      receiver.status = 503;
      assert.equal((await push()).length, rules.attempts, "after 503");
      receiver.status = 401;
      assert.equal((await push()).length, 1, "after 401");
      assert.equal(new Set(deliveries.map(({ guid }) => guid)).size, 2, "attempts are one delivery");
      receiver.status = null;
      simulator.sender.timeoutMs = 50;
      deliveries.length = 0;
      await push();
      simulator.sender.timeoutMs = rules.waitsMs;
      assert.deepEqual(
        deliveries.map(({ status }) => status),
        [0],
        "after silence",
      );
    });

    test("tells of four branches or four tags at once as the provider does", async () => {
      hook();
      assert.equal((await push("refs/heads", 4)).length, rules.branches);
      assert.equal((await push("refs/tags", 4)).length, rules.tags);
      const each = kind === "bitbucket" ? 1 : 3;
      assert.equal((await push("refs/tags", 3)).length, each);
    });

    test("gives two hooks the same id, or each its own, as the provider does", async () => {
      hook();
      hook();
      const ids = (await push()).map(({ headers }) => headers[rules.id]);
      assert.equal(ids.length, 2);
      assert.equal(new Set(ids).size, rules.sharesIds ? 1 : 2);
    });

    test("drops what is too large for the provider without a word", async () => {
      hook();
      const large = await push("refs/heads", 1, "x".repeat(300_000));
      assert.equal(large.length, rules.dropsAbove < 300_000 ? 0 : 1);
      assert.equal(simulator.sender.maxBytes, rules.dropsAbove);
    });

    if (kind !== "gitlab") {
      test("goes on after any number of failures", async () => {
        hook();
        receiver.status = 404;
        for (let failures = 0; failures < 6; failures += 1) assert.equal((await push()).length, 1);
      });
      return;
    }

    test("stops after four failures for longer and longer, after forty for good, until a test arrives", async () => {
      const one = hook();
      receiver.status = 404; // a refusal counts as much as a failure
      for (let failures = 1; failures <= 3; failures += 1) assert.equal((await push()).length, 1);
      assert.equal(one.disabledUntil, null);
      const pauses: number[] = [];
      for (let failures = 4; failures < 40; failures += 1) {
        assert.equal((await push()).length, 1);
        pauses.push(((one.disabledUntil ?? 0) - clock) / MINUTE);
        assert.equal((await push()).length, 0, "it is off");
        clock = one.disabledUntil ?? clock;
      }
      assert.deepEqual(pauses.slice(0, 4), [1, 2, 4, 8]);
      assert.equal(pauses.at(-1), 24 * 60);
      assert.equal((await push()).length, 1);
      assert.equal(one.disabledForGood, true);
      clock += 365 * 24 * 60 * MINUTE;
      assert.equal((await push()).length, 0, "time alone does not help");
      receiver.status = 202;
      simulator.sender.test(simulator.repository(NAME), one);
      await simulator.settled();
      assert.equal((await push()).length, 1, "a test that arrived does");
    });
  });
}
