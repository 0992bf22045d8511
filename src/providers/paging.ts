// From one page of a provider's list to the next: its link is as untrusted as an address that somebody typed.
import { TidemarkError } from "../errors.ts";
import { MAX_CURSOR } from "./provider.ts";

/** What the query of such a link consists of: nothing that ends it or begins a path. */
const QUERY = /^\?[\w%&=.~:+*!'(),/-]*$/;

/**
 * @param link the header `Link` (RFC 8288)
 * @param url what was asked
 * @returns the query of the link to the next page; null without one, or when it leads anywhere but to the same list
 */
export function nextFromLink(link: string | undefined, url: string): string | null {
  for (const [, address = "", parameters = ""] of (link ?? "").matchAll(/<([^<>]{1,2000})>([^<]{0,500})/g)) {
    if (/;\s*rel="?next"?\s*(?:[;,]|$)/.test(parameters)) return nextFromUrl(address, url);
  }
  return null;
}

/** @returns the query of `address` when it is the same list as `url`, one page on; else null */
export function nextFromUrl(address: string, url: string): string | null {
  if (!URL.canParse(address, url)) return null;
  const next = new URL(address, url);
  const here = new URL(url);
  const isSameList = next.origin === here.origin && next.pathname === here.pathname && next.username === "";
  return isSameList && isCursor(next.search) && next.search !== here.search ? next.search : null;
}

/**
 * Checks a cursor that has been out of our hands.
 * @throws TidemarkError `cursor-mismatch`
 */
export function checkCursor(cursor: string): string {
  if (isCursor(cursor)) return cursor;
  throw new TidemarkError("cursor-mismatch", {
    attempt: "go on in a list of repositories at",
    value: cursor.slice(0, 100),
    found: "a cursor that no answer gave",
    wanted: "the one of the page before, or none",
  });
}

function isCursor(text: string): boolean {
  return text.length > 1 && text.length <= MAX_CURSOR && QUERY.test(text);
}
