// Pages as they go over the wire, kept between requests: bounded in bytes, made once for all who wait, and compared with the
// repository's version each time.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";

/** What pages may hold together unless an operator says otherwise: some 3,000 pages of 40 commits × 30 columns. */
export const PAGE_CACHE_BYTES = 64 * 1024 ** 2;
/** One page may hold a part of it: what is larger would push out what many ask for. */
const LARGEST_SHARE = 8;
/** What an entry costs beside its body and its question. */
const ENTRY_BYTES = 400;

/** Which page. */
export interface PagePlace {
  readonly organizationId: OrganizationId;
  readonly repository: RepositoryId;
  /** the kind of page and all that was asked of it */
  readonly question: string;
}

/** A page as one version of its repository has it. */
export interface PageBody {
  readonly version: number;
  readonly body: Buffer;
  /** false: of what it holds something is missing for now, so it is for those who wait alone */
  readonly isWhole: boolean;
}

interface Entry extends PageBody {
  readonly repository: RepositoryId;
  readonly bytes: number;
  readonly madeAt: number;
}

interface Making {
  readonly repository: RepositoryId;
  readonly page: Promise<PageBody>;
}

/** What an operator wants to know of it. Counters only rise. */
export interface PageCacheFigures {
  readonly hits: number;
  readonly misses: number;
  /** requests that waited for the page that another one had made */
  readonly shared: number;
  /** requests of who has the page already */
  readonly notModified: number;
  readonly entries: number;
  readonly bytes: number;
  /** of the page that was made longest ago; 0 without one */
  readonly oldestSeconds: number;
}

/** The pages that one process keeps. */
export class PageCache {
  readonly #limit: number;
  readonly #now: () => number;
  /** from the longest unread to the last one read */
  readonly #entries = new Map<string, Entry>();
  readonly #ofRepository = new Map<RepositoryId, Set<string>>();
  readonly #making = new Map<string, Making>();
  #bytes = 0;
  #hits = 0;
  #misses = 0;
  #shared = 0;
  #notModified = 0;

  /**
   * @param limit bytes at most; 0 keeps nothing
   * @param now milliseconds that only rise
   */
  constructor(limit: number, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /**
   * @param version of the repository as it is known
   * @param make makes the page, of this version or a later one
   * @returns the page as it is kept, or made now, by this request or by one that is under way
   */
  async read(place: PagePlace, version: number, make: () => Promise<PageBody>): Promise<PageBody> {
    const key = keyOf(place);
    const kept = this.#entries.get(key);
    if (kept !== undefined && kept.version >= version) {
      this.#hits += 1;
      this.#entries.delete(key);
      this.#entries.set(key, kept);
      return kept;
    }
    const shared = this.#making.get(key);
    if (shared !== undefined) {
      const page = await shared.page;
      if (page.version >= version) {
        this.#shared += 1;
        return page;
      }
    }
    return this.#make(place, key, make);
  }

  /** Counts a request that was answered without a page: who asked has it. */
  countNotModified(): void {
    this.#notModified += 1;
  }

  /** A repository has another version, or is gone: its pages are of no use, and those being made may be of the old one. */
  drop(repository: RepositoryId): void {
    for (const key of this.#ofRepository.get(repository) ?? []) this.#remove(key);
    for (const [key, making] of this.#making) if (making.repository === repository) this.#making.delete(key);
  }

  /** Anything may have changed. */
  clear(): void {
    this.#entries.clear();
    this.#ofRepository.clear();
    this.#making.clear();
    this.#bytes = 0;
  }

  /** @returns what became of the requests so far, and what is kept now */
  figures(): PageCacheFigures {
    const now = this.#now();
    let oldest = now;
    for (const { madeAt } of this.#entries.values()) oldest = Math.min(oldest, madeAt);
    return {
      hits: this.#hits,
      misses: this.#misses,
      shared: this.#shared,
      notModified: this.#notModified,
      entries: this.#entries.size,
      bytes: this.#bytes,
      oldestSeconds: (now - oldest) / 1_000,
    };
  }

  async #make(place: PagePlace, key: string, make: () => Promise<PageBody>): Promise<PageBody> {
    this.#misses += 1;
    const { repository } = place;
    const making: Making = { repository, page: make() };
    this.#making.set(key, making);
    try {
      const page = await making.page;
      // told of a change meanwhile: whoever waits has it, nobody else
      if (this.#making.get(key) === making) this.#keep(key, repository, page);
      return page;
    } finally {
      if (this.#making.get(key) === making) this.#making.delete(key);
    }
  }

  #keep(key: string, repository: RepositoryId, page: PageBody): void {
    const { version, body, isWhole } = page;
    if (!isWhole) return;
    const bytes = body.length + 2 * key.length + ENTRY_BYTES;
    if (bytes > this.#limit / LARGEST_SHARE) return;
    this.#remove(key);
    this.#entries.set(key, { repository, version, body, isWhole, bytes, madeAt: this.#now() });
    const keys = this.#ofRepository.get(repository) ?? new Set();
    this.#ofRepository.set(repository, keys.add(key));
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limit) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    const keys = this.#ofRepository.get(entry.repository);
    keys?.delete(key);
    if (keys?.size === 0) this.#ofRepository.delete(entry.repository);
  }
}

function keyOf({ organizationId, repository, question }: PagePlace): string {
  return `${organizationId} ${repository} ${question}`;
}
