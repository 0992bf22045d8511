// Whether the disk of the database has room for what comes in: a database that fills it to the end stops altogether.
import { statfs } from "node:fs/promises";

/** Below this many free bytes nothing is taken in (reference/storage.md): senders try again, and polling finds the rest. */
export const LEAST_FREE_BYTES = 512 * 1024 * 1024;
/** How long an answer counts, in ms: a disk does not fill up with deliveries sooner. */
const LOOK_MS = 1_000;

/**
 * @param folder the database's
 * @param look for tests
 * @returns a question that is answered from memory mostly; where the disk cannot be asked, the database will say itself
 */
export function diskRoom(
  folder: string,
  now: () => number,
  look: (folder: string) => Promise<{ readonly bavail: number; readonly bsize: number }> = statfs,
): () => Promise<boolean> {
  let until = Number.NEGATIVE_INFINITY;
  let answer: Promise<boolean> = Promise.resolve(true);
  return () => {
    if (now() < until) return answer;
    until = now() + LOOK_MS;
    answer = look(folder).then(
      ({ bavail, bsize }) => bavail * bsize >= LEAST_FREE_BYTES,
      () => true,
    );
    return answer;
  };
}
