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
 * Checks a name that a person gives.
 * @throws TidemarkError `bad-argument` for one of digits only, `.` and `..`, one with invisible characters, blanks around it, or too
 *   long a one
 */
export function assertName(name: string): void {
  const found = /^(?:\d+|\.\.?)$/.test(name)
    ? "one that an address cannot hold, or that an id has"
    : name !== plainName(name)
      ? `blanks around it, invisible characters, or more than ${MAX_NAME} characters`
      : null;
  if (found === null && name !== "") return;
  const wanted = "a name that people can read, such as owner/name";
  throw new TidemarkError("bad-argument", {
    attempt: "name the repository",
    value: name,
    found: found ?? "nothing",
    wanted,
  });
}

/** Without control and other invisible characters, and not too long. */
function plainName(name: string): string {
  return name
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "")
    .trim()
    .slice(0, MAX_NAME);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
