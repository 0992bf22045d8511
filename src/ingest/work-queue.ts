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

  /** @returns what is next, which another worker may have taken by now; null when nothing is due, or none that is taken */
  async next(takesImports: boolean): Promise<DueWork | null> {
    this.#isPutOff = false;
    if (this.#clock() - this.#lookedAt < FRESH_MS || this.#restMs > 0) {
      const work = this.#pick(takesImports);
      if (work !== null) return work;
    }
    this.#isPutOff = this.#restMs > 0;
    if (this.#isPutOff) return null;
    const from = this.#clock();
    this.#found = await findDueWork(this.#system, LOOK_SIZE);
    this.#lookedAt = this.#clock();
    // where nothing is due a look costs little, and who wakes the worker next may have something
    this.#restUntil = this.#lookedAt + (this.#found.length === 0 ? 0 : (this.#lookedAt - from) * REST);
    return this.#pick(takesImports);
  }

  #pick(takesImports: boolean): DueWork | null {
    const index = this.#found.findIndex(
      ({ task, repositoryId }) => (takesImports || task !== "import") && !this.#isLeft(repositoryId),
    );
    return index === -1 ? null : (this.#found.splice(index, 1)[0] ?? null);
  }
}
