// The URL of a page that was measured, as the name of its row.
const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** @returns the URL, without the port of a server that ran for the measurement only: it is another one each time */
export function pageUrl(written: string): string {
  const url = URL.parse(written);
  if (url === null || url.port === "" || !LOCAL_HOSTS.has(url.hostname)) return written;
  return written.replace(`${url.hostname}:${url.port}`, url.hostname);
}
