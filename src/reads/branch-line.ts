// Which branch a page is of, and the stretches that its first-parent line is made of.
import { TidemarkError } from "../errors.ts";
import type { BranchLine, RepositoryLines } from "../store/branch-page.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { LinePart } from "../store/commit-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { findCommit } from "./commit-detail.ts";

/** Names of branches that a wrong one is answered with. */
const MAX_CANDIDATES = 5;

/**
 * @returns the branch asked for, else the default one; null when there is no branch at all
 * @throws TidemarkError `branch-not-found`
 */
export function branchOf(lines: RepositoryLines, name: string | undefined): BranchLine | null {
  const live = lines.branches.filter((branch) => branch.state === "live");
  if (name === undefined) return live.find((branch) => branch.name === lines.defaultBranch) ?? live[0] ?? null;
  const found =
    live.find((branch) => branch.name === name) ?? lines.branches.find((branch) => branch.name === name) ?? null;
  if (found !== null) return found;
  const some = live.slice(0, MAX_CANDIDATES).map((branch) => branch.name);
  const more = live.length > some.length ? " …" : "";
  throw new TidemarkError("branch-not-found", {
    attempt: "show the branch",
    value: name,
    found: "no branch of this name that is followed",
    wanted: some.length === 0 ? "a repository whose import has begun" : `one of ${some.join(", ")}${more}`,
  });
}

/** Where a page begins: a commit's place on the line of the branch that owns it. */
export interface LineStart {
  readonly line: number;
  readonly ordinal: number;
  readonly position: number;
}

/**
 * The stretches of a first-parent line from a commit down, through the forks, until they hold `limit` commits.
 * Ordinals fall by one from commit to commit, whatever branch owns them.
 */
export function partsFrom(
  byNumber: ReadonlyMap<number, BranchLine>,
  start: Omit<LineStart, "position">,
  limit: number,
): LinePart[] {
  const parts: LinePart[] = [];
  let branch = byNumber.get(start.line);
  let top = start.ordinal;
  let left = limit;
  for (let steps = byNumber.size; branch !== undefined && left > 0 && steps > 0; steps--) {
    const bottom: number = branch.forkBranch === null ? -1 : (branch.forkOrdinal ?? -1);
    if (top > bottom) {
      parts.push({ line: branch.number, top, bottom });
      left -= top - bottom;
      top = bottom;
    }
    branch = branch.forkBranch === null ? undefined : byNumber.get(branch.forkBranch);
  }
  return parts;
}

/**
 * The place of a commit on a branch's line.
 * @param prefix of the commit's id
 * @throws TidemarkError `commit-not-found`, also for a commit that the line does not hold
 */
export async function placeOnLine(
  reader: Reader,
  repository: RepositoryId,
  { byNumber }: { readonly byNumber: ReadonlyMap<number, BranchLine> },
  branch: BranchLine | null,
  prefix: string,
): Promise<LineStart> {
  const { line, ordinal, position } = await findCommit(reader, repository, prefix);
  const top = branch?.headOrdinal ?? null;
  const parts =
    branch === null || top === null
      ? []
      : partsFrom(byNumber, { line: branch.number, ordinal: top }, Number.POSITIVE_INFINITY);
  const holds = parts.some((part) => part.line === line && ordinal <= part.top && ordinal > part.bottom);
  if (line !== null && holds) return { line, ordinal, position };
  throw new TidemarkError("commit-not-found", {
    attempt: "start at the commit",
    value: prefix,
    found: `one that is not on the line of ${branch?.name ?? "any branch"}`,
    wanted: "a commit of that line, or view=all",
  });
}
