// Waiting in tests, always with an end: what never comes is said in words, and does not hang the run.
import { setTimeout as wait } from "node:timers/promises";

/** How often it is looked, and how long it may take on a busy machine before the test gives up. */
const LOOK_MS = 50;
const GIVE_UP_MS = 60_000;

/**
 * Asks again and again. In a page it would not do: its `waitForFunction()` takes the promise of an answer for one.
 * @throws Error when it is not so within a minute
 */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const last = performance.now() + GIVE_UP_MS;
  while (!(await isSo())) {
    if (performance.now() > last) throw new Error(`${what}: not within a minute`);
    await wait(LOOK_MS);
  }
}

/** Waits for what is told once. @throws Error when it is not told in time */
export async function within<T>(what: string, told: Promise<T>, limitMs: number = GIVE_UP_MS): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const watchdog = setTimeout(() => reject(new Error(`${what}: not within ${limitMs / 1_000} s`)), limitMs);
  try {
    return await Promise.race([told, promise]);
  } finally {
    clearTimeout(watchdog);
  }
}
