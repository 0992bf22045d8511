// Reads what webhooks send: any bytes at all may come. A field is taken when it has its form; nothing else is looked at.
import type { NamedRef, RepositoryIdentity, StoredDelivery } from "./webhook-source.ts";

/** Refs that are kept of a delivery: they tell when it is answered; the look itself is at all refs. */
export const MAX_NAMED_REFS = 20;
/** What no provider sends more of: GitHub's own cap is 25 MB. */
const MAX_BYTES = 25 * 1024 * 1024;
/** Entries of a list that are looked at: Bitbucket and GitLab name each ref of a push in one. */
const MAX_ENTRIES = 1_000;
/** Characters. A ref is a path of a file below .git, an id a number or a UUID in braces. */
const MAX_REF = 1_024;
const MAX_ID = 100;
const MAX_NAME = 1_000;
const MAX_URL = 2_048;

/** What Git allows in the name of a ref (git-check-ref-format), as far as it concerns characters. */
const REF = /^refs\/[^\p{Cc}\p{Cs} ~^:?*[\\]+$/u;
const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const ZEROS = /^0+$/;

/** A JSON object that somebody sent: each field may be anything. */
export type Payload = Readonly<Record<string, unknown>>;

/** An identity of which nothing is known: a webhook of one repository needs none. */
export const UNNAMED: RepositoryIdentity = { id: null, name: null, urls: [] };

/** @returns the object of a JSON body, or of a form's `payload` field; null when it is neither, or too large */
export function readPayload(delivery: Pick<StoredDelivery, "contentType" | "body">): Payload | null {
  if (delivery.body.length === 0 || delivery.body.length > MAX_BYTES) return null;
  const text = new TextDecoder().decode(delivery.body);
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(delivery.contentType ?? "");
  const json = isForm ? new URLSearchParams(text).get("payload") : text;
  try {
    return objectOf(JSON.parse(json ?? ""));
  } catch {
    return null;
  }
}

function objectOf(value: unknown): Payload | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Payload) : null;
}

/** @returns a field's own value at the end of a path of fields; undefined when one of them is missing */
export function valueAt(payload: unknown, ...path: readonly string[]): unknown {
  let value: unknown = payload;
  for (const name of path) {
    const object = objectOf(value);
    if (object === null || !Object.hasOwn(object, name)) return undefined;
    value = object[name];
  }
  return value;
}

/** @returns a field's text; null when it is none, empty or longer than `most` characters */
export function textAt(payload: unknown, path: readonly string[], most: number = MAX_NAME): string | null {
  const value = valueAt(payload, ...path);
  return typeof value === "string" && value !== "" && value.length <= most ? value : null;
}

/** @returns a field's list, its first entries only; empty when it is none */
export function listAt(payload: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = valueAt(payload, ...path);
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES) : [];
}

/** @returns a field's id: a whole number's digits, or a text */
export function idAt(payload: unknown, ...path: readonly string[]): string | null {
  const value = valueAt(payload, ...path);
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? String(value) : null;
  return textAt(payload, path, MAX_ID);
}

/** @returns those of the fields that hold an address, each once */
export function urlsAt(payload: unknown, paths: readonly (readonly string[])[]): string[] {
  return [...new Set(paths.map((path) => textAt(payload, path, MAX_URL)).filter((url) => url !== null))];
}

/**
 * @param ref the whole name
 * @param before what is no object id counts as none: nothing rests on it
 * @returns null when the name or `after` cannot be read: what is not known is not waited for
 */
export function namedRef(ref: unknown, before: unknown, after: unknown): NamedRef | null {
  if (typeof ref !== "string" || ref.length > MAX_REF || !REF.test(ref) || /\.\.|@\{|\/\/|\/$/.test(ref)) return null;
  if (after !== null && !isObjectId(after)) return null;
  return { ref, before: isObjectId(before) ? orNone(before) : null, after: after === null ? null : orNone(after) };
}

function isObjectId(value: unknown): value is string {
  return typeof value === "string" && OBJECT_ID.test(value);
}

/** Zeros are how Git writes that there is nothing. */
function orNone(id: string): string | null {
  return ZEROS.test(id) ? null : id;
}

/** @returns the refs that could be read, at most MAX_NAMED_REFS */
export function namedRefs(refs: readonly (NamedRef | null)[]): NamedRef[] {
  return refs.filter((ref) => ref !== null).slice(0, MAX_NAMED_REFS);
}

/** @returns the sentence for an event that is none of ours; people read it beside the event */
export function notOurs(eventName: string): { readonly kind: "nothing"; readonly reason: string } {
  const reason =
    eventName === "" ? "The delivery does not say what happened." : `Nothing to do: "${eventName}" changes no branch.`;
  return { kind: "nothing", reason };
}
