// The commits of a line below those that are read: looked through only for what the ones that are read do not tell.
import type { CommitFacts, Sha } from "../domain/model.ts";
import { type FileChange, readChanges } from "../git/changes.ts";
import { type CommitQuery, listCommits, readFacts } from "../git/commits.ts";
import type { GitRepository } from "../git/repository.ts";

/** Commits that are looked through first: they often tell enough. */
const FIRST_PIECE = 500;
/** Commits whose changes are read at a time after these. */
const PIECE = 20_000;

/** Which further versions of a path are wanted. */
export interface OlderWish {
  /** those that are known already */
  readonly known: ReadonlySet<Sha>;
  /** how many others at most */
  readonly count: number;
}

/** A change of one path, and the commit that made it. */
export interface OlderChange extends FileChange {
  readonly commit: Sha;
}

/** A first-parent line from a commit down. Nothing is asked of Git before somebody wants to know something. */
export class OlderCommits {
  readonly #repository: GitRepository;
  readonly #newest: Sha;
  readonly #signal: AbortSignal | undefined;

  constructor(repository: GitRepository, newest: Sha, signal?: AbortSignal) {
    this.#repository = repository;
    this.#newest = newest;
    this.#signal = signal;
  }

  /** The commits themselves, with their true parents. @throws TidemarkError those of `readFacts()` */
  facts(shas: readonly Sha[]): AsyncGenerator<CommitFacts> {
    return readFacts(this.#repository, shas, this.#signal);
  }

  /**
   * @param paths all that is wanted, where that is known: git leaves out the commits that did not touch them
   * @returns what the commits did to the wanted paths, newest first; whoever has enough leaves early
   * @throws TidemarkError those of `listCommits()` and `readChanges()`
   */
  async *changes(wants: (path: string) => boolean, paths: readonly string[] = []): AsyncGenerator<OlderChange> {
    const first = await this.#list(this.#newest, { limit: FIRST_PIECE + 1 });
    yield* this.#changesOf(first.slice(0, FIRST_PIECE), wants);
    const next = first[FIRST_PIECE];
    if (next === undefined) return;
    const isPlain = paths.every((path) => !path.includes("\n"));
    const others = await this.#list(next, isPlain ? { paths } : {});
    for (let at = 0; at < others.length; at += PIECE) yield* this.#changesOf(others.slice(at, at + PIECE), wants);
  }

  /**
   * @returns by path the newest further versions that are files, newest first, each once
   * @throws TidemarkError those of `changes()`
   */
  async versionsOf(wishes: ReadonlyMap<string, OlderWish>): Promise<ReadonlyMap<string, readonly Sha[]>> {
    const found = new Map(Array.from(wishes.keys(), (path) => [path, new Set<Sha>()]));
    const open = new Map(wishes);
    for await (const { path, kind, oid } of this.changes((each) => wishes.has(each), [...wishes.keys()])) {
      const wish = open.get(path);
      const versions = found.get(path);
      if (wish === undefined || versions === undefined || kind !== "file" || oid === null) continue;
      if (!wish.known.has(oid)) versions.add(oid);
      if (versions.size >= wish.count) open.delete(path);
      if (open.size === 0) break;
    }
    return new Map(Array.from(found, ([path, versions]) => [path, [...versions]]));
  }

  async *#changesOf(shas: readonly Sha[], wants: (path: string) => boolean): AsyncGenerator<OlderChange> {
    const all: (readonly FileChange[])[] = [];
    await readChanges(this.#repository, shas, {
      wants,
      processes: 2,
      ...this.#withSignal(),
      onCommit: (index, changes) => (all[index] = changes),
    });
    for (const [index, changes] of all.entries()) {
      for (const change of changes) yield { ...change, commit: shas[index] as Sha };
    }
  }

  async #list(tip: Sha, which: Pick<CommitQuery, "limit" | "paths">): Promise<readonly Sha[]> {
    const query = { tips: [tip], firstParent: true, ...which, ...this.#withSignal() };
    return [...(await listCommits(this.#repository, query)).shasDown()];
  }

  #withSignal(): { readonly signal?: AbortSignal } {
    return this.#signal === undefined ? {} : { signal: this.#signal };
  }
}
