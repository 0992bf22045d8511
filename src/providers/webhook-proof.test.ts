// The proofs of GitHub, Gitea, Bitbucket and our own form: over raw bytes, refused in every other form.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { DIGEST_FORMS, wrongDigests } from "../../test/helpers/digest-forms.ts";
import { Secret } from "../secrets.ts";
import type { DeliveryHeaders, WebhookKind } from "./webhook-source.ts";
import { makeWebhookSecret, webhookSource } from "./webhook-sources.ts";

const SECRET = Secret.of("It's a Secret to Everybody");
const BODY = Buffer.from("Hello, World!");
/** GitHub's own test vector. */
const DIGEST = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const NOW = Date.UTC(2026, 10, 27);

function isAuthentic(
  kind: WebhookKind,
  headers: DeliveryHeaders,
  body: Uint8Array = BODY,
  secrets: readonly Secret[] = [SECRET],
): boolean {
  return webhookSource(kind).verify({ headers, body }, secrets, NOW);
}

for (const [kind, header, prefix] of DIGEST_FORMS) {
  test(`verify() of ${kind} takes the digest in ${header}, and no other form of it`, () => {
    const takes = (value: string | string[] | undefined) => isAuthentic(kind, { [header]: value });
    assert.ok(takes(prefix + DIGEST));
    assert.ok(takes([prefix + DIGEST]));
    assert.ok(takes(prefix + DIGEST.toUpperCase()), "hex digits have no case");
    const refused = [...wrongDigests(prefix, DIGEST), `${prefix} `, [], `${prefix}${"０".repeat(64)}`];
    for (const value of refused) assert.equal(takes(value), false, String(value));
  });

  test(`verify() of ${kind} by ${header} wants the right secret and the very bytes`, () => {
    const headers = { [header]: prefix + DIGEST };
    assert.equal(isAuthentic(kind, headers, BODY, [Secret.of("another one")]), false);
    assert.equal(isAuthentic(kind, headers, BODY, []), false);
    assert.equal(isAuthentic(kind, headers, Buffer.from("Hello, World")), false);
    assert.ok(isAuthentic(kind, headers, BODY, [Secret.of("a new one"), SECRET]), "the secret before");
    const empty = createHmac("sha256", "").update(BODY).digest("hex");
    assert.equal(isAuthentic(kind, { [header]: prefix + empty }, BODY, [Secret.of("")]), false, "no secret at all");
  });
}

test("verify() of github takes no SHA-1 and no other provider's header", () => {
  const sha1 = createHmac("sha1", SECRET.reveal()).update(BODY).digest("hex");
  assert.equal(isAuthentic("github", { "x-hub-signature": `sha1=${sha1}` }), false);
  assert.equal(isAuthentic("github", { "x-gitea-signature": DIGEST }), false);
  assert.equal(isAuthentic("gitea", { "x-gitea-signature": "", "x-hub-signature-256": "sha256=" }), false);
});

test("verify() is over the raw bytes: the same JSON written another way is refused", () => {
  const text = '{"ref":"refs/heads/é","a":1}';
  const headers = {
    "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET.reveal()).update(text).digest("hex")}`,
  };
  assert.ok(isAuthentic("github", headers, Buffer.from(text)));
  const others = [
    '{"ref":"refs/heads/\\u00e9","a":1}',
    '{"a":1,"ref":"refs/heads/é"}',
    '{ "ref": "refs/heads/é", "a": 1 }',
    `${text}\n`,
    '{"ref":"refs/heads/é","a":1.0}',
  ];
  for (const other of others) assert.equal(isAuthentic("github", headers, Buffer.from(other)), false, other);
  assert.equal(isAuthentic("github", headers, Buffer.from(text, "latin1")), false);
});

test("verify() takes a body of no bytes and one that is no text", () => {
  for (const body of [Buffer.alloc(0), Buffer.from([0xff, 0xfe, 0x00, 0x80])]) {
    const digest = createHmac("sha256", SECRET.reveal()).update(body).digest("hex");
    assert.ok(isAuthentic("signed", { "x-tidemark-signature": `sha256=${digest}` }, body));
  }
});

test("makeWebhookSecret() makes another one each time, in the form that the kind asks for", () => {
  for (const kind of ["github", "gitea", "bitbucket", "signed"] as const) {
    assert.match(makeWebhookSecret(kind).reveal(), /^[0-9a-f]{64}$/);
  }
  for (const kind of ["gitlab", "standard"] as const) {
    assert.match(makeWebhookSecret(kind).reveal(), /^whsec_[A-Za-z0-9+/]{43}=$/);
  }
  assert.notEqual(makeWebhookSecret("github").reveal(), makeWebhookSecret("github").reveal());
});
