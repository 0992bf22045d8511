// The name that a repository is given: owner/name from its URL, a folder's own name, -2 … when it is taken.
import { TidemarkError } from "../errors.ts";

/** Longest name, in characters: it is one segment of an address in the browser. */
const MAX_NAME = 120;
/** Names that are tried at most; more repositories than this of one name are somebody's mistake. */
const MAX_TRIES = 1_000;

/** @returns `owner/name` of a clone URL: its last two segments, without `.git`; the host when it has no path */
export function nameOfUrl(url: string): string {
  const { pathname, hostname } = new URL(url);
  const segments = pathname.split("/").filter((segment) => segment !== "");
  const last = segments.pop()?.replace(/\.git$/i, "") ?? "";
  const name = [segments.at(-1), last].filter((segment) => segment !== undefined && segment !== "").join("/");
  return plainName(decoded(name)) || hostname;
}

/** @returns a folder's own name; `repository` for the root folder, which has none */
export function nameOfFolder(folder: string): string {
  const base = folder
    .split(/[/\\]/)
    .filter((segment) => segment !== "" && segment !== ".git")
    .at(-1);
  return plainName(base?.replace(/\.git$/i, "") ?? "") || "repository";
}

/**
 * @param taken names in use
 * @returns `name`, or `name-2`, `name-3` … A name of digits only counts as taken: it would look like an id.
 */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name) && !/^\d+$/.test(name)) return name;
  for (let number = 2; number <= MAX_TRIES; number++) {
    const next = `${name}-${number}`;
    if (!taken.has(next)) return next;
  }
  throw new RangeError(`more than ${MAX_TRIES} repositories are named ${JSON.stringify(name)}`);
}

/**
 * Checks a name that a person gives by what is true of every name that a repository is given when it is added.
 * @throws TidemarkError `bad-argument`, which says what is wrong with it
 */
export function assertName(name: string): void {
  const found = faultOf(name);
  if (found === null) return;
  const wanted = `a name that people can read, such as owner/name, of at most ${MAX_NAME} characters`;
  throw new TidemarkError("bad-argument", { attempt: "name the repository", value: name, found, wanted });
}

/** Control characters, and others that nobody sees: a name that holds one looks like another name. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** Between slashes these would make another address of it. */
const NO_PARTS = ["", ".", ".."];

function faultOf(name: string): string | null {
  if (name.trim() === "") return "nothing";
  if (name.search(INVISIBLE) >= 0) return "a character that nobody sees";
  if (name !== name.trim()) return "blanks around it";
  if (name.length > MAX_NAME) return `${name.length} characters`;
  if (/^\d+$/.test(name)) return "digits alone, which would look like an id";
  if (!name.split("/").some((part) => NO_PARTS.includes(part.trim()))) return null;
  return name.includes("/") ? 'a part that is empty, "." or ".."' : "one that an address cannot hold";
}

/** What `assertName()` takes, of whatever a name is made from; "" where nothing is left. */
function plainName(name: string): string {
  const parts = name.replace(INVISIBLE, "").split("/");
  const whole = parts.filter((part) => !NO_PARTS.includes(part.trim())).join("/");
  const text = whole.trim();
  if (text.length <= MAX_NAME) return text;
  // the cut may leave half a character at the end, a blank, or a part that is none
  return text.slice(0, MAX_NAME).replace(/[\p{Cs}\s/.]{1,9}$/u, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
