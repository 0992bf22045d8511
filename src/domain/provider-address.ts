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
