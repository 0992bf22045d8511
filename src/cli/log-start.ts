// Where `tidemark log` begins: at a branch, at any commit, or what one branch has and another has not (A..B).
import { escapeControls } from "../domain/safe-text.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { listCommits } from "../git/commits.ts";
import type { GitRepository } from "../git/repository.ts";
import { findCommit } from "../git/revisions.ts";
import { type BranchTip, findBranch } from "./branch-tip.ts";
import { badArgument } from "./reading-options.ts";

const RANGE = /^(.*?)(\.{2,})(.*)$/s;

/**
 * @param from as it was typed: a branch, whatever git knows a commit by, or A..B; null: the branch
 * @returns the tip; of a range with the number of its commits, which can be 0
 * @throws TidemarkError `branch-not-found`, `commit-not-found`, `repository-empty`, `bad-argument`
 */
export async function findStart(
  repository: GitRepository,
  { branch, from }: { readonly branch: string | null; readonly from: string | null },
): Promise<BranchTip> {
  if (from === null) return findBranch(repository, branch);
  const [, a = "", dots = "", b = ""] = RANGE.exec(from) ?? [];
  if (dots === "") return beginningAt(repository, from);
  if (dots !== "..") throw badArgument("range", from, `"${dots}"`, "A..B: what B has and A has not");
  const tip = await beginningAt(repository, b === "" ? null : b);
  const without = a === "" ? (await findBranch(repository, null)).tip : await findCommit(repository, a);
  const { size } = await listCommits(repository, { tips: [tip.tip], exclude: [without], firstParent: true });
  return { ...tip, title: escapeControls(from), size };
}

/** A word of its own can be meant as a folder as well. */
async function beginningAt(repository: GitRepository, name: string | null): Promise<BranchTip> {
  try {
    return await findBranch(repository, name);
  } catch (error) {
    if (name === null || !isTidemarkError(error, "branch-not-found")) throw error;
    const found = `no such branch or commit in ${repository.name}, and no such folder`;
    const { wanted } = error.parts;
    const parts = {
      attempt: "begin at",
      value: name,
      found,
      wanted: `a folder, a commit such as HEAD~3, or ${wanted}`,
    };
    throw new TidemarkError("branch-not-found", parts, { cause: error });
  }
}
