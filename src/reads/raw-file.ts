// Which raw file of which commit may be read: only metric files of stored commits.
import type { OrganizationId, RepositoryId, Sha } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { readFileAt } from "../store/commit-detail.ts";
import { findCommit } from "./commit-detail.ts";
import { type NameReads, readSnapshot } from "./repository-names.ts";

/** Largest raw file that is sent, in bytes: what an operator may raise the limit of metric files to. */
export const MAX_RAW_BYTES = 16 * 1024 * 1024;

/** A file of a commit. */
export interface RawFilePlace {
  readonly repository: RepositoryId;
  readonly sha: Sha;
  readonly path: string;
  /** id of the Git blob: names the bytes */
  readonly version: string;
}

/**
 * Finds a metric file of a commit.
 * @throws TidemarkError `repository-not-found`, `commit-not-found`, `file-not-found`, `limit-exceeded`
 */
export async function findRawFile(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  file: { readonly sha: string; readonly path: string },
): Promise<RawFilePlace> {
  const attempt = "read the file";
  const { answer } = await readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    // of an archived commit its files are wanted, without their values
    const commit = await findCommit(reader, repository, file.sha, new Map([[file.path, new Set()]]));
    // Postgres has no text with a NUL, Git no path
    const known = !file.path.includes("\0");
    const found = known ? await readFileAt(reader, repository, commit.position, file.path) : null;
    return { found, repository, sha: commit.sha as Sha };
  });
  const { found, repository, sha } = answer;
  if (found === null) {
    const wanted = "a metric file of this commit";
    throw new TidemarkError("file-not-found", { attempt, value: file.path, found: "none at this path", wanted });
  }
  if (found.size > MAX_RAW_BYTES) {
    const wanted = `at most ${MAX_RAW_BYTES} bytes`;
    throw new TidemarkError("limit-exceeded", { attempt, value: file.path, found: `${found.size} bytes`, wanted });
  }
  return { repository, sha, path: file.path, version: found.version };
}
