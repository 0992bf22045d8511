// Standard Webhooks 1.0.0: the receiver for senders that we do not know.
import { nameOfDelivery } from "../delivery-name.ts";
import { plainIdentity, plainRefs } from "../plain-payload.ts";
import { readPayload, textAt, UNNAMED, valueAt } from "../payload.ts";
import type { RepositoryIdentity, WebhookSource } from "../webhook-source.ts";
import { matchesSignature } from "./standard-proof.ts";

/** The last word of a type that asks for nothing: "ping", "webhook.test". */
const TEST_TYPE = /(?:^|[._])(?:ping|test)$/i;

function isNamed({ id, name, urls }: RepositoryIdentity): boolean {
  return id !== null || name !== null || urls.length > 0;
}

/** What a sender calls a push nobody knows: each delivery but a test asks for a look, which costs little. */
export const standardWebhook: WebhookSource = {
  kind: "standard",
  verify: matchesSignature,
  // the type is in the body, which is not read before it is stored
  identify: ({ headers }) => nameOfDelivery(headers, { ids: ["webhook-id"], events: [] }),
  parse: ({ body }) => {
    // a body is JSON by the specification, and curl calls everything a form
    const payload = readPayload({ contentType: null, body });
    if (TEST_TYPE.test(textAt(payload, ["type"]) ?? "")) return { kind: "test" };
    const data = valueAt(payload, "data");
    // the specification puts what is told into `data`, and whoever sends by hand leaves that away
    const parts = [data, payload];
    const repository = parts.map(plainIdentity).find(isNamed) ?? UNNAMED;
    const refs = parts.map(plainRefs).find(({ length }) => length > 0) ?? [];
    return { kind: "push", repository, refs };
  },
};
