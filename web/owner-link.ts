// The link that the server prints: its token is in the fragment, which no request carries.
import { signInPage } from "./paths.ts";

/** A token of an owner link, without its checksum being looked at: the server does that. */
const TOKEN = /^#(tdo_[0-9A-Za-z]{49})$/;

/** @returns whether an address is an owner link */
export function isOwnerLink({ pathname, hash }: Pick<Location, "pathname" | "hash">): boolean {
  return pathname === signInPage() && TOKEN.test(hash);
}

/** @returns whether an address was meant as an owner link, and is cut short or changed */
export function isBrokenLink(location: Pick<Location, "pathname" | "hash">): boolean {
  return location.pathname === signInPage() && location.hash.startsWith("#tdo_") && !isOwnerLink(location);
}

/**
 * Takes the token out of the address, so that neither the address bar nor the history keep it.
 * @returns the token, or null when there is none or it has not the form of one
 */
export function takeToken(
  location: Pick<Location, "pathname" | "search" | "hash">,
  history: Pick<History, "replaceState" | "state">,
): string | null {
  if (location.pathname !== signInPage() || location.hash === "") return null;
  const token = TOKEN.exec(location.hash)?.[1] ?? null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}
