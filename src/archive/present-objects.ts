// Whether the objects of a question are in the store: an engine that lists a folder leaves out in silence what is not there.
import { TidemarkError } from "../errors.ts";
import { damaged } from "./object-cache.ts";
import type { ObjectStore } from "./object-store.ts";
import type { ManifestObject } from "./query-engine.ts";

/** For so long a look holds, in milliseconds: objects never change, but somebody may take one away. */
const LOOK_MS = 600_000;
/** Looks at a time. */
const AT_ONCE = 16;
/** Looks that are remembered. */
const MOST = 100_000;

/** Looks at objects in a store, and remembers for a while what it saw. */
export class PresentObjects {
  readonly #store: ObjectStore;
  readonly #now: () => number;
  /** by key: when it was there, in milliseconds */
  readonly #seen = new Map<string, number>();

  constructor(store: ObjectStore, now: () => number = () => Date.now()) {
    this.#store = store;
    this.#now = now;
  }

  /** @throws TidemarkError `archive-object-missing`, `archive-object-damaged`, `archive-store-unreachable` */
  async look(objects: readonly ManifestObject[], signal: AbortSignal): Promise<void> {
    const since = this.#now() - LOOK_MS;
    const open = objects.filter(({ key }) => (this.#seen.get(key) ?? 0) <= since).values();
    // each takes the next one: a few at a time, however many there are
    const takers = Array.from({ length: AT_ONCE }, async () => {
      for (const object of open) await this.#lookAt(object, signal);
    });
    await Promise.all(takers);
  }

  /** The same, whatever was seen before. */
  async lookAgain(objects: readonly ManifestObject[], signal: AbortSignal): Promise<void> {
    for (const { key } of objects) this.#seen.delete(key);
    await this.look(objects, signal);
  }

  async #lookAt({ key, bytes }: ManifestObject, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const found = await this.#store.head(key, signal);
    if (found === null) {
      const parts = { attempt: "read the object", value: key, found: "none", wanted: "what the manifest names" };
      throw new TidemarkError("archive-object-missing", parts);
    }
    if (found.bytes !== bytes) throw damaged(key, `${found.bytes} bytes in place of ${bytes}`);
    if (this.#seen.size >= MOST) this.#seen.clear();
    this.#seen.set(key, this.#now());
  }
}
