// Standard Webhooks 1.0.0: the receiver for senders that we do not know.
import { nameOfDelivery } from "../delivery-name.ts";
import { plainIdentity, plainRefs } from "../plain-payload.ts";
import { readPayload, textAt, valueAt } from "../payload.ts";
import type { WebhookSource } from "../webhook-source.ts";
import { matchesSignature } from "./standard-proof.ts";

/** The last word of a type that asks for nothing: "ping", "webhook.test". */
const TEST_TYPE = /(?:^|[._])(?:ping|test)$/i;

/** What a sender calls a push nobody knows: each delivery but a test asks for a look, which costs little. */
export const standardWebhook: WebhookSource = {
  kind: "standard",
  verify: matchesSignature,
  // the type is in the body, which is not read before it is stored
  identify: ({ headers }) => nameOfDelivery(headers, { ids: ["webhook-id"], events: [] }),
  parse: (delivery) => {
    const payload = readPayload(delivery);
    if (TEST_TYPE.test(textAt(payload, ["type"]) ?? "")) return { kind: "test" };
    const data = valueAt(payload, "data");
    return { kind: "push", repository: plainIdentity(data), refs: plainRefs(data) };
  },
};
