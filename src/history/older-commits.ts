// The commits of a line below those that are read: looked through only for what the ones that are read do not tell.
import type { Sha } from "../domain/model.ts";
import { type FileChange, readChanges } from "../git/changes.ts";
import { listCommits } from "../git/commits.ts";
import type { GitRepository } from "../git/repository.ts";

/** Commits whose changes are read at a time: few at first, since they often tell enough, then four times as many. */
const FIRST_PIECE = 500;
const MAX_PIECE = 20_000;

/** Which further versions of a path are wanted. */
export interface OlderWish {
  /** those that are known already */
  readonly known: ReadonlySet<Sha>;
  /** how many others at most */
  readonly count: number;
}

/** A first-parent line from a commit down. Nothing is asked of Git before somebody wants to know something. */
export class OlderCommits {
  readonly #repository: GitRepository;
  readonly #newest: Sha;
  readonly #signal: AbortSignal | undefined;
  #shas: Promise<readonly Sha[]> | null = null;

  constructor(repository: GitRepository, newest: Sha, signal?: AbortSignal) {
    this.#repository = repository;
    this.#newest = newest;
    this.#signal = signal;
  }

  /**
   * @returns what the commits did to the wanted paths, newest first; whoever has enough leaves early
   * @throws TidemarkError those of `listCommits()` and `readChanges()`
   */
  async *changes(wants: (path: string) => boolean): AsyncGenerator<FileChange> {
    const shas = await (this.#shas ??= this.#list());
    for (let at = 0, size = FIRST_PIECE; at < shas.length; at += size, size = Math.min(size * 4, MAX_PIECE)) {
      const piece: (readonly FileChange[])[] = [];
      await readChanges(this.#repository, shas.slice(at, at + size), {
        wants,
        processes: 2,
        ...this.#withSignal(),
        onCommit: (index, changes) => (piece[index] = changes),
      });
      for (const changes of piece) yield* changes;
    }
  }

  /**
   * @returns by path the newest further versions that are files, newest first, each once
   * @throws TidemarkError those of `changes()`
   */
  async versionsOf(wishes: ReadonlyMap<string, OlderWish>): Promise<ReadonlyMap<string, readonly Sha[]>> {
    const found = new Map(Array.from(wishes.keys(), (path) => [path, new Set<Sha>()]));
    const open = new Map(wishes);
    for await (const { path, kind, oid } of this.changes((each) => wishes.has(each))) {
      const wish = open.get(path);
      const versions = found.get(path);
      if (wish === undefined || versions === undefined || kind !== "file" || oid === null) continue;
      if (!wish.known.has(oid)) versions.add(oid);
      if (versions.size >= wish.count) open.delete(path);
      if (open.size === 0) break;
    }
    return new Map(Array.from(found, ([path, versions]) => [path, [...versions]]));
  }

  async #list(): Promise<readonly Sha[]> {
    const query = { tips: [this.#newest], firstParent: true, ...this.#withSignal() };
    return [...(await listCommits(this.#repository, query)).shasDown()];
  }

  #withSignal(): { readonly signal?: AbortSignal } {
    return this.#signal === undefined ? {} : { signal: this.#signal };
  }
}
