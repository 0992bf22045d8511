// What names the rows of each metric file's arrays: chosen by people, stored from before, or inferred once and kept.
import type { MetricPathMatcher } from "../domain/metric-paths.ts";
import type { RowIdentities } from "../domain/model.ts";

/** The row identities of a repository's paths. A path's identity never changes once it is there. */
export class PathIdentities {
  readonly #known: Map<string, RowIdentities>;
  #chosen = new Map<string, RowIdentities>();

  /** @param stored those of an earlier import: they are never inferred again */
  constructor(stored: ReadonlyMap<string, RowIdentities> = new Map()) {
    this.#known = new Map(stored);
  }

  /** @returns whether it is known what is inferred for a path */
  has(path: string): boolean {
    return this.#known.has(path);
  }

  /**
   * @returns the identity of a path: what a person chose for some of its arrays, for the others what was inferred;
   *   null when nobody knows
   */
  of(path: string, matcher: MetricPathMatcher): RowIdentities | null {
    const known = this.#known.get(path) ?? null;
    const chosen = matcher.match(path)?.identity ?? null;
    return known === null || chosen === null ? (chosen ?? known) : { ...known, ...chosen };
  }

  /** @returns whether a person chose the identity of a path */
  isChosen(path: string, matcher: MetricPathMatcher): boolean {
    return (matcher.match(path)?.identity ?? null) !== null;
  }

  /** Keeps what was inferred for a path. */
  choose(path: string, identity: RowIdentities): void {
    if (this.#known.has(path)) return;
    this.#known.set(path, identity);
    this.#chosen.set(path, identity);
  }

  /** @returns what was chosen since the last call */
  takeChosen(): ReadonlyMap<string, RowIdentities> {
    const chosen = this.#chosen;
    this.#chosen = new Map();
    return chosen;
  }
}
