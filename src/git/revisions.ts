// From what people call a commit to its id: branches, tags, short ids, `HEAD~3`, and where two lines of work part.
import type { Sha } from "../domain/model.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { listRefs } from "./refs.ts";
import type { GitRepository } from "./repository.ts";
import { runGit } from "./run.ts";
import { requireSha } from "./trees.ts";

/** Characters of a revision: names of branches have at most 250, and what stands behind them is short. */
const MAX_REVISION_LENGTH = 1_000;
/** What ends a name and begins a way from there: `~3`, `^2`, `@{1}`, `:path`. */
const AFTER_NAME = /[~^:]|@\{/;
/** Names that are no short form: full ones, and what git itself calls a commit. */
const OWN_NAMES = /^(?:refs\/.*|(?:[A-Z_]*_)?HEAD|@|)$/s;
const ATTEMPT = "find a commit in";

/** Where a name is looked for: as a branch, of which the first that there is counts, and as a tag. */
const BRANCHES = ["refs/heads/", "refs/remotes/origin/"];
const TAGS = "refs/tags/";

/** What a name is the short form of: full names of refs, null where there is none. */
export interface NamedRefs {
  readonly branch: string | null;
  readonly tag: string | null;
}

/**
 * Finds the commit that a text names, as `git rev-parse` does, but for one rule: a branch comes before a tag of its name,
 * so that `main`, `main~1` and `main..dev` speak of the same. Then it is looked for in the list of branches that Tidemark
 * shows, since `origin/main` is called `main` there and a mirror keeps branches under another name.
 * @param text of a person: never an option of git, whatever it begins with
 * @throws TidemarkError `commit-not-found`
 */
export async function findCommit(repository: GitRepository, text: string): Promise<Sha> {
  if (!canBeRevision(text)) throw notFound(repository, text);
  const [name, way] = parted(text);
  const { branch, tag } = await refsNamed(repository, text);
  const found = await revParse(repository, branch !== null && tag !== null ? branch + way : text);
  if (found !== null) return found;
  const ref = (await listRefs(repository)).refs.find((each) => each.name === name);
  const behind = ref === undefined ? null : way === "" ? ref.sha : await revParse(repository, `${ref.sha}${way}`);
  if (behind === null) throw notFound(repository, text);
  return behind;
}

/**
 * Finds what the name at the beginning of a text is the short form of. A mirror has no tags, and `HEAD` is itself.
 * @param text of a person: `main`, `main~3`
 */
export async function refsNamed(repository: GitRepository, text: string): Promise<NamedRefs> {
  const [name] = parted(text);
  if (!canBeRevision(text) || repository.kind === "mirror" || OWN_NAMES.test(name)) return { branch: null, tag: null };
  const wanted = [...BRANCHES, TAGS].map((prefix) => prefix + name);
  const output = await runGit(repository, ["for-each-ref", "--format=%(refname)", ...wanted], { attempt: ATTEMPT });
  const there = new Set(output.toString("utf8").split("\n"));
  const [head = "", origin = "", tag = ""] = wanted;
  return { branch: [head, origin].find((each) => there.has(each)) ?? null, tag: there.has(tag) ? tag : null };
}

/** Divides a text into a name and the way from there. */
function parted(text: string): readonly [name: string, way: string] {
  const end = text.search(AFTER_NAME);
  return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end)];
}

/** @returns the newest commit that both have below them; null where they have none */
export async function mergeBase(repository: GitRepository, a: Sha, b: Sha): Promise<Sha | null> {
  return answer(repository, ["merge-base", "--end-of-options", requireSha(a), requireSha(b)]);
}

function canBeRevision(text: string): boolean {
  return text !== "" && text.length <= MAX_REVISION_LENGTH && !text.startsWith("-") && !text.includes("\0");
}

/** A search for a message (`:/text`) goes on to the text's end: nothing can stand behind it, and it finds commits only. */
function revParse(repository: GitRepository, text: string): Promise<Sha | null> {
  const wanted = text.startsWith(":/") ? text : `${text}^{commit}`;
  return answer(repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", wanted]);
}

/** @returns the object id that git says; null when it says that there is none */
async function answer(repository: GitRepository, args: readonly string[]): Promise<Sha | null> {
  try {
    const output = await runGit(repository, args, { attempt: ATTEMPT });
    const id = output.toString("latin1").trim();
    return id === "" ? null : requireSha(id as Sha);
  } catch (error) {
    if (isTidemarkError(error, "git-failed", "repository-corrupt")) return null;
    throw error;
  }
}

function notFound(repository: GitRepository, text: string): TidemarkError {
  const wanted =
    repository.kind === "mirror"
      ? "a branch, a commit's id, or a way from one such as main~3"
      : "a branch, a tag, a commit's id, or a way from one such as HEAD~3";
  const parts = { found: `no such commit in ${repository.name}`, wanted };
  return new TidemarkError("commit-not-found", { attempt: "find the commit", value: text, ...parts });
}
