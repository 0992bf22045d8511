// Where archived commits stand, kept between questions about one version of a repository: 12 bytes a commit, which a sorted
// page of a million would wait for each time.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { ArchivedPlaces } from "../store/archived-places.ts";

/** What all of them may hold together: five million commits. */
const MAX_BYTES = 64 * 1024 ** 2;
/** What is kept of a repository in a list or a set beside the three lists. */
const ENTRY_BYTES = 500;

/** Whose places they are. */
export interface PlacesOf {
  readonly organization: OrganizationId;
  readonly repository: RepositoryId;
  readonly version: number;
  /** how many there are */
  readonly hotFrom: number;
}

interface Kept {
  readonly version: number;
  readonly hotFrom: number;
  readonly places: ArchivedPlaces;
  readonly bytes: number;
}

function bytesOf({ firstParents, ordinals, lines, unreachable }: ArchivedPlaces): number {
  return firstParents.byteLength + ordinals.byteLength + lines.byteLength + unreachable.size * 40 + ENTRY_BYTES;
}

/** Places of some repositories, of one version each. */
export class PlacesCache {
  readonly #limit: number;
  /** from the longest unread to the last one read */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** @param limit bytes at most */
  constructor(limit = MAX_BYTES) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns the places as they are kept, or read now */
  async read(of: PlacesOf, read: () => Promise<ArchivedPlaces>): Promise<ArchivedPlaces> {
    const key = `${of.organization} ${of.repository}`;
    const kept = this.#kept.get(key);
    if (kept?.version === of.version && kept.hotFrom === of.hotFrom) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept.places;
    }
    const places = await read();
    this.#put(key, { version: of.version, hotFrom: of.hotFrom, places, bytes: bytesOf(places) });
    return places;
  }

  #put(key: string, entry: Kept): void {
    this.#drop(key);
    // one that is asked while an import goes on must not push out all others
    if (entry.bytes > this.#limit) return;
    this.#kept.set(key, entry);
    this.#bytes += entry.bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#limit) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }
}
