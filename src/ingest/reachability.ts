// Which commits no branch reaches any more after a forced push or a deletion, and which are reached again.
import type { RepositoryId } from "../domain/model.ts";
import type { StoredBranch } from "../store/branch.ts";
import { readParents, unreachableCommits } from "../store/commit-line.ts";
import type { Reader } from "../store/database.ts";

/** Commits asked for at a time: a forced push rarely goes further back. */
const CHUNK_COMMITS = 1_000;

/** A commit that is asked about. */
const ASKED = 1;
/** A commit that a branch reaches. */
const REACHED = 2;

/** What is to be found out; all are positions. */
export interface ReachabilityQuestion {
  /** heads of the live branches */
  readonly heads: readonly number[];
  /** commits whose ancestors and they themselves may be reached by no branch */
  readonly asked: readonly number[];
}

/**
 * Walks down from the youngest of them, parents after children, until every commit that is asked about, and every
 * ancestor of one, is known to be reached or not.
 * @returns positions of the asked commits and their ancestors that no head reaches, falling
 */
export async function unreachedCommits(
  reader: Reader,
  repository: RepositoryId,
  { heads, asked }: ReachabilityQuestion,
): Promise<number[]> {
  const colours = new Map<number, number>();
  let open = 0; // commits ahead of us that are asked about and not known to be reached
  const paint = (position: number, colour: number): void => {
    const before = colours.get(position) ?? 0;
    const after = before | colour;
    colours.set(position, after);
    if (before !== ASKED && after === ASKED) open += 1;
    else if (before === ASKED && after !== ASKED) open -= 1;
  };
  for (const position of asked) paint(position, ASKED);
  for (const position of heads) paint(position, REACHED);
  const unreached: number[] = [];
  let position = Math.max(...colours.keys());
  while (open > 0) {
    const rows = await readParents(reader, repository, position, CHUNK_COMMITS);
    for (const { position: current, parents } of rows) {
      const colour = colours.get(current);
      if (colour === undefined) continue;
      colours.delete(current);
      if (colour === ASKED) {
        open -= 1;
        unreached.push(current);
      }
      for (const parent of parents) paint(parent, colour & REACHED ? REACHED : ASKED);
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    position = last.position - 1;
  }
  return unreached;
}

/** What a sync changes in it; all are positions of commits that were stored before. */
export interface ReachChange {
  /** those that no branch reaches any more */
  readonly lost: readonly number[];
  /** those that a branch reaches again */
  readonly found: readonly number[];
  /** all that no branch reaches now */
  readonly unreached: ReadonlySet<number>;
}

/** The branches before and after. */
export interface MovedBranches {
  readonly stored: readonly StoredBranch[];
  /** heads that a branch had and has no more */
  readonly left: readonly string[];
  /** positions of stored commits that live branches name, or that new commits stand on */
  readonly reachedHeads: ReadonlySet<number>;
}

/** @returns what branches that moved left behind, and what they reach again: new commits are reached in any case */
export async function reachChange(
  reader: Reader,
  repository: RepositoryId,
  { stored, left, reachedHeads }: MovedBranches,
): Promise<ReachChange> {
  const marked = new Set(await unreachableCommits(reader, repository));
  const returned = [...reachedHeads].some((position) => marked.has(position));
  const leftAt = stored
    .filter(({ head, headPosition }) => left.includes(head) && !reachedHeads.has(headPosition))
    .map(({ headPosition }) => headPosition);
  if (leftAt.length === 0 && !returned) return { lost: [], found: [], unreached: marked };
  const question = { heads: [...reachedHeads], asked: [...leftAt, ...marked] };
  const unreached = new Set(await unreachedCommits(reader, repository, question));
  return {
    lost: [...unreached].filter((position) => !marked.has(position)),
    found: [...marked].filter((position) => !unreached.has(position)),
    unreached,
  };
}
