// The names that the server answers to: a page elsewhere cannot reach it by giving its address another name.
import type { IncomingMessage } from "node:http";
import { TidemarkError } from "../errors.ts";

/** @returns the hosts, as a `Host` header writes them, of a server on loopback and of the address that people use */
export function hostList(port: number, publicUrl: string | null): ReadonlySet<string> {
  const suffix = port === 80 ? "" : `:${port}`;
  const loopback = ["127.0.0.1", "[::1]", "localhost"].map((name) => name + suffix);
  return new Set(publicUrl === null ? loopback : [...loopback, new URL(publicUrl).host]);
}

/**
 * Checks that a request names one host, and one of ours, and asks for a path (RFC 9112, section 3.2.1).
 * @throws TidemarkError `wrong-host` or `bad-argument`
 */
export function assertHost(request: IncomingMessage, hosts: ReadonlySet<string>): void {
  const named = request.headersDistinct["host"] ?? [];
  if (named.length === 0) {
    const parts = { attempt: "read", value: "the request", found: "no Host header", wanted: "exactly one" };
    throw new TidemarkError("bad-argument", parts);
  }
  const host = named[0]?.toLowerCase() ?? "";
  if (named.length !== 1 || !hosts.has(host)) {
    const found = named.length === 1 ? "a name that is not ours" : `${named.length} Host headers`;
    const parts = {
      attempt: "answer for the host",
      value: host.slice(0, 100),
      found,
      wanted: "the address that Tidemark printed at its start",
    };
    throw new TidemarkError("wrong-host", parts);
  }
  // the absolute form is for proxies, which we are not; it would name a second host
  if (request.url?.startsWith("/") !== true) {
    const parts = {
      attempt: "read the request target",
      value: (request.url ?? "").slice(0, 100),
      found: "a whole address",
      wanted: "a path",
    };
    throw new TidemarkError("bad-argument", parts);
  }
}
