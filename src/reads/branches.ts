// The branches of a repository as people see them: the default branch first, deleted ones last.
import type { OrganizationId } from "../domain/model.ts";
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

/** All branches that are followed. @throws TidemarkError `repository-not-found` */
export async function readBranchList(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
): Promise<Versioned<readonly BranchView[]>> {
  return readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const lines = await readLinesOf(reader, repository);
    const branches = lines?.branches ?? [];
    const names = new Map(branches.map((branch) => [branch.number, branch.name]));
    const views = branches.map((branch) => viewOf(branch, names, lines?.defaultBranch ?? null));
    const rank = (branch: BranchView) => (branch.default ? 0 : branch.state === "live" ? 1 : 2);
    return views.sort((a, b) => rank(a) - rank(b));
  });
}
