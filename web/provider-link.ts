// Pages of a Git provider: one commit, and what lies between two.
import type { Repository } from "../src/api/contract/repositories.ts";
import { kindOfHost } from "../src/domain/provider-kind.ts";

/** How providers write their addresses; `base` is the address of the repository's page. */
const STYLES = {
  github: {
    commit: (base: string, sha: string): string => `${base}/commit/${sha}`,
    compare: (base: string, from: string, to: string): string => `${base}/compare/${from}...${to}`,
  },
  gitlab: {
    commit: (base: string, sha: string): string => `${base}/-/commit/${sha}`,
    compare: (base: string, from: string, to: string): string => `${base}/-/compare/${from}...${to}`,
  },
  gitea: {
    commit: (base: string, sha: string): string => `${base}/commit/${sha}`,
    compare: (base: string, from: string, to: string): string => `${base}/compare/${from}...${to}`,
  },
  bitbucket: {
    commit: (base: string, sha: string): string => `${base}/commits/${sha}`,
    // the newer one stands first, and a carriage return between the two
    compare: (base: string, from: string, to: string): string => `${base}/branches/compare/${to}%0D${from}`,
  },
} as const;

/** `git@host:owner/name.git`, which is no URL. */
const SCP = /^(?:[^@/:\s]+@)?([A-Za-z0-9.-]+):(?!\/)([^\s]+)$/;

/** @returns host and path of a repository's address; null for what has no page on the web */
function placeOf(url: string): { readonly host: string; readonly path: string } | null {
  if (URL.canParse(url)) {
    const { protocol, hostname, pathname } = new URL(url);
    return /^(https?|ssh|git):$/.test(protocol) ? { host: hostname.toLowerCase(), path: pathname } : null;
  }
  const [, host, path] = SCP.exec(url) ?? [];
  return host === undefined || path === undefined ? null : { host: host.toLowerCase(), path: `/${path}` };
}

/** A page at a provider. */
export interface ProviderLink {
  readonly host: string;
  readonly href: string;
}

/** A repository as far as its pages at a provider go; null while nobody knows it. */
type Linked = Pick<Repository, "url" | "provider"> | null | undefined;

interface ProviderPages {
  readonly host: string;
  readonly base: string;
  readonly style: (typeof STYLES)[keyof typeof STYLES];
}

/** A provider's page of a repository, and how its addresses go on from there; null where the provider is not known. */
function pagesOf(repository: Linked): ProviderPages | null {
  const { url = null, provider = null } = repository ?? {};
  const page = provider?.webUrl ?? null;
  // what the provider itself says, on whatever host it is
  if (provider !== null && provider.kind !== "plain" && page !== null && /^https?:/.test(page) && URL.canParse(page)) {
    return { host: new URL(page).host, base: page.replace(/\/$/, ""), style: STYLES[provider.kind] };
  }
  return guessedPages(url);
}

/** By the host's name, where nobody was asked. */
function guessedPages(url: string | null): ProviderPages | null {
  const place = url === null ? null : placeOf(url);
  if (place === null) return null;
  const style = kindOfHost(place.host);
  const path = place.path.replace(/(?<!\/)\/+$/, "").replace(/\.git$/, "");
  // a repository has an owner and a name; anything else in the path is not ours to guess
  if (style === null || style === "plain" || !/^(\/[\w.~-]+){2,}$/.test(path)) return null;
  return { host: place.host, base: `https://${place.host}${path}`, style: STYLES[style] };
}

/**
 * @param from and `to`: object ids
 * @returns where the provider shows what lies between them; null where the provider is not known
 */
export function providerComparison(repository: Linked, from: string, to: string): ProviderLink | null {
  const provider = pagesOf(repository);
  if (provider === null) return null;
  return { host: provider.host, href: provider.style.compare(provider.base, from, to) };
}

/** @returns where the provider shows a commit; null where the provider is not known */
export function providerCommit(repository: Linked, sha: string): ProviderLink | null {
  const provider = pagesOf(repository);
  return provider === null ? null : { host: provider.host, href: provider.style.commit(provider.base, sha) };
}
