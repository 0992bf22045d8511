// The server that a person means when she connects an account: its address as it is stored and compared.
import { TidemarkError } from "../errors.ts";
import { scrub } from "../log.ts";
import { checkReachable, type EgressAllowance, originOf } from "../outbound.ts";
import { parseAddress } from "../outbound-address.ts";
import type { Provider } from "../providers/provider.ts";

const ATTEMPT = "connect an account at";
/** A word alone, too long for the name of a machine: tokens without a mark of their own look like that. */
const LONG_WORD = /^[^\s.:/]{32,}$/;

/**
 * Reads the address of a provider's server, with or without `https://`.
 * @param text "" for the server that everybody means by the provider's name
 * @returns origin and the path it is served below, without a slash at the end; of a plain server the origin
 * @throws TidemarkError `bad-address`, `address-not-allowed`, `host-not-found`
 */
export async function serverAddress(provider: Provider, text: string, allow: EgressAllowance): Promise<string> {
  if (text.trim() === "") {
    if (provider.publicUrl !== null) return provider.publicUrl;
    const parts = { found: "no address", wanted: "the address of your server, such as https://git.example.org" };
    throw new TidemarkError("bad-address", { attempt: ATTEMPT, value: provider.label, ...parts });
  }
  assertNoToken(provider.label, text);
  const whole = /^[\w.-]+(?::\d{1,5})?(?:\/|$)/.test(text.trim()) ? `https://${text.trim()}` : text.trim();
  const address = parseAddress(whole, { attempt: ATTEMPT, http: allow.http, repository: false });
  const origin = originOf(address);
  // whoever pastes the address of a page or of a repository means its server
  if (provider.publicUrl !== null && origin === new URL(provider.publicUrl).origin) return provider.publicUrl;
  const path = provider.kind === "plain" ? "" : withoutEnd(address.path);
  // only whether it may be reached: nothing is asked yet
  await checkReachable(address, { attempt: ATTEMPT, text: whole }, allow);
  return origin + path;
}

/**
 * @param text the address of a server as a person gave it, which `serverAddress()` has taken
 * @returns the address of the repository that it names, where a password can be tried; null of a server alone
 */
export function repositoryGiven(text: string, baseUrl: string): string | null {
  const whole = /^https?:\/\//i.test(text.trim()) ? text.trim() : `https://${text.trim()}`;
  const path = withoutEnd(new URL(whole).pathname);
  return path === "" ? null : baseUrl + path;
}

/**
 * Refuses a token in the place of an address, which would be looked up and repeated.
 * @throws TidemarkError `bad-address`
 */
export function assertNoToken(label: string, text: string): void {
  const isToken = LONG_WORD.test(text.trim()) || (!text.includes("@") && scrub(text) !== text);
  if (!isToken) return;
  const parts = { found: "what looks like a token", wanted: "the server's address; the token is given apart from it" };
  throw new TidemarkError("bad-address", { attempt: ATTEMPT, value: label, ...parts });
}

function withoutEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}
