// The Git repository of a stored one, as its last import or sync left it: what people's questions are answered from.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { openLocal } from "../git/local.ts";
import { openMirror } from "../git/mirror.ts";
import { mirrorQuota } from "../git/mirror-quota.ts";
import type { GitRepository } from "../git/repository.ts";
import { checkRemote, type EgressAllowance } from "../outbound.ts";
import type { Database } from "../store/database.ts";
import { readRepository } from "../store/repository.ts";
import { repositoryNotFound } from "./sync-repository.ts";

/** What reading from a stored repository's Git needs. */
export interface StoredSourceDeps {
  readonly database: Pick<Database, "web">;
  /** folder of all mirrors */
  readonly mirrors: string;
  readonly allow: EgressAllowance;
  /** most bytes of one mirror, as the operator says; null: the usual */
  readonly mirrorQuotaBytes?: number | null;
}

/**
 * Opens the mirror of a repository, or the folder itself. What a blobless mirror lacks is fetched when it is read.
 * @param attempt for the error: "read a file of"
 * @throws TidemarkError `repository-not-found`, those of `checkRemote()`, `openMirror()` and `openLocal()`
 */
export async function openStored(
  { database, mirrors, allow, mirrorQuotaBytes }: StoredSourceDeps,
  organizationId: OrganizationId,
  repository: RepositoryId,
  attempt: string,
): Promise<GitRepository> {
  const stored = await readRepository(database.web.in(organizationId), repository);
  if (stored === null) throw repositoryNotFound(attempt, repository);
  if (stored.kind === "folder") return openLocal(stored.address);
  const remote = await checkRemote(stored.address, allow);
  return openMirror({ root: mirrors, id: stored.id, remote, quota: mirrorQuota(mirrorQuotaBytes) });
}
