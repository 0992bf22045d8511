// Which repository a name or an id means, kept between requests.
import type { Archive } from "../archive/archive.ts";
import type { PlacesCache } from "../archive/places-cache.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { findRepository, readVersion } from "../store/branch-page.ts";
import type { Database } from "../store/database.ts";
import type { OrganizationStore, Reader } from "../store/organization-store.ts";
import { withArchive } from "./archived-rows.ts";
import { RecentMap } from "./recent-map.ts";
import type { RepositoryHead, RepositoryHeads } from "./repository-heads.ts";

/** Names that are known without asking. */
const MAX_NAMES = 10_000;

/** What finding a repository, and asking about it, needs. */
export interface NameReads {
  readonly database: Pick<Database, "replicas">;
  readonly heads: RepositoryHeads;
  /** where commits are that left the database */
  readonly archive: Archive;
  /** where archived commits stand */
  readonly places: PlacesCache;
  /** by organisation and name or id */
  readonly names: RecentMap<string, RepositoryId>;
}

/** @returns an empty memory of names */
export function createNames(): NameReads["names"] {
  return new RecentMap(MAX_NAMES);
}

/** @returns the error for a repository that is not there, or not for this organisation: the same for both */
export function repositoryNotFound(nameOrId: string): TidemarkError {
  return new TidemarkError("repository-not-found", {
    attempt: "find the repository",
    value: nameOrId,
    found: "none of this name or id",
    wanted: "one that was added, as GET /api/v1/repositories lists them",
  });
}

/** @returns which repository a name or an id meant when somebody last asked; undefined when nobody has lately */
export function knownRepository(
  { names }: Pick<NameReads, "names">,
  organization: OrganizationId,
  nameOrId: string,
): RepositoryId | undefined {
  return names.get(`${organization} ${nameOrId}`);
}

/**
 * Says which repository a name or an id means. The answer may be old: who uses it compares the repository's name.
 * @throws TidemarkError `repository-not-found`
 */
export async function repositoryId(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
): Promise<RepositoryId> {
  const key = `${organization} ${nameOrId}`;
  const known = knownRepository(reads, organization, nameOrId);
  if (known !== undefined) return known;
  const found = await reads.database.replicas.first(organization, (store) => findRepository(store, nameOrId));
  if (found === null) throw repositoryNotFound(nameOrId);
  reads.names.set(key, found);
  return found;
}

/**
 * Asks about a repository by its name or id, and once more when the name means another one meanwhile.
 * @param ask gives null when the repository is gone, else its present name beside the answer
 * @throws TidemarkError `repository-not-found`, and what `ask` throws
 */
export async function askRepository<Answer extends { readonly name: string }>(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  ask: (repository: RepositoryId) => Promise<Answer | null>,
): Promise<Answer> {
  for (const last of [false, true]) {
    const repository = await repositoryId(reads, organization, nameOrId);
    const answer = await ask(repository);
    if (answer !== null && (answer.name === nameOrId || repository === nameOrId)) return answer;
    reads.names.delete(`${organization} ${nameOrId}`);
    if (last) break;
  }
  throw repositoryNotFound(nameOrId);
}

type Named<Answer> = Answer & { readonly name: string };

/** An answer about a repository, and the version of its rows in the same snapshot. */
export interface Versioned<Answer> {
  readonly version: number;
  readonly answer: Answer;
}

/**
 * The version of a repository's rows as it was read or heard of a moment ago: of the primary, while that answers.
 * @returns null when there is none that the organisation may see
 */
export async function headOf(
  reads: NameReads,
  organization: OrganizationId,
  repository: RepositoryId,
): Promise<RepositoryHead | null> {
  const { replicas } = reads.database;
  try {
    return await reads.heads.of(organization, repository, async () => {
      const found = await replicas.first(organization, (store) => readVersion(store, repository));
      return found === null ? null : { ...found, repository };
    });
  } catch (error) {
    // nobody answers: what is kept in memory is shown, and of when it is
    const last = replicas.ageMs() === null ? null : reads.heads.last(organization, repository);
    if (last === null) throw error;
    return last;
  }
}

/**
 * Asks about a repository at its replica, where there are some, else at the primary. What is read there is never older
 * than the version that this process knows of.
 * @param work reads the repository's version first, or together with what it reads; is called again where it needs more of
 *   the archive, and may be in any case
 * @returns null when the repository is gone
 */
export async function atRepository<Answer>(
  reads: NameReads,
  organization: OrganizationId,
  repository: RepositoryId,
  work: (store: OrganizationStore) => Promise<Answer | null>,
): Promise<Answer | null> {
  const { replicas } = reads.database;
  // a version that was told of while nobody listened is known from now on
  if (replicas.areUsed && (await headOf(reads, organization, repository)) === null) return null;
  const ask = <T>(read: (store: OrganizationStore) => Promise<T | null>) =>
    replicas.ofRepository(organization, repository, read);
  return withArchive(reads, organization, repository, ask, work);
}

/** @returns snapshots of a repository for what goes on for long: each is read from who answers then, and is no older */
export function snapshotsOf(
  reads: NameReads,
  organization: OrganizationId,
  repository: RepositoryId,
): Pick<OrganizationStore, "read"> {
  return {
    read: async (work) => {
      const found = await atRepository(reads, organization, repository, (store) =>
        store.read(async (reader) => {
          const head = await readVersion(reader, repository);
          return head === null ? null : { answer: await work(reader) };
        }),
      );
      if (found === null) throw repositoryNotFound(repository);
      return found.answer;
    },
  };
}

/** One snapshot of a repository that is still called what was asked for. */
function snapshotOf<Answer>(
  nameOrId: string,
  repository: RepositoryId,
  work: (reader: Reader, repository: RepositoryId) => Promise<Answer>,
): (store: OrganizationStore) => Promise<Named<Versioned<Answer>> | null> {
  return (store) =>
    store.read(async (reader) => {
      const found = await readVersion(reader, repository);
      // the name was given to another repository: nothing is said of this one
      if (found === null || (found.name !== nameOrId && repository !== nameOrId)) return null;
      return { ...found, answer: await work(reader, repository) };
    });
}

/**
 * Asks several statements about a repository over one snapshot.
 * @throws TidemarkError `repository-not-found`, and what `work` throws
 */
export async function readSnapshot<Answer>(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  work: (reader: Reader, repository: RepositoryId) => Promise<Answer>,
): Promise<Versioned<Answer>> {
  return askRepository(reads, organization, nameOrId, (repository) =>
    atRepository(reads, organization, repository, snapshotOf(nameOrId, repository, work)),
  );
}

/**
 * The same for rows that change without a new version of the repository: the primary answers, while it does.
 * @throws TidemarkError `repository-not-found`, and what `work` throws
 */
export async function readNewest<Answer>(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  work: (reader: Reader, repository: RepositoryId) => Promise<Answer>,
): Promise<Answer> {
  const { answer } = await askRepository(reads, organization, nameOrId, (repository) =>
    reads.database.replicas.first(organization, snapshotOf(nameOrId, repository, work)),
  );
  return answer;
}
