// The Git repository of a stored one, as its last import or sync left it: what people's questions are answered from.
import { stat } from "node:fs/promises";
import { gitAuthorization } from "../account-access.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { openLocal } from "../git/local.ts";
import { markDamaged } from "../git/mirror.ts";
import { mirrorQuota } from "../git/mirror-quota.ts";
import type { GitRepository } from "../git/repository.ts";
import { openWholeMirror } from "../git/whole-mirror.ts";
import type { Keyring } from "../keyring.ts";
import { checkRemote, type EgressAllowance } from "../outbound.ts";
import type { Database } from "../store/database.ts";
import { readRepository } from "../store/repository.ts";
import { repositoryNotFound, requestOwnSync } from "./sync-repository.ts";

/** What reading from a stored repository's Git needs. */
export interface StoredSourceDeps {
  readonly database: Pick<Database, "web">;
  /** folder of all mirrors */
  readonly mirrors: string;
  readonly allow: EgressAllowance;
  /** most bytes of one mirror, as the operator says; null: the usual */
  readonly mirrorQuotaBytes?: number | null;
  /** opens the tokens of accounts; without it repositories that are read with one fail */
  readonly keyring?: Keyring;
  /** milliseconds since 1970; default: the system's clock */
  readonly now?: () => number;
}

/**
 * Reads from the mirror of a repository, or from the folder itself. What a blobless mirror lacks is fetched when it is
 * read, and all of a mirror that was thrown away, also under the reader's hands: `read` is called again then. One that is
 * damaged is fetched again by the worker, who is told.
 * @param attempt for the error: "read a file of"
 * @throws TidemarkError `repository-not-found`, those of `checkRemote()`, `gitAuthorization()`, `openWholeMirror()`,
 *   `openLocal()` and `read`
 */
export async function readStored<T>(
  deps: StoredSourceDeps,
  organizationId: OrganizationId,
  { repository, attempt }: { readonly repository: RepositoryId; readonly attempt: string },
  read: (git: GitRepository) => Promise<T>,
): Promise<T> {
  const git = await openStored(deps, organizationId, repository, attempt);
  const before = await identityOf(git);
  try {
    return await read(git);
  } catch (error) {
    const mayBeOfMirror = isTidemarkError(error, "repository-corrupt", "data-folder", "not-a-repository", "git-failed");
    if (git.kind === "local" || !mayBeOfMirror) throw error;
    if ((await identityOf(git)) !== before)
      return await read(await openStored(deps, organizationId, repository, attempt));
    if (error.code !== "repository-corrupt") throw error;
    if (await markDamaged(git)) await requestOwnSync(deps, organizationId, repository, "copy-damaged");
    const found = "that our copy of it is damaged";
    const wanted = "another try in a minute: it is fetched again";
    throw new TidemarkError(error.code, { attempt, value: git.name, found, wanted }, { cause: error });
  }
}

/** Tells a folder from another one that took its place. */
async function identityOf({ gitDir }: GitRepository): Promise<string | null> {
  const folder = await stat(gitDir).catch(() => null);
  return folder === null ? null : `${folder.dev} ${folder.ino} ${folder.birthtimeMs}`;
}

async function openStored(
  deps: StoredSourceDeps,
  organizationId: OrganizationId,
  repository: RepositoryId,
  attempt: string,
): Promise<GitRepository> {
  const reader = deps.database.web.in(organizationId);
  const stored = await readRepository(reader, repository);
  if (stored === null) throw repositoryNotFound(attempt, repository);
  if (stored.kind === "folder") return openLocal(stored.address);
  const remote = await checkRemote(stored.address, deps.allow);
  const authorization = await gitAuthorization(reader, deps, stored);
  const quota = mirrorQuota(deps.mirrorQuotaBytes);
  return openWholeMirror({ root: deps.mirrors, id: stored.id, remote, quota, authorization });
}
