// Which replica a repository's reads go to: the one with the highest score. Who comes or goes moves its own share only.
import { createHash } from "node:crypto";

const SCORE_BYTES = 8;

/** @returns how well a replica suits a repository: a number of 64 bits, the same in every process and for ever */
export function scoreOf(replica: string, repository: string): bigint {
  const digest = createHash("sha256").update(`${replica}\0${repository}`).digest();
  return digest.subarray(0, SCORE_BYTES).readBigUInt64BE();
}

/**
 * @param replicas their ids: names that an operator gave, so that a new address or another order moves nothing
 * @returns them from the best for this repository to the last
 */
export function byScore(replicas: readonly string[], repository: string): string[] {
  const scored = replicas.map((replica) => ({ replica, score: scoreOf(replica, repository) }));
  scored.sort((a, b) => (a.score === b.score ? a.replica.localeCompare(b.replica) : a.score < b.score ? 1 : -1));
  return scored.map(({ replica }) => replica);
}
