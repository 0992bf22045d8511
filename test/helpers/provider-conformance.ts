// What every provider with an API must do: one suite for the port, run by each against the simulator of its kind.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { ProviderRepository } from "../../src/providers/provider.ts";
import { providerOf } from "../../src/providers/registry.ts";
import { Secret } from "../../src/secrets.ts";
import { webhooks } from "./provider-hooks.ts";
import { refusals } from "./provider-refusals.ts";
import { type ConformanceDifferences, type ConformanceRoom, fails, LOOPBACK_ONLY, START } from "./provider-room.ts";
import { ProviderSimulator } from "./provider-simulator/simulator.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

/** Declares the suite. @returns the room, filled when its tests run */
export function conform(kind: ConformanceRoom["kind"], differences: ConformanceDifferences): ConformanceRoom {
  const folder = temporaryFolder();
  const room = { kind, provider: providerOf(kind), clock: START } as ConformanceRoom;
  before(async () => {
    const simulator = await ProviderSimulator.start({ kind, root: folder, now: () => room.clock });
    const ada = simulator.addAccount("ada", "Ada Lovelace");
    const call = { allow: LOOPBACK_ONLY, now: () => room.clock };
    const token = simulator.addToken(ada);
    Object.assign(room, { simulator, ada, token, call, receiver: await startWebhookReceiver() });
  });
  beforeEach(() => {
    room.simulator.fault = null;
    room.simulator.world.limit = null;
    room.simulator.world.twist = null;
    room.receiver.received.length = 0;
    room.receiver.status = 202;
  });
  after(async () => {
    await room.simulator.close();
    await room.receiver.close();
  });
  describe(`${kind}: accounts`, () => accounts(room, differences));
  describe(`${kind}: repositories`, () => repositories(room, differences));
  describe(`${kind}: webhooks`, () => webhooks(room, differences));
  describe(`${kind}: refusals`, () => refusals(room));
  describe(`${kind}: what people do by hand`, () => byHand(room));
  return room;
}

function accounts(room: ConformanceRoom, { weak }: ConformanceDifferences): void {
  test("check() tells whose the token is and that nothing is missing", async () => {
    const { provider, simulator, token, ada, call } = room;
    const access = simulator.accessOf(token);
    const facts = await provider.accounts.check(call, access);
    assert.equal(facts.name, "Ada Lovelace");
    assert.equal(facts.login, access.login);
    assert.equal(facts.subject, room.kind === "bitbucket" ? ada.uuid : String(ada.id));
    assert.deepEqual(facts.missing, []);
    assert.equal(facts.expiresAt, null);
  });

  test("check() names what is missing and what for", async () => {
    const token = room.simulator.addToken(room.ada, { scopes: weak.scopes });
    const facts = await room.provider.accounts.check(room.call, room.simulator.accessOf(token));
    assert.deepEqual(facts.missing.map(({ scope }) => scope).sort(), [...weak.missing].sort());
    for (const { purpose } of facts.missing) assert.match(purpose, /^to [a-z]/);
  });

  test("a token that is unknown, revoked or expired is an account refused, and is in no message", async () => {
    const { provider, simulator, call, ada } = room;
    const unknown = { ...simulator.accessOf(room.token), token: Secret.of("never-made-token") };
    const revoked = simulator.addToken(ada, { revoked: true });
    const expired = simulator.addToken(ada, { expiresAt: START - 1 });
    await fails(provider.accounts.check(call, unknown), "account-refused", "never-made-token");
    for (const token of [revoked, expired]) {
      await fails(provider.accounts.check(call, simulator.accessOf(token)), "account-refused", token.text);
      const list = provider.repositories.list(call, simulator.accessOf(token), { search: "", cursor: null });
      await fails(list, "account-refused", token.text);
    }
  });
}

function repositories(room: ConformanceRoom, { archives }: ConformanceDifferences): void {
  async function all(search: string): Promise<ProviderRepository[]> {
    const found: ProviderRepository[] = [];
    let cursor: string | null = null;
    do {
      const access = room.simulator.accessOf(room.token);
      const page = await room.provider.repositories.list(room.call, access, { search, cursor });
      found.push(...page.repositories);
      cursor = page.next;
    } while (cursor !== null);
    return found;
  }

  test("list() goes through all pages, each repository once, and search() through those that fit", async () => {
    for (let number = 0; number < 103; number += 1) room.simulator.addRepository(`ada/many-${number}`);
    room.simulator.addRepository("team/loss-curves", { permissions: { ada: "write" }, isPrivate: true });
    room.simulator.addRepository("team/not-hers", { isPrivate: true });
    const found = await all("");
    assert.equal(found.length, 104);
    assert.equal(new Set(found.map(({ id }) => id)).size, 104);
    assert.deepEqual(
      (await all("loss-CURVES")).map(({ name }) => name),
      ["team/loss-curves"],
    );
    assert.equal((await all("many-10")).length, 4);
    assert.deepEqual(await all("nowhere"), []);
  });

  test("list() and find() tell permission, visibility, archive and addresses alike", async () => {
    const { simulator, provider, call } = room;
    const { id, uuid } = simulator.addRepository("team/told", { permissions: { ada: "read" }, isPrivate: true });
    simulator.push("team/told", { files: { "m.json": "{}" } });
    simulator.archive("team/told");
    const own = room.kind === "bitbucket" ? uuid : String(id);
    const listed = (await all("told")).find(({ name }) => name === "team/told");
    assert.deepEqual(listed, {
      id: own,
      name: "team/told",
      cloneUrl: `${simulator.url}/team/told.git`,
      webUrl: `${simulator.url}/team/told`,
      defaultBranch: "main",
      visibility: "private",
      archived: archives,
      permission: "read",
    });
    const access = simulator.accessOf(room.token);
    assert.deepEqual(await provider.repositories.find(call, access, { id: own }), listed);
    assert.deepEqual(await provider.repositories.find(call, access, { name: "team/told" }), listed);
    for (const permission of ["write", "admin"] as const) {
      simulator.repository("team/told").permissions.set("ada", permission);
      assert.equal((await provider.repositories.find(call, access, { id: own }))?.permission, permission);
      assert.equal((await all("told"))[0]?.permission, permission);
    }
  });

  test("list() refuses a cursor that no page gave", async () => {
    const access = room.simulator.accessOf(room.token);
    for (const cursor of ["../user", "?a#b", "https://example.org/?page=2"]) {
      await fails(room.provider.repositories.list(room.call, access, { search: "", cursor }), "cursor-mismatch");
    }
  });

  test("find() follows a rename by the old name, and the id stays", async () => {
    const { simulator, provider, call } = room;
    simulator.addRepository("ada/before");
    const access = simulator.accessOf(room.token);
    const first = await provider.repositories.find(call, access, { name: "ada/before" });
    simulator.rename("ada/before", "ada/afterwards");
    const byOldName = await provider.repositories.find(call, access, { name: "ada/before" });
    assert.equal(byOldName?.name, "ada/afterwards");
    assert.equal(byOldName?.id, first?.id);
    simulator.transfer("ada/afterwards", "team/afterwards");
    simulator.repository("team/afterwards").permissions.set("ada", "read");
    const byId = await provider.repositories.find(call, access, { id: first?.id ?? "" });
    assert.equal(byId?.name, "team/afterwards");
  });

  test("find() takes one that was made anew under the old name for another one", async () => {
    const { simulator, provider, call } = room;
    simulator.addRepository("ada/again");
    const access = simulator.accessOf(room.token);
    const first = await provider.repositories.find(call, access, { name: "ada/again" });
    simulator.remove("ada/again");
    assert.equal(await provider.repositories.find(call, access, { name: "ada/again" }), null);
    simulator.addRepository("ada/again");
    const second = await provider.repositories.find(call, access, { name: "ada/again" });
    assert.notEqual(second?.id, first?.id);
    assert.equal(await provider.repositories.find(call, access, { id: first?.id ?? "" }), null);
  });

  test("find() sees what is public without an account, and nothing that is private", async () => {
    const { simulator, provider, call } = room;
    const { kind, baseUrl } = simulator.accessOf(room.token);
    simulator.addRepository("ada/open");
    simulator.addRepository("team/closed", { isPrivate: true });
    const open = await provider.repositories.find(call, { kind, baseUrl }, { name: "ada/open" });
    assert.equal(open?.visibility, "public");
    assert.equal(open?.permission, "read");
    assert.equal(await provider.repositories.find(call, { kind, baseUrl }, { name: "team/closed" }), null);
    assert.equal(await provider.repositories.find(call, simulator.accessOf(room.token), { name: "team/closed" }), null);
    assert.equal(await provider.repositories.find(call, { kind, baseUrl }, { name: "ada/nowhere" }), null);
  });
}

function byHand(room: ConformanceRoom): void {
  test("hookSteps() and tokenPage() lead to pages of that server, and name address and secret", () => {
    const { page, steps } = room.provider.hookSteps({ baseUrl: "https://git.example.org", name: "ada/notes" });
    assert.match(page ?? "", /^https:\/\/git\.example\.org\/ada\/notes\//);
    assert.ok(steps.some((step) => step.includes("the address")));
    assert.ok(steps.some((step) => step.includes("the secret")));
    assert.match(room.provider.tokenPage("https://git.example.org") ?? "", /^https:\/\//);
    assert.notEqual(room.provider.gitLogin(""), "");
  });
}
