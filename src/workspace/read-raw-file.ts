// A person asks for the raw bytes of a metric file at a commit.
import type { OrganizationId, RepositoryId, Sha } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { readPath } from "../git/blobs.ts";
import { bringCommit } from "../git/prefetch.ts";
import { readStored, type StoredSourceDeps } from "./stored-source.ts";

/** Which file. */
export interface RawFileQuery {
  readonly repository: RepositoryId;
  readonly sha: Sha;
  readonly path: string;
  /** larger ones are refused, in bytes */
  readonly maxBytes: number;
}

/**
 * Reads a file of a commit from the repository's mirror, or from the folder itself. What a blobless mirror lacks is
 * fetched.
 * @throws TidemarkError `repository-not-found`, `file-not-found`, `limit-exceeded`, and those of git
 */
export async function readRawFile(
  deps: StoredSourceDeps,
  organizationId: OrganizationId,
  { repository, sha, path, maxBytes }: RawFileQuery,
): Promise<Uint8Array> {
  const asked = { repository, attempt: "read a file of" };
  const reading = await readStored(deps, organizationId, asked, async (git) => {
    if (git.kind === "mirror" && !(await bringCommit(git, sha))) return "no commit";
    return readPath(git, sha, path, { maxBytes });
  });
  const attempt = "read the file";
  if (reading === null || reading === "no commit" || "missing" in reading) {
    const gone = reading === "no commit" ? "that its commit is" : "that its contents are";
    const found = reading === null ? "none at this path" : `${gone} gone from the repository`;
    throw new TidemarkError("file-not-found", { attempt, value: path, found, wanted: "a file of this commit" });
  }
  if (reading.bytes === null) {
    const wanted = `at most ${maxBytes} bytes`;
    throw new TidemarkError("limit-exceeded", { attempt, value: path, found: `${reading.size} bytes`, wanted });
  }
  return reading.bytes;
}
