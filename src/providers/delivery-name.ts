// What a sender calls a delivery, made short enough to be stored and indexed.
import { createHash } from "node:crypto";
import { headerOf } from "./webhook-proof.ts";
import type { DeliveryHeaders, DeliveryName } from "./webhook-source.ts";

/** Characters of an id that is kept as it is. They are UUIDs; a row of an index in Postgres holds 2,704 bytes. */
const MAX_ID = 200;
/** Characters of an event's name: the longest that is known has 36. */
const MAX_EVENT_NAME = 100;

/** @returns the first of these headers that is there, or null */
export function firstHeader(headers: DeliveryHeaders, names: readonly string[]): string | null {
  return names.map((name) => headerOf(headers, name)).find((value) => value !== null) ?? null;
}

/** @returns id and event name from the first headers that are there; an id that is too long is kept as its hash */
export function nameOfDelivery(
  headers: DeliveryHeaders,
  names: { readonly ids: readonly string[]; readonly events: readonly string[] },
): DeliveryName {
  const id = firstHeader(headers, names.ids);
  const short = id !== null && id.length > MAX_ID ? `sha256:${createHash("sha256").update(id).digest("hex")}` : id;
  return { deliveryId: short, eventName: (firstHeader(headers, names.events) ?? "").slice(0, MAX_EVENT_NAME) };
}
