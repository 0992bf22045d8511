// What the people of the load test do, and when: a day of reads at many times its rate, the same for the same seed.
import { randomFrom } from "../inputs.ts";

/** The founding document's day. */
export const DAY = { people: 2_000, repositories: 1_000, commits: 4_000, reads: 400_000 };
/** How many times faster a day goes by. */
export const TIMES = 100;
const DAY_MS = 86_400_000;

/** What is asked of a repository. */
export type Kind = "newest" | "older" | "sort" | "series" | "columns" | "compare";

/** Shares of what is asked, in hundredths: mostly the newest page. */
const MIX: readonly (readonly [Kind, number])[] = [
  ["newest", 70],
  ["older", 10],
  ["sort", 8],
  ["series", 6],
  ["columns", 3],
  ["compare", 3],
];
const ALL = 100;

/** One request. */
export interface PlannedRead {
  /** milliseconds from the beginning */
  readonly at: number;
  /** the repository's rank: 0 is read most */
  readonly rank: number;
  readonly kind: Kind;
}

/** @returns what gives ranks by falling popularity 1/n */
export function zipf(count: number, random: () => number): () => number {
  const sums: number[] = [];
  for (let rank = 0; rank < count; rank++) sums.push((sums.at(-1) ?? 0) + 1 / (rank + 1));
  const all = sums.at(-1) ?? 0;
  return () => {
    const at = random() * all;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Reads at equal distances, whatever becomes of those before: who waits does not ask less. */
export function planReads(milliseconds: number, seed: number): PlannedRead[] {
  const random = randomFrom(seed);
  const rankOf = zipf(DAY.repositories, random);
  const count = Math.round((DAY.reads * TIMES * milliseconds) / DAY_MS);
  return Array.from({ length: count }, (_, index) => {
    let left = random() * ALL;
    const [kind] = MIX.find(([, share]) => (left -= share) < 0) ?? ["newest"];
    return { at: (index * milliseconds) / count, rank: rankOf(), kind };
  });
}

/** Commits at equal distances, of repositories by the same popularity. @returns when, and of which rank */
export function planCommits(milliseconds: number, seed: number): { readonly at: number; readonly rank: number }[] {
  const rankOf = zipf(DAY.repositories, randomFrom(seed));
  const count = Math.round((DAY.commits * TIMES * milliseconds) / DAY_MS);
  return Array.from({ length: count }, (_, index) => ({ at: (index * milliseconds) / count, rank: rankOf() }));
}
