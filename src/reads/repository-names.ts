// Which repository a name or an id means, kept between requests.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { findRepository, readVersion } from "../store/branch-page.ts";
import type { Database } from "../store/database.ts";
import type { Reader } from "../store/organization-store.ts";
import { RecentMap } from "./recent-map.ts";

/** Names that are known without asking. */
const MAX_NAMES = 10_000;

/** What finding a repository needs. */
export interface NameReads {
  readonly database: Pick<Database, "web">;
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
  const found = await findRepository(reads.database.web.in(organization), nameOrId);
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

/** An answer about a repository, and the version of its rows in the same snapshot. */
export interface Versioned<Answer> {
  readonly version: number;
  readonly answer: Answer;
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
    reads.database.web.in(organization).read(async (reader) => {
      const found = await readVersion(reader, repository);
      // the name was given to another repository: nothing is said of this one
      if (found === null || (found.name !== nameOrId && repository !== nameOrId)) return null;
      return { ...found, answer: await work(reader, repository) };
    }),
  );
}
