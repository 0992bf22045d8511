// Which version of a repository somebody has seen or was told of: a replica's answer must not be of an older one.
import type { RepositoryId } from "../domain/model.ts";

/** What a reader tells of each version that a statement of its gave. */
export interface VersionGate {
  /** which server answers: what was read at one is not taken for another's while it may be older */
  readonly place: string;
  /** @throws StaleRead when the statement's snapshot is older than it may be */
  sees(repository: RepositoryId, version: number): void;
}

/** A replica's snapshot is older than what is known of the repository. Nobody outside of the store meets it. */
export class StaleRead extends Error {
  override readonly name = "StaleRead";
}

/** Repositories whose versions are remembered, some 100 bytes each; of others the reads of their rows tell. */
const MAX_REPOSITORIES = 20_000;

/** The highest version of each repository that this process has read, and that it was told of. Versions only rise. */
export class KnownVersions {
  readonly #seen = new Map<RepositoryId, number>();
  readonly #told = new Map<RepositoryId, number>();

  /** Somebody was given, or is about to be given, an answer of this version. */
  saw(repository: RepositoryId, version: number): void {
    raise(this.#seen, repository, version);
  }

  /** The primary told of this version (NOTIFY). */
  heard(repository: RepositoryId, version: number): void {
    raise(this.#told, repository, version);
  }

  /** @returns the lowest version that an answer may be of; 0 where nothing is known */
  floor(repository: RepositoryId): number {
    return Math.max(this.#seen.get(repository) ?? 0, this.#told.get(repository) ?? 0);
  }

  /** @returns the same while the primary is down: what it told of last may never have reached a replica */
  seen(repository: RepositoryId): number {
    return this.#seen.get(repository) ?? 0;
  }
}

function raise(versions: Map<RepositoryId, number>, repository: RepositoryId, version: number): void {
  const known = versions.get(repository);
  if (known !== undefined && known >= version) return;
  // the one that changed last is the last that is forgotten
  versions.delete(repository);
  versions.set(repository, version);
  if (versions.size <= MAX_REPOSITORIES) return;
  for (const oldest of versions.keys()) {
    versions.delete(oldest);
    return;
  }
}
