// Where a repository is, as people type it: a URL or a folder.
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** A repository's address as a command takes it. */
export type Place = { readonly url: string } | { readonly folder: string };

/** What looks like an address of a server: a scheme, or the `user@host:path` that ssh takes. */
const SERVER = /^(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:)/i;

/**
 * Reads an address. Nothing is looked up: whether it is a repository is found out by opening it.
 * @param text a Git URL, or a folder (`~` and relative to `cwd`)
 */
export function placeOf(text: string, cwd: string): Place {
  if (SERVER.test(text)) return { url: text };
  const home = text === "~" || text.startsWith("~/");
  return { folder: home ? join(homedir(), text.slice(1)) : resolve(cwd, text) };
}
