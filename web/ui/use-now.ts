// The time that "2 min ago" is counted from.
import { useSyncExternalStore } from "react";

/** How often the words are counted anew, in milliseconds. */
const TICK_MS = 5_000;

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // nobody has counted since the last one stopped; React looks again after subscribing
    now = Date.now();
    timer = setInterval(tick, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** @returns milliseconds since 1970, a few seconds old at most; one clock for all that is on the page */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
