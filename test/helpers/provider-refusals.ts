// What every provider makes of refusals, limits and answers that are none (a part of its suite).
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { type ErrorCode, isTidemarkError, TidemarkError } from "../../src/errors.ts";
import { makeWebhookSecret } from "../../src/providers/webhook-sources.ts";
import { type ConformanceRoom, fails, START } from "./provider-room.ts";
import type { ApiFault } from "./provider-simulator/simulator.ts";
import { pick, type Random, seededRandom } from "./seeded-random.ts";

/** Declares the tests. */
export function refusals(room: ConformanceRoom): void {
  async function met(fault: ApiFault, code: ErrorCode): Promise<TidemarkError> {
    room.simulator.fault = () => fault;
    const { provider, simulator, call } = room;
    const access = simulator.accessOf(room.token);
    await fails(provider.accounts.check(call, access), code, room.token.text);
    await fails(provider.repositories.find(call, access, { name: "ada/any" }), code, room.token.text);
    const list = provider.repositories.list(call, access, { search: "", cursor: null });
    return fails(list, code, room.token.text);
  }
  const status = (code: number, headers: Record<string, string> = {}, body = "{}"): ApiFault => ({
    kind: "status",
    status: code,
    headers,
    body,
  });

  test("429 is a limit until Retry-After, or for a minute", async () => {
    assert.equal((await met(status(429, { "retry-after": "90" }), "provider-limited")).retryAt, room.clock + 90_000);
    assert.equal((await met(status(429), "provider-limited")).retryAt, room.clock + 60_000);
  });

  test("403 with Retry-After, or with words about limits, is a limit too", async () => {
    assert.equal((await met(status(403, { "retry-after": "30" }), "provider-limited")).retryAt, room.clock + 30_000);
    const words = status(403, {}, '{"message":"You have exceeded a secondary rate limit."}');
    assert.equal((await met(words, "provider-limited")).retryAt, room.clock + 60_000);
  });

  test("403 without headers is an account refused, and so is 401", async () => {
    assert.equal((await met(status(403), "account-refused")).retryAt, null);
    await met(status(401), "account-refused");
  });

  test("a used-up limit is over at its reset", async () => {
    const { simulator, provider, call } = room;
    const resetAt = room.clock + 600_000;
    simulator.world.limit = { limit: 5_000, remaining: 0, resetAt };
    const error = await fails(provider.accounts.check(call, simulator.accessOf(room.token)), "provider-limited");
    assert.equal(error.retryAt, resetAt);
    room.clock = resetAt;
    await provider.accounts.check(call, simulator.accessOf(room.token));
    room.clock = START;
  });

  test("a web page with status 200, text, JSON of another shape and 5xx are no answers", async () => {
    assert.match((await met({ kind: "page" }, "provider-failed")).message, /found a web page instead of/);
    room.simulator.fault = () => ({ kind: "page" });
    const access = room.simulator.accessOf(room.token);
    await fails(room.provider.webhooks.remove(room.call, access, { id: "1", name: "ada/any" }, "1"), "provider-failed");
    await met(status(200, { "content-type": "application/json" }, "<html>"), "provider-failed");
    await met(status(200, { "content-type": "application/json" }, "it works"), "provider-failed");
    await met(status(200, { "content-type": "application/json" }, '"text"'), "provider-failed");
    await met(status(500), "provider-failed");
    assert.equal((await met(status(503, { "retry-after": "20" }), "provider-failed")).retryAt, room.clock + 20_000);
  });

  test("an answer with any value in it replaced is read, or is none: nothing else is thrown", async () => {
    const { provider, simulator, call } = room;
    const { id, uuid } = simulator.addRepository("ada/twisted");
    const at = { id: room.kind === "bitbucket" ? uuid : String(id), name: "ada/twisted" };
    const access = simulator.accessOf(room.token);
    const url = `${room.receiver.url}/hooks/twisted`;
    await provider.webhooks.create(call, access, at, { url, secret: makeWebhookSecret(room.kind) });
    const questions: readonly (() => Promise<unknown>)[] = [
      () => provider.accounts.check(call, access),
      () => provider.repositories.list(call, access, { search: "twisted", cursor: null }),
      () => provider.repositories.find(call, access, { name: "ada/twisted" }),
      () => provider.webhooks.find(call, access, at, { id: null, url }),
      () => provider.webhooks.update(call, access, at, "1", { url, secret: makeWebhookSecret(room.kind) }),
    ];
    let refused = 0;
    for (let seed = 0; seed < 60; seed += 1) {
      const random = seededRandom(seed);
      simulator.world.twist = (body) => twisted(random, body);
      const error = await (questions[seed % questions.length]?.() ?? assert.fail()).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error === null) continue;
      assert.ok(isTidemarkError(error, "provider-failed"), `seed ${seed}: ${inspect(error)}`);
      refused += 1;
    }
    assert.ok(refused > 0 && refused < 60, `${refused} of 60`);
  });

  test("a redirect to another origin is not followed, and the token stays here", async () => {
    const { simulator, provider, call, receiver } = room;
    simulator.fault = () => status(301, { location: `${receiver.url}/user` });
    const asked = provider.accounts.check(call, simulator.accessOf(room.token));
    await assert.rejects(asked, TidemarkError);
    assert.deepEqual(receiver.received, []);
  });

  test("a question ends when its signal does", async () => {
    const { simulator, provider, call } = room;
    const stop = new AbortController();
    simulator.fault = () => {
      setImmediate(() => stop.abort(new Error("stopped")));
      return { kind: "hang" };
    };
    const asked = provider.accounts.check({ ...call, signal: stop.signal }, simulator.accessOf(room.token));
    await assert.rejects(asked, /stopped/);
  });
}

/** A copy in which one value, chosen by chance, is another one or gone. */
function twisted(random: Random, body: unknown): unknown {
  const copy = structuredClone({ body });
  const places: { readonly of: Record<string, unknown>; readonly key: string }[] = [];
  const collect = (of: object): void => {
    for (const [key, value] of Object.entries(of) as [string, unknown][]) {
      places.push({ of: of as Record<string, unknown>, key });
      if (typeof value === "object" && value !== null) collect(value);
    }
  };
  collect(copy);
  const { of, key } = pick(random, places);
  const other = pick(random, [undefined, null, [], {}, 0, -1, "", "x".repeat(100_000), true, [[null]]]);
  of[key] = other;
  return copy.body;
}
