// Where a repository is, as people type it: a URL or a folder.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { TidemarkError } from "../errors.ts";

/** A repository's address as a command takes it. */
export type Place = { readonly url: string } | { readonly folder: string };

/** What looks like an address of a server: a scheme, or the `user@host:path` that ssh takes, also with a password. */
const SERVER = /^(?:[a-z][a-z0-9+.-]*:\/\/|[^/\\@]+@[\w.-]+:)/i;

/**
 * Reads an address. Nothing is looked up: whether it is a repository is found out by opening it.
 * @param text a Git URL, or a folder (`~` and relative to `cwd`)
 * @throws TidemarkError `bad-address` when there is nothing
 */
export function placeOf(text: string, cwd: string): Place {
  // a variable of a script that was empty: the current folder is not what was meant
  if (text.trim() === "") {
    const parts = { attempt: "use the address", value: text, found: "nothing", wanted: "a Git URL or a folder" };
    throw new TidemarkError("bad-address", parts);
  }
  if (SERVER.test(text)) return { url: text };
  const home = text === "~" || text.startsWith("~/");
  return { folder: home ? join(homedir(), text.slice(1)) : resolve(cwd, text) };
}
