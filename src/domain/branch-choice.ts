// Which branches of a repository people want to be followed, and which of its branches that names.

/** A person's choice. The default branch is followed in any case. */
export interface BranchChoice {
  /** a branch with a commit in so many days is followed; null: however old its newest commit is */
  readonly days: number | null;
  /** names, with a star for any text, of branches that are followed whatever their age */
  readonly also: readonly string[];
  /** names, with a star for any text, of branches that are never followed; they overrule the two others */
  readonly never: readonly string[];
}

/** A branch that exists and is not followed. */
export interface UnfollowedBranch {
  readonly name: string;
  /** of its newest commit, in milliseconds since 1970 */
  readonly committedAt: number;
  /** whether people named it, or it has had no commit for too long */
  readonly reason: "never" | "old";
}

/** What looking at a repository's branches came to. */
export interface BranchLook {
  /** by which they were told apart */
  readonly choice: BranchChoice;
  /** branches that are not followed, and those of them with the newest commits */
  readonly unfollowed: { readonly count: number; readonly branches: readonly UnfollowedBranch[] };
}

/** What holds where nobody has chosen. */
export const STANDARD_CHOICE: BranchChoice = { days: 90, also: [], never: [] };
/** Longest age that can be chosen, in days: a hundred years. Who wants more wants no limit. */
export const MAX_BRANCH_DAYS = 36_500;
/** Names in each of the two lists: each is compared with every branch, of which there may be 100,000. */
export const MAX_BRANCH_NAMES = 50;
/** Longest of them, in bytes of UTF-8: as for globs of metric files, and no server takes a longer branch. */
export const MAX_BRANCH_NAME_BYTES = 256;
/** Branches that are listed as not followed; of more only their number is told. */
export const MAX_UNFOLLOWED = 50;

/** What Git allows in no branch's name, but the star: control characters, blanks, and what it needs for itself. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const NEVER_IN_NAMES = /[\u0000-\u0020\u007f~^:?[\]]/;

const NAME_WANTED = "a branch's name, with * for any text, such as release/*";

/** Names as they are stored, or the first that cannot be. */
export type CheckedNames =
  | { readonly names: readonly string[]; readonly problem: null }
  | { readonly problem: { readonly value: string; readonly found: string; readonly wanted: string } };

/**
 * Puts names into the form in which they are stored: each once, without blanks around it.
 * @param typed names or patterns, as a person typed them
 * @returns what is wrong where no branch can have one of the names, or where they are too many
 */
export function checkNames(typed: readonly string[]): CheckedNames {
  const names = [...new Set(typed.map((name) => name.trim()))];
  for (const value of names) {
    const found = faultOf(value);
    if (found !== null) return { problem: { value, found, wanted: NAME_WANTED } };
    const bytes = new TextEncoder().encode(value).length; // not Buffer: the web app uses this module too
    if (bytes <= MAX_BRANCH_NAME_BYTES) continue;
    const wanted = `at most ${MAX_BRANCH_NAME_BYTES} bytes`;
    return { problem: { value: value.slice(0, MAX_BRANCH_NAME_BYTES), found: `${bytes} bytes`, wanted } };
  }
  const tooMany = names[MAX_BRANCH_NAMES];
  if (tooMany === undefined) return { names, problem: null };
  const wanted = `at most ${MAX_BRANCH_NAMES} in a list`;
  return { problem: { value: tooMany, found: `${names.length} names`, wanted } };
}

function faultOf(name: string): string | null {
  if (name === "") return "no name";
  const wrong = NEVER_IN_NAMES.exec(name)?.[0];
  return wrong === undefined ? null : `${JSON.stringify(wrong)}, which no branch's name holds`;
}

/**
 * @param names with a star for any text, slashes too, as in `git branch --list`
 * @returns whether one of them names a branch
 */
export function branchMatcher(names: readonly string[]): (branch: string) => boolean {
  const exact = new Set(names.filter((name) => !name.includes("*")));
  const patterns = names.filter((name) => name.includes("*")).map((name) => name.split("*"));
  return (branch) => exact.has(branch) || patterns.some((parts) => matches(parts, branch));
}

/** Whether a text begins with the first part, ends in the last, and has the others in between in their order. */
function matches(parts: readonly string[], text: string): boolean {
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

/** @returns whether two choices are the same, in the order of their names too */
export function isSameChoice(a: BranchChoice, b: BranchChoice): boolean {
  const isSame = (one: readonly string[], other: readonly string[]): boolean =>
    one.length === other.length && one.every((name, index) => name === other[index]);
  return a.days === b.days && isSame(a.also, b.also) && isSame(a.never, b.never);
}
