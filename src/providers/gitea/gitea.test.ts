// Tests of Gitea and Forgejo: what every provider does, and what these alone have.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { conform } from "../../../test/helpers/provider-conformance.ts";
import { makeWebhookSecret, webhookSource } from "../webhook-sources.ts";
import { gitea } from "./gitea.ts";

const room = conform("gitea", {
  weak: { scopes: ["read:user", "read:repository"], missing: ["write:repository"] },
  archives: true,
  firstPush: ["create", "push"],
});

test("a delivery of Forgejo is taken by the same proof", async () => {
  const { simulator, call, token, receiver } = room;
  const { id } = simulator.addRepository("ada/forged");
  const settings = { url: `${receiver.url}/hooks/forgejo`, secret: makeWebhookSecret("gitea") };
  await gitea.webhooks?.create(call, simulator.accessOf(token), { id: String(id), name: "ada/forged" }, settings);
  simulator.world.isForgejo = true;
  simulator.push("ada/forged", { files: { a: "1" } });
  await simulator.settled();
  simulator.world.isForgejo = false;
  assert.equal(receiver.received.length, 2);
  for (const delivery of receiver.received) {
    assert.match(String(delivery.headers["x-forgejo-signature"]), /^[0-9a-f]{64}$/);
    assert.ok(webhookSource("gitea").verify(delivery, [settings.secret], room.clock));
  }
});

describe("gitea: what only Gitea and Forgejo have", () => {
  test("check() finds the scopes by trying, and changes nothing by that", async () => {
    const { simulator, call, ada } = room;
    const facts = await gitea.accounts?.check(
      call,
      simulator.accessOf(simulator.addToken(ada, { scopes: ["read:user"] })),
    );
    assert.deepEqual(facts?.scopes, ["read:user"]);
    assert.deepEqual(
      facts?.missing.map(({ scope }) => scope),
      ["read:repository", "write:repository"],
    );
  });

  test("a link of a server that takes itself for another address is followed on ours", async () => {
    const { simulator, call, token } = room;
    for (let number = 0; number < 51; number += 1) simulator.addRepository(`ada/linked-${number}`);
    const { origin } = simulator.world;
    simulator.world.origin = "http://localhost:3000"; // ROOT_URL, as it stands in many an app.ini
    const access = { ...simulator.accessOf(token), baseUrl: origin };
    const first = await gitea.repositories?.list(call, access, { search: "linked", cursor: null });
    const second = await gitea.repositories?.list(call, access, { search: "linked", cursor: first?.next ?? null });
    simulator.world.origin = origin;
    assert.equal((first?.repositories.length ?? 0) + (second?.repositories.length ?? 0), 51);
  });

  test("a deleted repository is told by its hook, a renamed one is not", async () => {
    const { simulator, call, token, receiver } = room;
    const { id } = simulator.addRepository("ada/told");
    const settings = { url: `${receiver.url}/hooks/x`, secret: makeWebhookSecret("gitea") };
    await gitea.webhooks?.create(call, simulator.accessOf(token), { id: String(id), name: "ada/told" }, settings);
    simulator.rename("ada/told", "ada/told-anew");
    await simulator.settled();
    assert.equal(receiver.received.length, 0);
    simulator.remove("ada/told-anew");
    await simulator.settled();
    assert.equal(receiver.received[0]?.headers["x-gitea-event"], "repository");
  });
});
