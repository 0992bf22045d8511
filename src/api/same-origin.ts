// Refuses requests that change something and do not come from our own pages (reference/web-security.md 3.2).
import type { IncomingMessage } from "node:http";
import { TidemarkError } from "../errors.ts";

/** Methods that change nothing (RFC 9110, 9.2.1), whether we answer them or not. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);
const JSON_TYPE = /^application\/json[\t ]*(?:;|$)/i;

/** @returns the origins of our own pages: the hosts we answer to, and the address that people use */
export function originList(hosts: ReadonlySet<string>, publicUrl: string | null): ReadonlySet<string> {
  const publicHost = publicUrl === null ? null : new URL(publicUrl).host;
  const origins = [...hosts].filter((host) => host !== publicHost).map((host) => `http://${host}`);
  return new Set(publicUrl === null ? origins : [...origins, new URL(publicUrl).origin]);
}

function refused(found: string): TidemarkError {
  const wanted = "one from a page of this server (Sec-Fetch-Site: same-origin, or its Origin)";
  return new TidemarkError("request-refused", { attempt: "take the request", value: "of another page", found, wanted });
}

/**
 * Checks an unsafe request: a JSON body's type, which no form can send, and headers that a page elsewhere cannot set.
 * @throws TidemarkError `wrong-content-type`, `request-refused`
 */
export function assertSameOrigin(request: IncomingMessage, origins: ReadonlySet<string>): void {
  if (SAFE.has(request.method ?? "")) return;
  const { origin, "sec-fetch-site": site, "content-type": type } = request.headers;
  if (site !== undefined && site !== "same-origin") throw refused("a request from elsewhere");
  if (origin !== undefined && !origins.has(origin)) throw refused("another origin");
  if (site === undefined && origin === undefined) throw refused("no word of where it comes from");
  if (type === undefined || !JSON_TYPE.test(type)) {
    const found = type === undefined ? "no content-type" : "another content-type";
    const parts = { attempt: "take the request", value: request.method ?? "", found, wanted: "application/json" };
    throw new TidemarkError("wrong-content-type", parts);
  }
}
