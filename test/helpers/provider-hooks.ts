// What every provider's webhooks must do (a part of its suite).
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HookSettings, ProviderRepository } from "../../src/providers/provider.ts";
import { makeWebhookSecret, webhookSource } from "../../src/providers/webhook-sources.ts";
import { Secret } from "../../src/secrets.ts";
import { type ConformanceDifferences, type ConformanceRoom, fails } from "./provider-room.ts";

/** Declares the tests. */
export function webhooks(room: ConformanceRoom, { weak, firstPush }: ConformanceDifferences): void {
  async function repository(name: string): Promise<ProviderRepository> {
    room.simulator.addRepository(name, { permissions: { ada: "admin" } });
    const found = await room.provider.repositories.find(room.call, room.simulator.accessOf(room.token), { name });
    return found ?? assert.fail("not found");
  }
  function settings(path: string): HookSettings {
    return { url: `${room.receiver.url}/hooks/${path}`, secret: makeWebhookSecret(room.kind) };
  }

  test("create() makes a hook whose deliveries its receiver takes, with refs and identity", async () => {
    const { provider, simulator, call, receiver } = room;
    const at = await repository("ada/hooked");
    const access = simulator.accessOf(room.token);
    const wanted = settings("one");
    const hook = await provider.webhooks.create(call, access, at, wanted);
    assert.deepEqual(
      { url: hook.url, complete: hook.complete, problem: hook.problem },
      { url: wanted.url, complete: true, problem: null },
    );
    await simulator.settled();
    receiver.received.length = 0; // pings
    const sha = simulator.push("ada/hooked", { files: { "m.json": "{}" } });
    await simulator.settled();
    const source = webhookSource(room.kind);
    assert.deepEqual(receiver.received.map((it) => source.identify(it).eventName).sort(), [...firstPush].sort());
    let named = 0;
    for (const delivery of receiver.received) {
      assert.ok(source.verify(delivery, [wanted.secret], room.clock));
      assert.ok(!source.verify(delivery, [makeWebhookSecret(room.kind)], room.clock));
      const { eventName, deliveryId } = source.identify(delivery);
      assert.match(deliveryId ?? "", /^[\w-]{30,}$/);
      const contentType = delivery.headers["content-type"] ?? null;
      const meaning = source.parse({ eventName, contentType, body: delivery.body });
      assert.equal(meaning.kind, "push");
      if (meaning.kind !== "push") continue;
      assert.equal(meaning.repository.id, at.id);
      assert.equal(meaning.repository.name, "ada/hooked");
      named += meaning.refs.filter((it) => it.ref === "refs/heads/main" && it.after === sha).length;
    }
    assert.ok(named > 0, "no delivery names the branch and its commit");
  });

  test("create() twice is one hook, and find() finds it by id and by address", async () => {
    const { provider, simulator, call } = room;
    const at = await repository("ada/twice");
    const access = simulator.accessOf(room.token);
    const wanted = settings("two");
    const first = await provider.webhooks.create(call, access, at, wanted);
    const second = await provider.webhooks.create(call, access, at, {
      ...wanted,
      secret: Secret.of(`${wanted.secret.reveal().slice(0, -4)}AAA=`),
    });
    assert.equal(second.id, first.id);
    assert.equal(simulator.repository("ada/twice").hooks.length, 1);
    assert.notEqual(simulator.repository("ada/twice").hooks[0]?.secret, wanted.secret.reveal());
    const { url } = wanted;
    assert.equal((await provider.webhooks.find(call, access, at, { id: first.id, url }))?.complete, true);
    assert.equal((await provider.webhooks.find(call, access, at, { id: null, url }))?.id, first.id);
    assert.equal(await provider.webhooks.find(call, access, at, { id: null, url: `${url}x` }), null);
  });

  test("find() sees what somebody changed, update() mends it, and tells when it is gone", async () => {
    const { provider, simulator, call } = room;
    const at = await repository("ada/changed");
    const access = simulator.accessOf(room.token);
    const wanted = settings("three");
    const { id } = await provider.webhooks.create(call, access, at, wanted);
    const [hook = assert.fail("no hook")] = simulator.repository("ada/changed").hooks;
    hook.events = hook.events.slice(1);
    assert.equal((await provider.webhooks.find(call, access, at, { id, url: wanted.url }))?.complete, false);
    const moved = settings("moved");
    const mended = await provider.webhooks.update(call, access, at, id, moved);
    assert.deepEqual(
      { id: mended?.id, url: mended?.url, complete: mended?.complete },
      { id, url: moved.url, complete: true },
    );
    assert.equal(hook.secret, moved.secret.reveal());
    await provider.webhooks.remove(call, access, at, id);
    await provider.webhooks.remove(call, access, at, id); // gone already: as wanted
    assert.equal(await provider.webhooks.find(call, access, at, { id, url: moved.url }), null);
    assert.equal(await provider.webhooks.update(call, access, at, id, moved), null);
    simulator.remove("ada/changed");
    await provider.webhooks.remove(call, access, at, id);
  });

  test("who may not gets scope-missing: by the account's role, and by the token's scopes in the provider's words", async () => {
    const { provider, simulator, call } = room;
    const at = await repository("ada/guarded");
    simulator.repository("ada/guarded").permissions.set("ada", "write");
    const role = await fails(
      provider.webhooks.create(call, simulator.accessOf(room.token), at, settings("four")),
      "scope-missing",
    );
    assert.match(role.parts.wanted, /^an account that /);
    simulator.repository("ada/guarded").permissions.set("ada", "admin");
    const token = simulator.addToken(room.ada, { scopes: weak.scopes });
    const scope = await fails(
      provider.webhooks.create(call, simulator.accessOf(token), at, settings("four")),
      "scope-missing",
      token.text,
    );
    assert.ok(
      weak.missing.some((it) => scope.parts.wanted.includes(it)),
      scope.parts.wanted,
    );
    assert.deepEqual(simulator.repository("ada/guarded").hooks, []);
  });
}
