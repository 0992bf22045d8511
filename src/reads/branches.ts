// The branches of a repository as people see them: the default branch first, deleted ones last.
import { type BranchChoice, isSameChoice, STANDARD_CHOICE } from "../domain/branch-choice.ts";
import type { OrganizationId } from "../domain/model.ts";
import { readBranchChoice, type StoredBranchChoice } from "../store/branch-choice.ts";
import { type BranchLine, readLinesOf } from "../store/branch-page.ts";
import { type NameReads, readSnapshot, type Versioned } from "./repository-names.ts";

/** A branch as the API gives it. */
export interface BranchView {
  readonly name: string;
  readonly default: boolean;
  readonly head: string;
  readonly state: "live" | "deleted";
  /** of its own part; 0 while an import has not come to its head */
  readonly commits: number;
  readonly fork: { readonly branch: string; readonly ordinal: number } | null;
}

function viewOf(branch: BranchLine, names: ReadonlyMap<number, string>, defaultBranch: string | null): BranchView {
  const { name, head, state, headOrdinal, forkBranch, forkOrdinal } = branch;
  const below = forkOrdinal ?? -1;
  const parent = forkBranch === null ? undefined : names.get(forkBranch);
  return {
    name,
    default: state === "live" && name === defaultBranch,
    head,
    state,
    commits: headOrdinal === null ? 0 : Math.max(headOrdinal - below, 0),
    fork: parent === undefined || forkOrdinal === null ? null : { branch: parent, ordinal: forkOrdinal },
  };
}

/** The branches of a repository as the API gives them. */
export interface BranchListView {
  readonly branches: readonly BranchView[];
  readonly choice: BranchChoice;
  /** null before the first look at the branches, or once people have chosen otherwise */
  readonly unfollowed: {
    readonly count: number;
    readonly branches: readonly { name: string; committedAt: string; reason: "old" | "never" }[];
  } | null;
}

function unfollowedView({ choice, look }: StoredBranchChoice): BranchListView["unfollowed"] {
  if (look === null || !isSameChoice(look.choice, choice)) return null;
  const { count, branches } = look.unfollowed;
  const views = branches.map(({ name, committedAt, reason }) => ({
    name,
    committedAt: new Date(committedAt).toISOString(),
    reason,
  }));
  return { count, branches: views };
}

/** All branches that are followed, and what is not. @throws TidemarkError `repository-not-found` */
export async function readBranchList(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
): Promise<Versioned<BranchListView>> {
  return readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const lines = await readLinesOf(reader, repository);
    const branches = lines?.branches ?? [];
    const names = new Map(branches.map((branch) => [branch.number, branch.name]));
    const views = branches.map((branch) => viewOf(branch, names, lines?.defaultBranch ?? null));
    const rank = (branch: BranchView) => (branch.default ? 0 : branch.state === "live" ? 1 : 2);
    const stored = (await readBranchChoice(reader, repository)) ?? { choice: STANDARD_CHOICE, look: null };
    const { choice } = stored;
    return { branches: views.sort((a, b) => rank(a) - rank(b)), choice, unfollowed: unfollowedView(stored) };
  });
}
