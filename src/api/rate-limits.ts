// How many requests a minute: by person, else by address (reference/web-security.md 5.1).
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { TidemarkError } from "../errors.ts";

/** Requests a minute of each kind. */
export interface RateLimits {
  /** of a person: pages read */
  readonly reads: number;
  /** of a person: things changed */
  readonly writes: number;
  /** of a person: whole lists taken as files */
  readonly exports: number;
  /** of an address that is not signed in, at the API */
  readonly strangers: number;
  /** of an address: the web app's own files */
  readonly files: number;
  /** of an address: attempts to sign in */
  readonly signIns: number;
  /** of an address: deliveries of webhooks. A provider sends those of all its people from a few */
  readonly hooks: number;
  /** of one webhook: its deliveries */
  readonly hook: number;
}

/** What people need, many times over; a benchmark raises them. */
export const RATE_LIMITS: RateLimits = {
  reads: 600,
  writes: 60,
  exports: 10,
  strangers: 30,
  files: 600,
  signIns: 10,
  // a push to each of 10,000 repositories at once has to pass
  hooks: 120_000,
  hook: 60_000,
};

/** Counters kept: fewer would let 5,001 addresses free a blocked one. */
const MAX_COUNTERS = 50_000;
const WINDOW_MS = 60_000;

/** Which counter a route's requests go to. */
export type RateGroup = keyof RateLimits;

function groupOf(request: FastifyRequest): RateGroup {
  // what no route answers has no group: a page of the web app, or nothing at all
  const { group = "files" } = request.routeOptions.config;
  if (group === "files" || group === "signIns" || group === "hooks") return group;
  return request.caller === null ? "strangers" : group;
}

/** Counts every request, also those that no route answers. Call it before routes are added. */
export async function limitRates(app: FastifyInstance, limits: RateLimits): Promise<void> {
  await app.register(rateLimit, {
    cache: MAX_COUNTERS,
    timeWindow: WINDOW_MS,
    max: (request) => limits[groupOf(request)],
    keyGenerator: (request) => `${groupOf(request)} ${request.caller?.userId ?? request.ip}`,
    addHeaders: { "x-ratelimit-limit": false, "x-ratelimit-remaining": false, "x-ratelimit-reset": false },
    addHeadersOnExceeding: { "x-ratelimit-limit": false, "x-ratelimit-remaining": false, "x-ratelimit-reset": false },
    errorResponseBuilder: (_request, { max, ttl }) =>
      new TidemarkError("too-many-requests", {
        attempt: "answer",
        value: "the request",
        found: `more than ${max} in a minute`,
        wanted: `a pause of ${Math.ceil(ttl / 1_000)} s`,
      }),
  });
}
