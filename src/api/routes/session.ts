// Routes of the session: sign in by the owner link, who is signed in, sign out.
import { BlockList, isIP } from "node:net";
import type { FastifyRequest } from "fastify";
import { TidemarkError } from "../../errors.ts";
import { redeemOwnerLink } from "../../store/owner-link.ts";
import { membershipOf } from "../../store/sign-in.ts";
import { clientOf } from "../caller.ts";
import * as contract from "../contract/session.ts";
import { NOT_KEPT } from "../headers.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** Set by proxies: with one of them the peer's address says nothing about the person. */
const FORWARDED = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
] as const;

/**
 * The owner link is for the machine that printed it.
 * @throws TidemarkError `request-refused`
 */
export function assertLocal(request: Pick<FastifyRequest, "headers" | "socket">): void {
  const peer = request.socket.remoteAddress ?? "";
  const local = isIP(peer) !== 0 && LOOPBACK.check(peer, isIP(peer) === 6 ? "ipv6" : "ipv4");
  const proxy = FORWARDED.find((name) => request.headers[name] !== undefined);
  if (local && proxy === undefined) return;
  const found = proxy === undefined ? "a browser on another machine" : `a proxy in between (${proxy})`;
  const wanted = "a browser on the machine that runs Tidemark";
  throw new TidemarkError("request-refused", { attempt: "sign in", value: "by the owner link", found, wanted });
}

/** Routes of the session. */
export function sessionRoutes({ database, signIn, callers }: Services): Route[] {
  return [
    route(contract.getSession, "read", async ({ caller, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      return {
        user: { id: caller.userId, name: caller.userName },
        organization: { id: caller.organizationId, name: caller.organizationName },
      };
    }),
    route(
      contract.signInByLink,
      "anyone",
      async ({ body, request, reply }) => {
        assertLocal(request);
        const link = await redeemOwnerLink(database, body.token, Date.now());
        const sessions = await signIn();
        const client = { ...clientOf(request, sessions.cookieName), cookie: "" };
        const begun = link === null ? null : await sessions.begin(link.userId, client);
        const membership = begun === null ? null : await membershipOf(database.people, begun.userId);
        if (begun === null || membership === null) {
          const wanted = "a new link, by `tidemark owner-link` or a new start";
          const found = "a link that was used already, is older than 10 minutes or was never given";
          throw new TidemarkError("link-not-valid", { attempt: "sign in", value: "by the owner link", found, wanted });
        }
        reply.header("set-cookie", [...begun.cookies]);
        // known from here on, for the log
        request.caller = { ...membership, userId: begun.userId, userName: begun.userName, cookie: "" };
        return {
          user: { id: begun.userId, name: begun.userName },
          organization: { id: membership.organizationId, name: membership.organizationName },
        };
      },
      "signIns",
    ),
    route(contract.signOut, "read", async ({ caller, request, reply }) => {
      const sessions = await signIn();
      const cookies = await sessions.end(clientOf(request, sessions.cookieName));
      callers.forget(caller.cookie);
      reply.header("set-cookie", [...cookies]).header("clear-site-data", '"cache", "storage"');
      return undefined;
    }),
  ];
}
