// Proofs of deliveries on the wire, kind by kind: what is none is refused in every form, with 401 and never with a failure.
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { request as httpRequest } from "node:http";
import { after, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { DIGEST_FORMS, wrongDigests } from "../../../test/helpers/digest-forms.ts";
import { openHookServer } from "../../../test/helpers/hook-server.ts";
import { makeTestWebhook, type TestWebhook } from "../../../test/helpers/test-webhook.ts";
import { routeDeliveries } from "../../ingest/route-delivery.ts";
import { makeWebhookSecret } from "../../providers/webhook-sources.ts";
import { quietLog } from "../../../test/helpers/test-database.ts";

const hookServer = await openHookServer();
const { db, server, clock, organization, repository, eventsOf, post } = hookServer;
after(() => hookServer.close());
clock.now = Math.floor(clock.now / 1_000) * 1_000;

const BODY = '{"ref":"refs/heads/main","after":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}';
const DIGITS = /^[0-9a-f]{64}$/;

type Headers = Readonly<Record<string, string | string[]>>;

/** Sends a delivery; a header with several values is sent several times. @returns the status */
function send({ path }: TestWebhook, headers: Headers, body = BODY): Promise<number> {
  return new Promise((resolve, reject) => {
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const sent = httpRequest(server.url + path, { method: "POST", headers: { ...length, ...headers } }, (answer) =>
      resolve(answer.resume().statusCode ?? 0),
    );
    sent.on("error", reject).end(body);
  });
}

for (const [kind, header, prefix] of DIGEST_FORMS) {
  test(`a delivery of ${kind} is taken by ${header} in its own form alone`, async () => {
    const hook = await makeTestWebhook(db.database, organization, { kind });
    const digest = createHmac("sha256", hook.secret).update(BODY).digest("hex");
    const sha1 = createHmac("sha1", hook.secret).update(BODY).digest("hex");
    assert.match(digest, DIGITS);
    const right = prefix + digest;
    const long = [`sha1=${sha1}`, [prefix, right], "x".repeat(8_000)];
    const refused = [...wrongDigests(prefix, digest), ...long];
    for (const value of refused) {
      const headers: Headers = value === undefined ? {} : { [header]: value };
      assert.equal(await send(hook, headers), 401, String(value).slice(0, 90));
    }
    // what Gitea sends without a secret: every one of its headers, with nothing in it
    const empty = { "x-gitea-signature": "", "x-gogs-signature": "", "x-hub-signature": "sha1=" };
    assert.equal(await send(hook, { ...empty, "x-hub-signature-256": "sha256=" }), 401);
    assert.deepEqual(await eventsOf(hook), []);
    assert.equal(await send(hook, { [header]: right }), 202);
    assert.equal(await send(hook, { [header]: prefix + digest.toUpperCase() }), 202, "hex digits have no case");
    assert.equal((await eventsOf(hook)).length, 2);
  });
}

/** Headers signed by the specification's own library. */
function signedBy(secrets: readonly string[], { id = "msg_1", offS = 0 } = {}): Headers {
  const at = clock.now + offS * 1_000;
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, new Date(at), BODY));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(at / 1_000),
    "webhook-signature": signatures.join(" "),
    "x-gitlab-event": "Push Hook",
  };
}

for (const kind of ["standard", "gitlab"] as const) {
  test(`a signed delivery of ${kind} is taken within five minutes, by one right signature, and once`, async () => {
    const secret = makeWebhookSecret(kind).reveal();
    const other = makeWebhookSecret(kind).reveal();
    const hook = await makeTestWebhook(db.database, organization, { kind, secret });
    for (const offS of [-301, 301, -600, 86_400]) assert.equal(await send(hook, signedBy([secret], { offS })), 401);
    assert.equal(await send(hook, signedBy([other])), 401);
    assert.equal(await send(hook, signedBy([secret], { id: "msg.1" })), 401, "an id with a full stop");
    const headers = signedBy([secret]);
    for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
      assert.equal(await send(hook, { ...headers, [name]: "" }), 401, name);
      if (name === "webhook-signature") continue; // a list: whichever is right counts
      const twice = [headers[name], headers[name]] as string[];
      assert.equal(await send(hook, { ...headers, [name]: twice }), 401, `${name} twice`);
    }
    assert.deepEqual(await eventsOf(hook), []);
    for (const offS of [-299, 299])
      assert.equal(await send(hook, signedBy([secret], { id: `off ${offS}`, offS })), 202);
    assert.equal(await send(hook, signedBy([other, secret], { id: "several" })), 202);
    const first = signedBy([secret], { id: "replayed" });
    assert.deepEqual([await send(hook, first), await send(hook, first)], [202, 202], "a copy is no other delivery");
    clock.now += 600_000;
    assert.equal(await send(hook, first), 401, "ten minutes later");
    const taken = (await eventsOf(hook)).map(({ delivery }) => delivery);
    assert.deepEqual(taken, ["off -299", "off 299", "several", "replayed"]);
  });
}

test("a delivery of standard is taken by the sender's public key", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const secret = `whpk_${raw.toString("base64")}`;
  const hook = await makeTestWebhook(db.database, organization, { kind: "standard", secret });
  const at = String(clock.now / 1_000);
  const signature = sign(null, Buffer.from(`msg_1.${at}.${BODY}`), privateKey).toString("base64");
  const head = { "webhook-id": "msg_1", "webhook-timestamp": at };
  assert.equal(await send(hook, { ...head, "webhook-signature": `v1,${signature}` }), 401);
  assert.equal(await send(hook, { ...head, "webhook-signature": `v1a,${signature}` }, `${BODY} `), 401);
  assert.equal(await send(hook, { ...head, "webhook-signature": `v1a,${signature}` }), 202);
});

test("a delivery of gitlab with both proofs is taken when one of them is right", async () => {
  const secret = makeWebhookSecret("gitlab").reveal();
  const hook = await makeTestWebhook(db.database, organization, { kind: "gitlab", secret });
  const wrong = makeWebhookSecret("gitlab").reveal();
  const both = (token: string | string[], signing: string, id: string): Headers => ({
    ...signedBy([signing], { id }),
    "x-gitlab-token": token,
  });
  assert.equal(await send(hook, both(wrong, wrong, "neither")), 401);
  assert.equal(await send(hook, both([secret, secret], wrong, "twice")), 401);
  assert.equal(await send(hook, both(secret, wrong, "token")), 202);
  assert.equal(await send(hook, both(wrong, secret, "signature")), 202);
  assert.equal(await send(hook, both(secret, secret, "both")), 202);
  const taken = (await eventsOf(hook)).map(({ delivery }) => delivery);
  assert.deepEqual(taken, ["token", "signature", "both"]);
});

test("a form of GitHub or Gitea is signed as it is sent, and read as the JSON in it", async () => {
  const sha = "b".repeat(40);
  const payload = JSON.stringify({ ref: "refs/heads/\u00e9+&=", before: "0".repeat(40), after: sha });
  const body = new URLSearchParams({ payload }).toString();
  for (const [kind, header, prefix] of [
    ["github", "x-hub-signature-256", "sha256="],
    ["gitea", "x-gitea-signature", ""],
  ] as const) {
    const hook = await makeTestWebhook(db.database, organization, { kind, repository });
    const proof = (of: string) => prefix + createHmac("sha256", hook.secret).update(of).digest("hex");
    const headers = (of: string) => ({
      "content-type": "application/x-www-form-urlencoded",
      [header]: proof(of),
      [`x-${kind}-event`]: "push",
    });
    assert.equal((await post(hook.path, headers(payload), body)).status, 401, "over the JSON alone");
    assert.equal((await post(hook.path, headers(body), body)).status, 202);
    await routeDeliveries({ database: db.database, log: quietLog });
    const rows = await db.database.owner.query("SELECT state, named FROM event WHERE webhook_id = $1", [hook.id]);
    const named = [{ ref: "refs/heads/\u00e9+&=", before: null, after: sha }];
    assert.deepEqual(rows, [{ state: "due", named }], kind);
  }
});
