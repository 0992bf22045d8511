// Standard Webhooks and GitLab's two proofs, beside the specification's own library.
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { Secret } from "../../secrets.ts";
import type { DeliveryHeaders, WebhookKind } from "../webhook-source.ts";
import { makeWebhookSecret, webhookSource } from "../webhook-sources.ts";
import { isSigningSecret } from "./standard-proof.ts";

const NOW = 1_674_087_231_000;
const SECONDS = NOW / 1_000;
const BODY = '{"type":"push","data":{"ref":"refs/heads/\u00e9"}}';
const SECRET = makeWebhookSecret("standard");

/** @returns headers signed by the specification's library */
function signed(secrets: readonly Secret[], { id = "msg_1", at = SECONDS, body = BODY } = {}): DeliveryHeaders {
  const signatures = secrets.map((each) => new Webhook(each.reveal()).sign(id, new Date(at * 1_000), body));
  return { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": signatures.join(" ") };
}

function isAuthentic(
  kind: WebhookKind,
  headers: DeliveryHeaders,
  { secrets = [SECRET], body = BODY, now = NOW }: { secrets?: readonly Secret[]; body?: string; now?: number } = {},
): boolean {
  return webhookSource(kind).verify({ headers, body: Buffer.from(body) }, secrets, now);
}

for (const kind of ["standard", "gitlab"] as const) {
  test(`verify() of ${kind} takes what the specification's library signs, for 300 s either way`, () => {
    const headers = signed([SECRET]);
    assert.ok(isAuthentic(kind, headers));
    for (const off of [-300, -299, 299, 300])
      assert.ok(isAuthentic(kind, headers, { now: NOW + off * 1_000 }), `${off} s`);
    for (const off of [-301, 301, 600, 86_400]) {
      assert.equal(isAuthentic(kind, headers, { now: NOW + off * 1_000 }), false, `${off} s`);
    }
    assert.equal(isAuthentic(kind, headers, { body: `${BODY} ` }), false);
    assert.equal(isAuthentic(kind, { ...headers, "webhook-id": "msg_2" }), false);
    assert.equal(isAuthentic(kind, { ...headers, "webhook-timestamp": String(SECONDS + 1) }), false);
  });

  test(`verify() of ${kind} takes one matching signature of several, during rotation`, () => {
    const old = makeWebhookSecret("standard");
    const stranger = makeWebhookSecret("standard");
    assert.ok(isAuthentic(kind, signed([stranger, SECRET])));
    assert.ok(isAuthentic(kind, signed([SECRET, stranger])));
    assert.ok(isAuthentic(kind, signed([old]), { secrets: [SECRET, old] }));
    assert.equal(isAuthentic(kind, signed([old])), false, "when the old one is over");
    assert.equal(isAuthentic(kind, signed([stranger, old])), false);
  });

  test(`verify() of ${kind} refuses an id with a full stop, a time that is no number, and missing headers`, () => {
    assert.equal(isAuthentic(kind, signed([SECRET], { id: "msg.1" })), false);
    const headers = signed([SECRET]);
    for (const name of Object.keys(headers)) {
      assert.equal(isAuthentic(kind, { ...headers, [name]: undefined }), false, name);
      assert.equal(isAuthentic(kind, { ...headers, [name]: "" }), false, name);
    }
    for (const time of ["NaN", "1e9", `${SECONDS}.0`, ` ${SECONDS}`, `-${SECONDS}`, "9".repeat(400), "0x63c88e3f"]) {
      assert.equal(isAuthentic(kind, { ...headers, "webhook-timestamp": time }), false, time);
    }
    for (const text of ["v1", "v1,", "v2,AAAA", ",", " ", "v1,****", `v1a,${"A".repeat(88)}`, "v1,".repeat(3_000)]) {
      assert.equal(isAuthentic(kind, { ...headers, "webhook-signature": text }), false, text.slice(0, 20));
    }
  });
}

test("verify() of standard takes ed25519 signatures by the sender's public key", () => {
  const pair = generateKeyPairSync("ed25519");
  const other = generateKeyPairSync("ed25519");
  const raw = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const key = Secret.of(`whpk_${raw.toString("base64")}`);
  const head = { "webhook-id": "msg_1", "webhook-timestamp": String(SECONDS) };
  const by = (private_: typeof pair.privateKey) =>
    `v1a,${sign(null, Buffer.from(`msg_1.${SECONDS}.${BODY}`), private_).toString("base64")}`;
  const takes = (text: string, body = BODY) =>
    isAuthentic("standard", { ...head, "webhook-signature": text }, { secrets: [key], body });
  assert.ok(takes(by(pair.privateKey)));
  assert.ok(takes(`v1,${"A".repeat(43)}= ${by(other.privateKey)} ${by(pair.privateKey)}`));
  assert.equal(takes(by(other.privateKey)), false);
  assert.equal(takes(by(pair.privateKey), `${BODY} `), false);
  assert.equal(takes(by(pair.privateKey).replace("v1a", "v1")), false);
  assert.equal(isAuthentic("standard", signed([SECRET]), { secrets: [key] }), false);
});

test("isSigningSecret() wants 24 to 64 bytes, or a public key of 32", () => {
  const of = (prefix: string, bytes: number) => Secret.of(`${prefix}_${Buffer.alloc(bytes, 7).toString("base64")}`);
  for (const bytes of [24, 32, 64]) assert.ok(isSigningSecret(of("whsec", bytes)), `${bytes} bytes`);
  for (const bytes of [0, 1, 23, 65, 1_000]) assert.equal(isSigningSecret(of("whsec", bytes)), false, `${bytes} bytes`);
  assert.ok(isSigningSecret(of("whpk", 32)));
  for (const bytes of [31, 33]) assert.equal(isSigningSecret(of("whpk", bytes)), false, `${bytes} bytes`);
  for (const text of ["", "whsec_", "whsec_*", "whsk_AAAA", "a plain password"]) {
    assert.equal(isSigningSecret(Secret.of(text)), false, text);
  }
});

test("verify() of gitlab takes the plain token too, alone and beside a signature", () => {
  const token = Secret.of("a token of somebody's own");
  const both = { ...signed([SECRET]), "x-gitlab-token": token.reveal() };
  assert.ok(isAuthentic("gitlab", { "x-gitlab-token": token.reveal() }, { secrets: [token] }));
  assert.ok(isAuthentic("gitlab", both, { secrets: [token] }), "the token is right");
  assert.ok(isAuthentic("gitlab", both, { secrets: [SECRET] }), "the signature is right");
  assert.ok(isAuthentic("gitlab", both, { secrets: [SECRET, token] }));
  assert.equal(isAuthentic("gitlab", both, { secrets: [Secret.of("neither of them")] }), false);
  assert.ok(isAuthentic("gitlab", { "x-gitlab-token": SECRET.reveal() }), "a signing secret as plain text");
  for (const text of ["", "a token of somebody's ow", "a token of somebody's own ", [token.reveal(), token.reveal()]]) {
    assert.equal(isAuthentic("gitlab", { "x-gitlab-token": text }, { secrets: [token] }), false, String(text));
  }
  assert.equal(isAuthentic("gitlab", { "x-gitlab-token": "" }, { secrets: [Secret.of("")] }), false);
});

test("verify() refuses a replay after ten minutes", () => {
  const headers = signed([SECRET]);
  for (const kind of ["standard", "gitlab"] as const) {
    assert.equal(isAuthentic(kind, headers, { now: NOW + 600_000 }), false, kind);
  }
});
