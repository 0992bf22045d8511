// Tests of Bitbucket: what every provider does, and what Bitbucket alone has.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { conform } from "../../../test/helpers/provider-conformance.ts";
import { fails } from "../../../test/helpers/provider-room.ts";
import { Secret } from "../../secrets.ts";
import { makeWebhookSecret } from "../webhook-sources.ts";
import { bitbucket } from "./bitbucket.ts";
import { bitbucketApi } from "./bitbucket-api.ts";

const READING = [
  "read:user:bitbucket",
  "read:workspace:bitbucket",
  "read:repository:bitbucket",
  "read:webhook:bitbucket",
];

const room = conform("bitbucket", {
  weak: { scopes: READING, missing: ["write:webhook:bitbucket", "delete:webhook:bitbucket"] },
  archives: false,
  firstPush: ["repo:push"],
});

describe("bitbucket: what only Bitbucket has", () => {
  test("the API of bitbucket.org is at a host of its own", () => {
    assert.equal(bitbucketApi({ baseUrl: "https://bitbucket.org" }).root, "https://api.bitbucket.org/2.0");
  });

  test("list() goes through small workspaces for one page, and a search through those where it finds nothing", async () => {
    const { simulator, call } = room;
    const bob = simulator.addAccount("bob");
    for (const name of ["w1/a", "w1/b", "w2/c", "w3/needle"])
      simulator.addRepository(name, { permissions: { bob: "read" } });
    const access = simulator.accessOf(simulator.addToken(bob));
    const names = async (search: string) => {
      const page = await bitbucket.repositories?.list(call, access, { search, cursor: null });
      return { names: page?.repositories.map(({ name }) => name), next: page?.next };
    };
    assert.deepEqual(await names(""), { names: ["w1/b", "w1/a", "w2/c", "w3/needle"], next: null });
    assert.deepEqual(await names("needle"), { names: ["w3/needle"], next: null });
  });

  test("an access token is nobody's: it is told apart by a fingerprint, finds its repository and cannot list", async () => {
    const { simulator, call, receiver } = room;
    simulator.addRepository("team/own", { isPrivate: true });
    const token = simulator.addToken(null, { scopes: ["repository", "webhook"] });
    const access = simulator.accessOf(token);
    const facts = await bitbucket.accounts?.check(call, access);
    assert.equal(facts?.login, facts?.subject);
    assert.match(facts?.subject ?? "", /^access-token:[0-9a-f]{16}$/);
    assert.deepEqual(facts?.missing, []);
    const list = bitbucket.repositories?.list(call, access, { search: "", cursor: null }) ?? Promise.resolve();
    const error = await fails(list, "scope-missing", token.text);
    assert.match(error.parts.wanted, /the address of the repository/);
    const found = await bitbucket.repositories?.find(call, access, { name: "team/own" });
    assert.equal(found?.name, "team/own");
    const settings = { url: `${receiver.url}/hooks/own`, secret: makeWebhookSecret("bitbucket") };
    const hook = await bitbucket.webhooks?.create(call, access, found ?? assert.fail("not found"), settings);
    assert.equal(hook?.complete, true);
  });

  test("a token without a login stands beside its person's own account, and a refused one is told of the login", async () => {
    const { simulator, call, ada, token } = room;
    const own = await bitbucket.accounts?.check(call, simulator.accessOf(token));
    const bare = { ...simulator.accessOf(simulator.addToken(ada)), login: "" };
    const facts = await bitbucket.accounts?.check(call, bare);
    assert.match(facts?.login ?? "", /^access-token:/);
    assert.notEqual(facts?.subject, own?.subject);
    const wrong = bitbucket.accounts?.check(call, { ...bare, token: Secret.of("no-token-of-hers") });
    const error = await fails(wrong ?? Promise.resolve(), "account-refused", "no-token-of-hers");
    assert.match(error.parts.wanted, /an API token goes with your e-mail address there as its login$/);
  });

  test("check() names what an access token lacks by its own words", async () => {
    const { simulator, call } = room;
    const token = simulator.addToken(null, { scopes: ["repository:write"] });
    const facts = await bitbucket.accounts?.check(call, simulator.accessOf(token));
    assert.deepEqual(facts?.missing, [{ scope: "webhook", purpose: "to create webhooks" }]);
  });

  test("Git's user name tells an API token from an access token", () => {
    assert.equal(bitbucket.gitLogin("ada@example.org"), "x-bitbucket-api-token-auth");
    assert.equal(bitbucket.gitLogin("access-token:0123456789abcdef"), "x-token-auth");
  });

  test("a delivery that is answered with 5xx is tried three times under one id, other failures once", async () => {
    const { simulator, call, token, receiver } = room;
    const { uuid } = simulator.addRepository("ada/tried");
    const settings = { url: `${receiver.url}/hooks/tried`, secret: makeWebhookSecret("bitbucket") };
    await bitbucket.webhooks?.create(call, simulator.accessOf(token), { id: uuid, name: "ada/tried" }, settings);
    receiver.status = 503;
    simulator.push("ada/tried", { files: { a: "1" } });
    await simulator.settled();
    assert.deepEqual(
      receiver.received.map(({ headers }) => headers["x-attempt-number"]),
      ["1", "2", "3"],
    );
    assert.equal(new Set(receiver.received.map(({ headers }) => headers["x-request-uuid"])).size, 1);
    receiver.status = 401;
    simulator.push("ada/tried", { files: { a: "2" } });
    await simulator.settled();
    assert.equal(receiver.received.length, 4);
  });
});
