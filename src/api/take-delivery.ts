// Takes a delivery of a webhook in, in the order of reference/providers.md, section 3: limits, proof, one row, nothing else.
import type { FastifyRequest } from "fastify";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import type { DeliveryReceiver, ReceivingWebhook } from "../ingest/receive-delivery.ts";
import type { Delivery } from "../providers/webhook-source.ts";
import { DeliveryRoom, LARGE_BODY_BYTES } from "./delivery-room.ts";
import { readRawBody } from "./raw-body.ts";

/** What is asked of the database for one delivery is over within this, in ms: an answer comes within 2 s. */
const DATABASE_MS = 1_700;
/** For a large one: 25 MiB take a busy disk longer than a small row, and the least patient sender waits for 5 s. */
const LARGE_DATABASE_MS = 4_000;
/** 128 random bits. */
const HOOK_ID = /^[0-9a-f]{32}$/;

/** How much is taken of whom. */
export interface TakeLimits {
  /** deliveries of one webhook a minute */
  readonly perMinute: number;
  /** a sender may be silent so long, in ms */
  readonly idleMs: number;
}

/** Counts the deliveries of each webhook in minutes: only of those that are there, so the room is bounded. */
class DeliveryCounts {
  readonly #most: number;
  #minute = 0;
  #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  assertRoom(id: string): void {
    const minute = Math.floor(performance.now() / 60_000);
    if (minute !== this.#minute) this.#counts = new Map();
    this.#minute = minute;
    const count = (this.#counts.get(id) ?? 0) + 1;
    this.#counts.set(id, count);
    if (count <= this.#most) return;
    throw new TidemarkError("too-many-requests", {
      attempt: "take",
      value: "the delivery",
      found: `more than ${this.#most} of this webhook in a minute`,
      wanted: "a pause of a minute",
    });
  }
}

function noWebhook(): TidemarkError {
  const parts = {
    attempt: "find",
    value: "the webhook",
    found: "none at this address",
    wanted: "one that Tidemark shows",
  };
  return new TidemarkError("not-found", parts);
}

function notAuthentic(): TidemarkError {
  return new TidemarkError("signature-refused", {
    attempt: "take",
    value: "the delivery",
    found: "no proof over its bytes that the webhook's secret makes",
    wanted: "the secret that Tidemark shows for this webhook, at its sender",
  });
}

function encoded(): TidemarkError {
  const parts = { attempt: "take", value: "the delivery", found: "a Content-Encoding", wanted: "its plain bytes" };
  return new TidemarkError("wrong-content-type", parts);
}

/** What the database does not do in time, or cannot do, is answered with 503: the sender tries again, or the poller finds it. */
class Deadline {
  #leftMs = DATABASE_MS;

  /** Says that it is about a large body. */
  extend(): void {
    this.#leftMs += LARGE_DATABASE_MS - DATABASE_MS;
  }

  async within<T>(work: Promise<T>): Promise<T> {
    const began = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(notStored("no answer of the database in time")), Math.max(0, this.#leftMs));
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
      this.#leftMs -= performance.now() - began;
    }
  }
}

function notStored(found: string, cause?: unknown): TidemarkError {
  const parts = { attempt: "store", value: "the delivery", found, wanted: "it again later" };
  return new TidemarkError("database-busy", parts, { cause });
}

/** SQLSTATE of a row whose parent is gone. */
function isParentGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23503";
}

/** Takes deliveries in, for one server. */
export class DeliveryTaker {
  readonly #receiver: DeliveryReceiver;
  readonly #limits: TakeLimits;
  readonly #room = new DeliveryRoom();
  readonly #counts: DeliveryCounts;

  constructor(receiver: DeliveryReceiver, limits: TakeLimits) {
    this.#receiver = receiver;
    this.#limits = limits;
    this.#counts = new DeliveryCounts(limits.perMinute);
  }

  /**
   * Resolves when the delivery is durable.
   * @throws TidemarkError `not-found`, `wrong-content-type`, `limit-exceeded`, `signature-refused`, `too-many-requests`;
   *   `server-busy` and those of the database when it is worth trying again; SenderGone
   */
  async take(request: Pick<FastifyRequest, "raw" | "headers">, hookId: string): Promise<void> {
    if (!HOOK_ID.test(hookId)) throw noWebhook();
    if ((request.headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") throw encoded();
    const deadline = new Deadline();
    const known = await deadline.within(this.#find(this.#receiver.find(hookId)));
    this.#counts.assertRoom(known.id);
    const claim = this.#room.claim();
    let storing: Promise<void> | null = null;
    try {
      const body = await readRawBody(request.raw, claim, this.#limits.idleMs);
      const delivery = { headers: request.headers, body };
      const webhook = await this.#provenBy(delivery, hookId, known, deadline);
      if (body.length > LARGE_BODY_BYTES) deadline.extend();
      storing = this.#store(hookId, webhook, delivery);
      await deadline.within(storing);
    } finally {
      const release = (): void => claim.release();
      // what the database still holds keeps its room, whatever was answered
      if (storing === null) release();
      else storing.then(release, release);
    }
  }

  /** @returns the webhook as it is now: its secret may have been replaced a moment ago, and the sender know of it first */
  async #provenBy(
    delivery: Delivery,
    hookId: string,
    known: ReceivingWebhook,
    deadline: Deadline,
  ): Promise<ReceivingWebhook> {
    if (this.#receiver.isAuthentic(known, delivery)) return known;
    const webhook = await deadline.within(this.#find(this.#receiver.findAnew(hookId, known)));
    if (this.#receiver.isAuthentic(webhook, delivery)) return webhook;
    this.#receiver.noteRefused(webhook);
    throw notAuthentic();
  }

  async #find(looking: Promise<ReceivingWebhook | null>): Promise<ReceivingWebhook> {
    const webhook = await looking.catch((error: unknown) => {
      // ours to mend, not the sender's: a 4xx would have it switched off in time
      throw isTidemarkError(error, "secret-not-opened") ? notStored("a secret that does not open", error) : error;
    });
    if (webhook === null) throw noWebhook();
    return webhook;
  }

  async #store(hookId: string, webhook: ReceivingWebhook, delivery: Delivery): Promise<void> {
    try {
      await this.#receiver.store(webhook, delivery);
    } catch (error) {
      if (isTidemarkError(error)) throw error;
      if (!isParentGone(error)) throw notStored("that the database refuses it", error);
      this.#receiver.forget(hookId);
      throw noWebhook();
    }
  }
}
