// What is due, as a worker saw it a moment ago: one look at the database serves many picks.
import type { RepositoryId } from "../domain/model.ts";
import { type DueWork, findDueWork } from "../store/due-work.ts";
import type { SystemReader } from "../store/database.ts";

/** Repositories that one look brings, of each task. */
const LOOK_SIZE = 64;
/** A look is good for so long, in ms, or as long as looks rest: what is pushed meanwhile is not behind all that was found. */
const FRESH_MS = 250;
/** Looks take at most a quarter of the time, however much is due. */
const REST = 3;
/** A look that finds nothing within this, in ms, needs no rest: who wakes the worker next may have something. */
const CHEAP_MS = 20;
/** A repository is left alone at most so long while deliveries about it are being read, in ms: then people have waited enough. */
const LEFT_MS = 5_000;

/** Picks in the order of being served. */
export class WorkQueue {
  readonly #system: SystemReader;
  readonly #clock: () => number;
  #found: DueWork[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;
  #restUntil = Number.NEGATIVE_INFINITY;
  #isPutOff = false;
  /** by repository that is left alone: since when */
  #left: ReadonlyMap<RepositoryId, number> = new Map();

  constructor(system: SystemReader, clock: () => number) {
    this.#system = system;
    this.#clock = clock;
  }

  /** @returns after how many ms to ask again, when the last question came while looks rested; null: it was answered */
  get putOffMs(): number | null {
    return this.#isPutOff ? this.#restMs : null;
  }

  /** Leaves these alone, and none that was left before: more deliveries about them are being read, and one run answers all. */
  leave(repositories: ReadonlySet<RepositoryId>): void {
    const now = this.#clock();
    this.#left = new Map(Array.from(repositories, (id) => [id, this.#left.get(id) ?? now]));
  }

  #isLeft(repository: RepositoryId): boolean {
    return this.#clock() - (this.#left.get(repository) ?? Number.NEGATIVE_INFINITY) < LEFT_MS;
  }

  get #restMs(): number {
    return Math.max(0, this.#restUntil - this.#clock());
  }

  /**
   * @param isInWork whether this worker has yet to end with a repository, whose lease may be free by now
   * @returns what is next, which another worker may have taken by now; null when nothing is due, or none that is taken
   */
  async next(takesImports: boolean, isInWork: (repository: RepositoryId) => boolean): Promise<DueWork | null> {
    this.#isPutOff = false;
    if (this.#clock() - this.#lookedAt < FRESH_MS || this.#restMs > 0) {
      const work = this.#pick(takesImports, isInWork);
      if (work !== null) return work;
    }
    this.#isPutOff = this.#restMs > 0;
    if (this.#isPutOff) return null;
    const from = this.#clock();
    this.#found = await findDueWork(this.#system, LOOK_SIZE);
    this.#lookedAt = this.#clock();
    const costMs = this.#lookedAt - from;
    // a thousand repositories that wait for a server that is down cost as much as a thousand that are due
    const isCheap = this.#found.length === 0 && costMs <= CHEAP_MS;
    this.#restUntil = this.#lookedAt + (isCheap ? 0 : costMs * REST);
    return this.#pick(takesImports, isInWork);
  }

  #pick(takesImports: boolean, isInWork: (repository: RepositoryId) => boolean): DueWork | null {
    const index = this.#found.findIndex(
      ({ task, repositoryId: id }) => (takesImports || task !== "import") && !this.#isLeft(id) && !isInWork(id),
    );
    return index === -1 ? null : (this.#found.splice(index, 1)[0] ?? null);
  }
}
