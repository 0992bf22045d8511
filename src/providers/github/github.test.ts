// Tests of GitHub: what every provider does, and what GitHub alone has.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { conform } from "../../../test/helpers/provider-conformance.ts";
import { fails } from "../../../test/helpers/provider-room.ts";
import { Secret } from "../../secrets.ts";
import { github } from "./github.ts";
import { githubApi } from "./github-api.ts";

const room = conform("github", {
  weak: { scopes: ["read:user"], missing: ["repo", "admin:repo_hook"] },
  archives: true,
  firstPush: ["create", "push"],
});

test("githubApi() is at a host of its own for github.com and ghe.com, below a path for servers", () => {
  const rootOf = (baseUrl: string): string => githubApi({ baseUrl }).root;
  assert.equal(rootOf("https://github.com"), "https://api.github.com");
  assert.equal(rootOf("https://octo.ghe.com"), "https://api.octo.ghe.com");
  assert.equal(rootOf("https://github.example.org"), "https://github.example.org/api/v3");
});

describe("github: what only GitHub has", () => {
  test("check() tells when a fine-grained token ends, and that its permissions are not told", async () => {
    const { simulator, call, ada, clock } = room;
    const token = simulator.addToken(ada, { scopes: null, expiresAt: clock + 86_400_000 });
    const facts = await github.accounts?.check(call, simulator.accessOf(token));
    assert.equal(facts?.expiresAt, clock + 86_400_000);
    assert.equal(facts?.scopes, null);
    assert.deepEqual(facts?.missing, []);
  });

  test("check() takes repo for all, and public_repo for what it is", async () => {
    const { simulator, call, ada } = room;
    const missing = async (scopes: string[]): Promise<string[] | undefined> => {
      const facts = await github.accounts?.check(call, simulator.accessOf(simulator.addToken(ada, { scopes })));
      return facts?.missing.map(({ scope }) => scope);
    };
    assert.deepEqual(await missing(["repo"]), []);
    assert.deepEqual(await missing(["public_repo", "write:repo_hook"]), ["repo"]);
    assert.deepEqual(await missing([]), ["repo", "admin:repo_hook"]);
  });

  test("a fine-grained token without the permission is told of by GitHub's name for it", async () => {
    const { simulator, call, ada, receiver } = room;
    simulator.addRepository("ada/fine");
    const { id } = simulator.repository("ada/fine");
    const access = simulator.accessOf(simulator.addToken(ada, { scopes: null, permissions: ["contents"] }));
    const settings = { url: receiver.url, secret: Secret.of("a-secret-of-a-hook") };
    const at = { id: String(id), name: "ada/fine" };
    const error = await fails(
      github.webhooks?.create(call, access, at, settings) ?? Promise.resolve(),
      "scope-missing",
    );
    assert.equal(error.parts.wanted, "a token with the permission repository_hooks=write");
  });

  test("refs.ask() is free while nothing changes, and sees branches and tags", async () => {
    const { simulator, call, token } = room;
    const { id } = simulator.addRepository("ada/refs");
    const sha = simulator.push("ada/refs", { files: { a: "1" } });
    const at = { id: String(id), name: "ada/refs" };
    const ask = (etag: string | null) => github.refs?.ask(call, simulator.accessOf(token), at, etag);
    const first = await ask(null);
    assert.ok(first?.kind === "changed");
    simulator.world.limit = { limit: 10, remaining: 10, resetAt: room.clock + 1_000 };
    assert.deepEqual(await ask(first.etag), { kind: "same" });
    assert.equal(simulator.world.limit.remaining, 10);
    simulator.world.limit = null;
    simulator.setRefs("ada/refs", { "refs/tags/v1": sha });
    const tagged = await ask(first.etag);
    assert.ok(tagged?.kind === "changed");
    simulator.push("ada/refs", { files: { a: "2" } });
    assert.equal((await ask(tagged.etag))?.kind, "changed");
    assert.equal((await ask("nonsense of another kind"))?.kind, "changed");
    simulator.remove("ada/refs");
    assert.deepEqual(await ask(first.etag), { kind: "unknown" });
  });

  test("redeliverFailed() has each failed delivery sent again once, and leaves what arrived alone", async () => {
    const { simulator, token, receiver } = room;
    const pauses: number[] = [];
    const call = { ...room.call, pause: async (ms: number) => void pauses.push(ms) };
    const { id } = simulator.addRepository("ada/missed");
    const access = simulator.accessOf(token);
    const at = { id: String(id), name: "ada/missed" };
    const settings = { url: `${receiver.url}/hooks/missed`, secret: Secret.of("a-secret-of-another-hook") };
    const hook = await github.webhooks?.create(call, access, at, settings);
    simulator.push("ada/missed", { files: { a: "1" } });
    await simulator.settled();
    receiver.status = 503;
    simulator.push("ada/missed", { files: { a: "2" } });
    simulator.push("ada/missed", { files: { a: "3" } });
    await simulator.settled();
    receiver.status = 202;
    const failed = receiver.received.slice(-2).map(({ headers }) => headers["x-github-delivery"]);
    receiver.received.length = 0;
    const since = room.clock - 3 * 86_400_000;
    const again = () => github.deliveries?.redeliverFailed(call, access, at, hook?.id ?? "", since);
    assert.deepEqual([await again(), pauses], [{ sent: 2, leftFrom: null }, [1_000]]);
    await simulator.settled();
    assert.deepEqual(new Set(receiver.received.map(({ headers }) => headers["x-github-delivery"])), new Set(failed));
    assert.equal(receiver.received.length, 2);
    const none = { sent: 0, leftFrom: null };
    assert.deepEqual(await again(), none);
    // of more than one look takes the oldest are first, and what failed again comes last
    receiver.status = 503;
    for (let push = 0; push < 23; push += 1) simulator.push("ada/missed", { files: { a: `later ${push}` } });
    await simulator.settled();
    const { deliveries } = simulator.repository("ada/missed").hooks[0] ?? assert.fail();
    const all = deliveries.slice(-23).map(({ guid }) => guid);
    const sentAgain = (): string[] => deliveries.filter(({ redelivery }) => redelivery).map(({ guid }) => guid);
    const before = sentAgain().length;
    const oldest = await again();
    await simulator.settled();
    assert.deepEqual([oldest?.sent, sentAgain().slice(before)], [20, all.slice(0, 20)]);
    assert.ok(oldest?.leftFrom !== null);
    const rest = await again();
    await simulator.settled();
    assert.deepEqual(sentAgain().slice(before + 20, before + 23), all.slice(20));
    assert.deepEqual([rest?.sent, rest?.leftFrom], [20, null]);
    const later = room.clock + 1_000;
    assert.deepEqual(await github.deliveries?.redeliverFailed(call, access, at, hook?.id ?? "", later), none);
  });
});
