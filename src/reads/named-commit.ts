// Which commit a name means: a full id, a branch, a tag, or the first digits of an id, in this order.
import type { WantedColumns } from "../archive/archive.ts";
import type { RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { RepositoryLines } from "../store/branch-page.ts";
import type { StoredCommitDetail } from "../store/commit-detail.ts";
import { findTag } from "../store/git-tag.ts";
import type { Reader } from "../store/organization-store.ts";
import { NO_COLUMNS } from "./archived-rows.ts";
import { findCommit } from "./commit-detail.ts";

const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const ID_START = /^[0-9a-f]{4,64}$/i;

async function shaOf(
  reader: Reader,
  repository: RepositoryId,
  { branches }: Pick<RepositoryLines, "branches">,
  name: string,
): Promise<string | null> {
  if (FULL_ID.test(name)) return name;
  const named = branches.filter((branch) => branch.name === name);
  const branch = named.find(({ state }) => state === "live") ?? named[0];
  if (branch !== undefined) return branch.head;
  const tagged = await findTag(reader, repository, name);
  return tagged ?? (ID_START.test(name) ? name.toLowerCase() : null);
}

/**
 * Finds the commit that a name means.
 * @param lines the branches of the same snapshot
 * @param columns of which values are asked for afterwards, where the commit is archived
 * @throws TidemarkError `commit-not-found`
 */
export async function findNamedCommit(
  reader: Reader,
  repository: RepositoryId,
  lines: Pick<RepositoryLines, "branches">,
  name: string,
  columns: WantedColumns = NO_COLUMNS,
): Promise<StoredCommitDetail> {
  const wanted = "a branch, a tag, or 4 digits or more of the id of a commit that a followed branch reaches";
  const notFound = (found: string): TidemarkError =>
    new TidemarkError("commit-not-found", { attempt: "find the commit", value: name, found, wanted });
  const sha = await shaOf(reader, repository, lines, name);
  if (sha === null) throw notFound("nothing of this name");
  try {
    return await findCommit(reader, repository, sha, columns);
  } catch (error) {
    // of a branch or a tag: its commit exists, and is not here
    if (sha !== name.toLowerCase() && error instanceof TidemarkError && error.code === "commit-not-found")
      throw notFound(
        `its commit ${sha.slice(0, 12)} not stored: no followed branch reaches it, or its import is to come`,
      );
    throw error;
  }
}
