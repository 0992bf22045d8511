// The port through which deliveries come in: whether one is authentic, what its sender calls it, what it asks for. No I/O.
import type { WebhookKind } from "../domain/webhook-kind.ts";
import type { Secret } from "../secrets.ts";

export type { WebhookKind } from "../domain/webhook-kind.ts";

/** Names in lower case, as Node's HTTP gives them. */
export type DeliveryHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A delivery as it came: nothing of it is parsed before its proof is checked. */
export interface Delivery {
  readonly headers: DeliveryHeaders;
  /** the raw bytes: the proof is over these */
  readonly body: Uint8Array;
}

/** What the sender says of a delivery in its headers. */
export interface DeliveryName {
  /** the same for each copy of it; null when the sender gives none: each is one of its own then */
  readonly deliveryId: string | null;
  /** the sender's word for what happened: "push", "Push Hook"; "" when it says none */
  readonly eventName: string;
}

/** A delivery as it was stored. */
export interface StoredDelivery {
  readonly eventName: string;
  readonly contentType: string | null;
  readonly body: Uint8Array;
}

/** What a delivery says of the repository: all of it may be a lie or out of date, but the sender is known. */
export interface RepositoryIdentity {
  /** the provider's own id, which no rename changes */
  readonly id: string | null;
  /** "owner/name" */
  readonly name: string | null;
  /** clone and web addresses, as they were sent */
  readonly urls: readonly string[];
}

/** A ref that a delivery names. Before and after: 40 or 64 lower-case hex digits; null for none. */
export interface NamedRef {
  /** whole: "refs/heads/main" */
  readonly ref: string;
  readonly before: string | null;
  /** null: the ref was deleted */
  readonly after: string | null;
}

/** What happened to a repository as a whole. */
export type RepositoryChange =
  | "renamed"
  | "transferred"
  | "archived"
  | "unarchived"
  | "private"
  | "public"
  | "deleted"
  | "other";

/**
 * What a delivery asks for. `push`: a look at the repository, with the refs that are named, which may be none. `access`: a
 * look at everything, since what we may read has changed. `nothing`: authentic, but not ours to act on.
 */
export type WebhookMeaning =
  | { readonly kind: "push"; readonly repository: RepositoryIdentity; readonly refs: readonly NamedRef[] }
  | { readonly kind: "repository"; readonly repository: RepositoryIdentity; readonly change: RepositoryChange }
  | { readonly kind: "access"; readonly change: string }
  | { readonly kind: "test" }
  | { readonly kind: "nothing"; readonly reason: string };

/** One kind of webhook. Which kind a delivery is, its address says: never its headers, which senders imitate. */
export interface WebhookSource {
  readonly kind: WebhookKind;
  /**
   * Never throws.
   * @param secrets the current one and the one before
   * @param now milliseconds since 1970
   * @returns whether the proof over the raw bytes was made with one of the secrets
   */
  verify(delivery: Delivery, secrets: readonly Secret[], now: number): boolean;
  /** Reads headers only. */
  identify(delivery: Pick<Delivery, "headers">): DeliveryName;
  /** Never throws: what cannot be read is left out. */
  parse(delivery: StoredDelivery): WebhookMeaning;
}
