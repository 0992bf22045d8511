// The tabs of a browser share one session: the one in which it begins or ends tells the others.
import type { QueryClient } from "@tanstack/react-query";
import type { Session } from "../src/api/contract/session.ts";
import { sessionQuery } from "./queries.ts";

/** What a tab tells: who is signed in now; null: nobody any more. */
export type SessionNews = Session | null;

/** The first part of the key of an attempt to sign in: it is never made twice, since a link is good for one. */
export const SIGN_IN = "sign-in";

const CHANNEL = "tidemark-session";
let channel: BroadcastChannel | undefined;

/** One for telling and hearing: a tab does not hear what it tells by itself. */
function shared(): BroadcastChannel {
  channel ??= new BroadcastChannel(CHANNEL);
  return channel;
}

/** Tells the other tabs. */
export function tellSession(news: SessionNews): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin and takes none
  shared().postMessage(news);
}

/** @param hear called with what another tab tells */
export function onSession(hear: (news: SessionNews) => void): void {
  shared().addEventListener("message", ({ data }: MessageEvent<SessionNews>) => hear(data));
}

function isSame(known: Session | undefined, { user, organization }: Session): boolean {
  return known?.user.id === user.id && known.organization.id === organization.id;
}

/**
 * Takes in what another tab tells: all that is shown is asked for anew, so that a page empties or comes back. Where the same
 * person has signed in once more, what somebody reads stays, and only what failed is asked for.
 */
export function hearSession(client: QueryClient, news: SessionNews): void {
  const stays = news !== null && isSame(client.getQueryData(sessionQuery.queryKey), news);
  void client.resetQueries({
    predicate: ({ queryKey, state }) => queryKey[0] !== SIGN_IN && (!stays || state.status === "error"),
  });
}
