// How far an import is over all of its phases, as one number that never goes back.

/** What the share is made of; counts belong to the phase. */
export interface ImportCounts {
  readonly phase: string;
  readonly commitsDone: number;
  readonly commitsTotal: number | null;
}

/** All commits are read before the first is written: so much of the whole counts for reading. */
const READING_SHARE = 0.2;

/** @returns from 0 to 1; null while nobody knows how many commits there are */
export function importShare({ phase, commitsDone, commitsTotal }: ImportCounts): number | null {
  if (commitsTotal === null || commitsTotal === 0) return null;
  const share = Math.min(1, commitsDone / commitsTotal);
  if (phase === "reading") return READING_SHARE * share;
  return phase === "writing" ? READING_SHARE + (1 - READING_SHARE) * share : 0;
}
