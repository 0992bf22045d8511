// What every provider with an API must do: one suite for the port, run by each against the simulator of its kind.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type ErrorCode, TidemarkError } from "../../src/errors.ts";
import type { EgressAllowance } from "../../src/outbound.ts";
import type { HookSettings, Provider, ProviderCall, ProviderRepository } from "../../src/providers/provider.ts";
import { providerOf } from "../../src/providers/registry.ts";
import { makeWebhookSecret, webhookSource } from "../../src/providers/webhook-sources.ts";
import { Secret } from "../../src/secrets.ts";
import { type ApiFault, ProviderSimulator } from "./provider-simulator/simulator.ts";
import type { SimulatedAccount, SimulatedToken } from "./provider-simulator/world.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

/** Only what these tests need: http, and this machine. */
export const LOOPBACK_ONLY: EgressAllowance = { http: true, loopback: true, entries: [] };

const START = Date.UTC(2026, 10, 27, 12);

/** What a provider with everything but redelivery and a look at refs has. */
export type WholeProvider = Provider & {
  readonly accounts: NonNullable<Provider["accounts"]>;
  readonly repositories: NonNullable<Provider["repositories"]>;
  readonly webhooks: NonNullable<Provider["webhooks"]>;
};

/** The things that a test of one provider works with. */
export interface ConformanceRoom {
  readonly kind: Exclude<Provider["kind"], "plain">;
  readonly provider: WholeProvider;
  readonly simulator: ProviderSimulator;
  readonly receiver: WebhookReceiver;
  readonly ada: SimulatedAccount;
  readonly token: SimulatedToken;
  readonly call: ProviderCall;
  /** the time that simulator and provider see, in ms */
  clock: number;
}

/** How a kind differs where the port lets it. */
export interface ConformanceDifferences {
  /** a token that can list and read but manage no webhooks; `missing` is what the provider says is missing */
  readonly weak: { readonly scopes: readonly string[]; readonly missing: readonly string[] };
  /** whether an archived repository is known as one */
  readonly archives: boolean;
  /** the events of a push to a new branch, in the words of the headers */
  readonly firstPush: readonly string[];
}

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

/** Asserts that a question fails with this code, that no token is in its text, and gives the error. */
export async function fails(question: Promise<unknown>, code: ErrorCode, secret = ""): Promise<TidemarkError> {
  const error = await question.then(
    () => assert.fail("it was answered"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TidemarkError, String(error));
  assert.equal(error.code, code, error.message);
  if (secret !== "") assert.ok(!error.message.includes(secret), "the token is in the error");
  return error;
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

function webhooks(room: ConformanceRoom, { weak, firstPush }: ConformanceDifferences): void {
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

function refusals(room: ConformanceRoom): void {
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
