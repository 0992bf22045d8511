// Addresses at a provider's server: whether one is there, what it names, and where Git finds a repository that the server tells of.

/** @returns whether an address is at the server that an account has: its token goes nowhere else */
export function isAtServer(address: string, baseUrl: string): boolean {
  return URL.canParse(address) && new URL(address).origin === new URL(baseUrl).origin;
}

/**
 * @param baseUrl where the server is opened, with the path that it is served below
 * @returns `owner/name` of a repository's address on a server, without `.git`; null for an address elsewhere, and for one
 *   with a password in it
 */
export function nameAtServer(address: string, baseUrl: string): string | null {
  if (!isAtServer(address, baseUrl)) return null;
  const { pathname, password } = new URL(address);
  const below = new URL(baseUrl).pathname.replace(/\/$/, "");
  if (password !== "" || !pathname.startsWith(`${below}/`)) return null;
  const path = pathname.slice(below.length + 1);
  const name = (path.endsWith("/") ? path.slice(0, -1) : path).replace(/\.git$/, "");
  try {
    return name === "" ? null : decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** @returns where Git finds a repository: as its server says, unless that leads to another server */
export function cloneAddress(
  { cloneUrl, name }: { readonly cloneUrl: string; readonly name: string },
  baseUrl: string,
): string {
  return isAtServer(cloneUrl, baseUrl) ? cloneUrl : `${baseUrl}/${name}.git`;
}

/** @returns the address of a repository's page as its server says, unless that is none of the web */
export function pageAddress({ webUrl }: { readonly webUrl: string }): string | null {
  return /^https?:\/\//.test(webUrl) ? webUrl : null;
}

/** What is known of where tokens of a kind of server are made. */
export interface TokenPages {
  readonly publicUrl: string | null;
  readonly tokenPage: string | null;
  readonly tokenPath: string | null;
}

/**
 * @param server as a person types it, with or without `https://`; "" for the server that everybody means by the kind
 * @returns where a token for that server is made; null where nobody knows, and while no host is typed
 */
export function tokenPageAt({ publicUrl, tokenPage, tokenPath }: TokenPages, server: string): string | null {
  const text = server.trim();
  if (text === "") return tokenPage;
  const whole = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) && whole !== text ? null : URL.parse(whole);
  if (url === null || !/\.[^.]|^localhost$|^\[/.test(url.hostname)) return null;
  if (publicUrl !== null && url.origin === new URL(publicUrl).origin) return tokenPage;
  if (tokenPath === null) return null;
  let end = url.pathname.length;
  while (url.pathname[end - 1] === "/") end -= 1;
  return url.origin + url.pathname.slice(0, end) + tokenPath;
}
