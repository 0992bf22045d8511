// Where a repository is, as people type it: a URL or a folder.
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { readPasted } from "../domain/pasted-address.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";

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

/**
 * Reads what somebody adds: as on the page, where no such folder is, a name is one at a server, and an address needs no scheme.
 * @throws TidemarkError `bad-address` when there is nothing
 */
export async function addedPlaceOf(text: string, cwd: string): Promise<Place> {
  const place = placeOf(text, cwd);
  if ("url" in place || FOLDER.test(text) || (await exists(place.folder))) return place;
  const pasted = readPasted(text);
  return pasted.kind === "name" || pasted.assumesHttps === true ? { url: text } : place;
}

/** What a person writes only for a folder: `.`, `..`, `/…`, `./…`, `../…`, `~/…`. */
const FOLDER = /^(?:\.{1,2}|~|(?:\.{0,2}|~)\/.*)$/s;

/** What a word may name beside a repository. */
export interface OtherMeaning {
  /** how a commit is named beyond doubt: by an option, or by the full name of its branch; absent: no word names one */
  readonly commit?: "option" | "full-name";
  /** whether the repository is named elsewhere: then a name is not meant as a folder beside it */
  readonly hasOther?: boolean;
}

/**
 * Tells a repository from the other words of a command, where it may stand first: a URL, what is written as a folder,
 * and the name of a folder that is a repository itself; any other name may be a branch or a column.
 * @returns the repository, and what is left of the words
 * @throws TidemarkError `bad-argument` where a name is that of a folder and of a commit
 */
export async function takePlace(
  words: readonly string[],
  cwd: string,
  { commit, hasOther = false }: OtherMeaning = {},
): Promise<{ readonly place: string | undefined; readonly rest: readonly string[] }> {
  const [first, ...rest] = words;
  if (first === undefined) return { place: undefined, rest: words };
  if (isWrittenAsPlace(first)) return { place: first, rest };
  if (commit !== undefined && !hasOther) await refuseTwoMeanings(first, cwd, commit);
  return (await isRepository(resolve(cwd, first))) ? { place: first, rest } : { place: undefined, rest: words };
}

/**
 * Tells the repository of a command that can be told where to begin from that beginning. A name that is no folder is a
 * beginning where there is a repository to look for it: that of -C, or the one that somebody works in.
 * @param words at most two
 * @param hasOther whether the repository is named elsewhere
 * @throws TidemarkError `bad-argument` where a name is that of a folder and of a commit
 */
export async function takeStart(
  words: readonly string[],
  cwd: string,
  hasOther: boolean,
): Promise<{ readonly place: string | undefined; readonly from: string | null }> {
  const [first, second] = words;
  if (first === undefined) return { place: undefined, from: null };
  if (second !== undefined) return { place: first, from: second };
  if (isWrittenAsPlace(first)) return { place: first, from: null };
  const folder = resolve(cwd, first);
  // beside -C only what is a repository can be meant as one, and is one too many
  if (hasOther) return (await isRepository(folder)) ? { place: first, from: null } : { place: undefined, from: first };
  await refuseTwoMeanings(first, cwd, "option");
  const isPlace = (await isFolder(folder)) || !(await isWithinRepository(cwd));
  return isPlace ? { place: first, from: null } : { place: undefined, from: first };
}

function isWrittenAsPlace(word: string): boolean {
  return SERVER.test(word) || FOLDER.test(word);
}

/** As git does: the folder's numbers would be taken for those of the branch, or the other way round. */
async function refuseTwoMeanings(name: string, cwd: string, ways: "option" | "full-name"): Promise<void> {
  if (!(await isFolder(resolve(cwd, name))) || !(await isWithinRepository(cwd))) return;
  const { openLocal } = await import("../git/local.ts");
  const { findCommit, refsNamed } = await import("../git/revisions.ts");
  const repository = await openLocal(cwd).catch(() => null); // the folder may be another one, that can be opened
  if (repository === null) return;
  const found = await findCommit(repository, name).catch((error: unknown) => {
    if (isTidemarkError(error, "commit-not-found")) return null;
    throw error;
  });
  if (found === null) return;
  const { branch, tag } = await refsNamed(repository, name);
  const kind = branch !== null ? "branch" : tag !== null ? "tag" : "commit";
  const way = ways === "option" ? `--branch ${name}` : (branch ?? tag ?? `${name}^0`);
  throw new TidemarkError("bad-argument", {
    attempt: "use the word",
    value: name,
    found: `a ${kind} and a folder of that name`,
    wanted: `${way} for the ${kind}, or ./${name} for the folder`,
  });
}

/** @returns the names of commits in a word: `A..B` has two, of which each can be left out */
export function namesIn(word: string): string[] {
  return word.startsWith(":/") ? [] : word.split(/\.{2,}/).filter((name) => name !== "");
}

async function isWithinRepository(folder: string): Promise<boolean> {
  if (await isRepository(folder)) return true;
  const above = dirname(folder);
  return above !== folder && isWithinRepository(above);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function isRepository(folder: string): Promise<boolean> {
  const has = (name: string): Promise<boolean> =>
    stat(join(folder, name)).then(
      () => true,
      () => false,
    );
  return (await has(".git")) || ((await has("HEAD")) && (await has("objects")));
}

/**
 * Reads the words of a command about one column.
 * @throws TidemarkError `bad-argument` when there is none, or another word
 */
export async function takeColumn(
  words: readonly string[],
  cwd: string,
): Promise<{ readonly place: string | undefined; readonly column: string }> {
  const { place, rest } = await takePlace(words, cwd);
  const [column, more] = rest;
  const bad = (value: string, found: string, wanted: string): TidemarkError =>
    new TidemarkError("bad-argument", { attempt: "use the column", value, found, wanted });
  if (more !== undefined) throw bad(more, "another one before it", "one column");
  if (column === undefined || column === "")
    throw bad(column ?? "", "no name", "a column: path:key, a key, or the end of a key");
  return { place, column };
}
