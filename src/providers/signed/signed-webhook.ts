// Our own form of webhook, which any server can send: `X-Tidemark-Signature: sha256=<hex HMAC-SHA256 of the raw body>`.
import { nameOfDelivery } from "../delivery-name.ts";
import { MAX_NAMED_REFS, namedRef, namedRefs, readPayload } from "../payload.ts";
import { plainIdentity, plainRefs } from "../plain-payload.ts";
import { headerOf, matchesDigest, prefixedDigest } from "../webhook-proof.ts";
import type { NamedRef, WebhookSource } from "../webhook-source.ts";

/** Bytes of a body that are looked through for lines: one has at most 2 × 65 + 1,024. */
const MAX_LINES_BYTES = 64 * 1024;
const LINE = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (refs\/.+)$/gm;

/** @returns the refs of lines `old new ref`, as Git gives them to a `post-receive` hook; names that are no UTF-8 are left out */
function lineRefs(body: Uint8Array): NamedRef[] {
  const text = new TextDecoder().decode(body.subarray(0, MAX_LINES_BYTES));
  const lines = [...text.matchAll(LINE)].filter(([line]) => !line.includes("\ufffd")).slice(0, MAX_NAMED_REFS);
  return namedRefs(lines.map(([, before, after, ref]) => namedRef(ref, before, after)));
}

/** Whatever the body is, an authentic delivery asks for a look: an empty one will do. `X-Tidemark-Delivery` names it. */
export const signedWebhook: WebhookSource = {
  kind: "signed",
  verify: ({ headers, body }, secrets) =>
    matchesDigest(prefixedDigest(headerOf(headers, "x-tidemark-signature")), body, secrets),
  identify: ({ headers }) => nameOfDelivery(headers, { ids: ["x-tidemark-delivery"], events: [] }),
  parse: ({ body }) => {
    // curl calls everything a form
    const payload = readPayload({ contentType: null, body });
    const refs = payload === null ? lineRefs(body) : plainRefs(payload);
    return { kind: "push", repository: plainIdentity(payload), refs };
  },
};
