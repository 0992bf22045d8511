// A person asks for the raw bytes of a metric file at a commit.
import type { OrganizationId, RepositoryId, Sha } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { readPath } from "../git/blobs.ts";
import { openLocal } from "../git/local.ts";
import { openMirror } from "../git/mirror.ts";
import type { GitRepository } from "../git/repository.ts";
import { checkRemote, type EgressAllowance } from "../outbound.ts";
import type { Database } from "../store/database.ts";
import { readRepository, type StoredRepository } from "../store/repository.ts";
import { repositoryNotFound } from "./sync-repository.ts";

/** What reading a raw file needs. */
export interface ReadRawFileDeps {
  readonly database: Pick<Database, "web">;
  /** folder of all mirrors */
  readonly mirrors: string;
  readonly allow: EgressAllowance;
}

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
  deps: ReadRawFileDeps,
  organizationId: OrganizationId,
  { repository, sha, path, maxBytes }: RawFileQuery,
): Promise<Uint8Array> {
  const stored = await readRepository(deps.database.web.in(organizationId), repository);
  if (stored === null) throw repositoryNotFound("read a file of", repository);
  const reading = await readPath(await openStored(deps, stored), sha, path, { maxBytes });
  const attempt = "read the file";
  if (reading === null || "missing" in reading) {
    const found = reading === null ? "none at this path" : "that its contents are gone from the repository";
    throw new TidemarkError("file-not-found", { attempt, value: path, found, wanted: "a file of this commit" });
  }
  if (reading.bytes === null) {
    const wanted = `at most ${maxBytes} bytes`;
    throw new TidemarkError("limit-exceeded", { attempt, value: path, found: `${reading.size} bytes`, wanted });
  }
  return reading.bytes;
}

async function openStored({ mirrors, allow }: ReadRawFileDeps, stored: StoredRepository): Promise<GitRepository> {
  if (stored.kind === "folder") return openLocal(stored.address);
  return openMirror({ root: mirrors, id: stored.id, remote: await checkRemote(stored.address, allow) });
}
