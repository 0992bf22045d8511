// Tests of GitLab: what every provider does, and what GitLab alone has.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { conform } from "../../../test/helpers/provider-conformance.ts";
import { fails } from "../../../test/helpers/provider-room.ts";
import { makeWebhookSecret } from "../webhook-sources.ts";
import { gitlab } from "./gitlab.ts";

const room = conform("gitlab", {
  weak: { scopes: ["read_api"], missing: ["read_repository", "api"] },
  archives: true,
  firstPush: ["Push Hook"],
});

describe("gitlab: what only GitLab has", () => {
  const hookOf = async (name: string) => {
    const { simulator, call, token, receiver } = room;
    const { id } = simulator.addRepository(name);
    const at = { id: String(id), name };
    const settings = { url: `${receiver.url}/hooks/${id}`, secret: makeWebhookSecret("gitlab") };
    const access = simulator.accessOf(token);
    const created = await gitlab.webhooks?.create(call, access, at, settings);
    const find = () => gitlab.webhooks?.find(call, access, at, { id: created?.id ?? "", url: settings.url });
    return { at, settings, find };
  };

  test("check() reads the day on which the token ends", async () => {
    const { simulator, call, ada } = room;
    const token = simulator.addToken(ada, { expiresAt: Date.UTC(2027, 0, 31) });
    const facts = await gitlab.accounts?.check(call, simulator.accessOf(token));
    assert.equal(facts?.expiresAt, Date.UTC(2027, 0, 31));
    assert.deepEqual(facts?.scopes, ["api"]);
  });

  test("check() goes on without the token's own facts where GitLab does not know them", async () => {
    const { simulator, call, token } = room;
    simulator.fault = (question) => (question.endsWith("/self") ? { kind: "status", status: 404, body: "{}" } : null);
    const facts = await gitlab.accounts?.check(call, simulator.accessOf(token));
    assert.equal(facts?.scopes, null);
    assert.deepEqual(facts?.missing, []);
  });

  test("a project in groups of groups is found by its whole path", async () => {
    const { simulator, call, token } = room;
    simulator.addRepository("team/vision/models/detector", { permissions: { ada: "read" } });
    const access = simulator.accessOf(token);
    const found = await gitlab.repositories?.find(call, access, { name: "team/vision/models/detector" });
    assert.equal(found?.cloneUrl, `${simulator.url}/team/vision/models/detector.git`);
  });

  test("the secret is the signing token too where the server has those", async () => {
    await hookOf("ada/signing");
    const [hook] = room.simulator.repository("ada/signing").hooks;
    assert.equal(hook?.signingToken, hook?.secret);
    room.simulator.world.hasSigningTokens = false;
    await hookOf("ada/older");
    room.simulator.world.hasSigningTokens = true;
    assert.equal(room.simulator.repository("ada/older").hooks[0]?.signingToken, null);
  });

  test("find() says that GitLab has switched a hook off after failures", async () => {
    const { simulator, receiver } = room;
    const { find } = await hookOf("ada/failing");
    receiver.status = 500;
    for (let push = 0; push < 4; push += 1) {
      simulator.push("ada/failing", { files: { a: String(push) } });
      await simulator.settled();
    }
    assert.match((await find())?.problem ?? "", /switched it off for a while/);
    simulator.push("ada/failing", { files: { a: "unseen" } });
    await simulator.settled();
    assert.equal(receiver.received.length, 4);
    receiver.status = 202;
    room.clock += 60_000;
    simulator.push("ada/failing", { files: { a: "seen" } });
    await simulator.settled();
    assert.equal((await find())?.problem, null);
    room.clock -= 60_000;
  });

  test("a push of four refs is told to nobody, one of three is", async () => {
    const { simulator, receiver } = room;
    await hookOf("ada/refs");
    const sha = simulator.push("ada/refs", { files: { a: "1" } });
    await simulator.settled();
    receiver.received.length = 0;
    const refs = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`refs/heads/${prefix}-${index}`, sha]));
    simulator.setRefs("ada/refs", refs("many", 4));
    await simulator.settled();
    assert.equal(receiver.received.length, 0);
    simulator.setRefs("ada/refs", refs("few", 3));
    await simulator.settled();
    assert.equal(receiver.received.length, 3);
  });

  test("where private addresses are not allowed, the error says who can allow them", async () => {
    room.simulator.world.allowsLocalHooks = false;
    const error = await fails(hookOf("ada/private-hook"), "provider-failed");
    room.simulator.world.allowsLocalHooks = true;
    assert.match(error.parts.wanted, /administrator: Admin area, Settings, Network, Outbound requests/);
  });

  test("hookSteps() tells of private addresses on servers of one's own only", () => {
    const own = gitlab.hookSteps({ baseUrl: "https://gitlab.example.org", name: "a/b" });
    assert.match(own.steps[0] ?? "", /administrator/);
    assert.doesNotMatch(
      gitlab.hookSteps({ baseUrl: "https://gitlab.com", name: "a/b" }).steps.join(" "),
      /administrator/,
    );
  });
});
