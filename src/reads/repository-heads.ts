// Which version of its rows each repository has, as it was read a moment ago: a page that is kept is compared with it.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { RecentMap } from "./recent-map.ts";

/** How long a version is believed without having been read again, in ms: as long as a lost notification can hide another. */
export const HEAD_MS = 2_000;
/** The same while no replica is left: the primary has all their work, and most questions are of pages that did not change. */
export const LONG_HEAD_MS = 20_000;
/** Repositories whose versions are remembered: some 200 bytes each. */
const MAX_HEADS = 10_000;

/** A repository as a read of its row found it. */
export interface RepositoryHead {
  readonly repository: RepositoryId;
  readonly name: string;
  readonly version: number;
}

interface KnownHead extends RepositoryHead {
  readonly organizationId: OrganizationId;
  readonly readAt: number;
}

interface Reading {
  readonly organizationId: OrganizationId;
  readonly head: Promise<RepositoryHead | null>;
}

/** The versions that one process knows of. Many who ask at once after a change wait for one reading. */
export class RepositoryHeads {
  readonly #now: () => number;
  readonly #known = new RecentMap<RepositoryId, KnownHead>(MAX_HEADS);
  readonly #readings = new Map<RepositoryId, Reading>();

  readonly #lasting: () => number;

  /**
   * @param now milliseconds that only rise
   * @param lasting how long a version is believed, in ms
   */
  constructor(now: () => number, lasting: () => number = () => HEAD_MS) {
    this.#now = now;
    this.#lasting = lasting;
  }

  /**
   * @param read reads the repository's row; null where there is none that the organisation may see
   * @returns what was read a moment ago, of a row that has not been told to have changed since; null likewise
   */
  async of(
    organizationId: OrganizationId,
    repository: RepositoryId,
    read: () => Promise<RepositoryHead | null>,
  ): Promise<RepositoryHead | null> {
    const known = this.#known.get(repository);
    const isOwn = known?.organizationId === organizationId;
    if (known !== undefined && isOwn && this.#now() - known.readAt < this.#lasting()) return known;
    const shared = this.#readings.get(repository);
    if (shared?.organizationId === organizationId) return shared.head;
    // another team's id: Postgres' own fence answers, and nothing of it is kept
    if (shared !== undefined || (known !== undefined && !isOwn)) return read();
    const readAt = this.#now(); // before the reading: what it finds is at least as new
    const reading: Reading = { organizationId, head: read() };
    this.#readings.set(repository, reading);
    try {
      const head = await reading.head;
      if (head !== null && this.#readings.get(repository) === reading)
        this.#known.set(repository, { ...head, organizationId, readAt });
      return head;
    } finally {
      if (this.#readings.get(repository) === reading) this.#readings.delete(repository);
    }
  }

  /** @returns what was read last, however long ago; null where nothing is known */
  last(organizationId: OrganizationId, repository: RepositoryId): RepositoryHead | null {
    const known = this.#known.get(repository);
    return known?.organizationId === organizationId ? known : null;
  }

  /** @returns whether a version that was told of is one that nobody has read yet; versions only rise */
  isNews(repository: RepositoryId, version: number): boolean {
    return (this.#known.get(repository)?.version ?? -1) < version;
  }

  /** A repository's row is another one now: whoever asks reads it, also when a reading is under way. */
  forget(repository: RepositoryId): void {
    this.#known.delete(repository);
    this.#readings.delete(repository);
  }

  /** Any row may have changed. */
  forgetAll(): void {
    this.#known.clear();
    this.#readings.clear();
  }
}
