// Asks for new rows when there are some, never more often than the server and the page can bear.

/** Shortest pause between two refreshes, in milliseconds: rows that stream in are looked at, not counted. */
export const MIN_PAUSE_MS = 1_000;
/** The pause is at least so many times what the last refresh took: a long table is refreshed a quarter of the time. */
export const PAUSE_PER_REFRESH = 3;

/** A refresher. */
export interface Refresher {
  /** says that there is something new; what was asked for while a refresh runs is done once after it */
  ask(): void;
  stop(): void;
}

/**
 * Makes a refresher.
 * @param refresh fetches and draws; may reject, which the page shows by itself
 * @param clock milliseconds, rising
 */
export function createRefresher(refresh: () => Promise<unknown>, clock: () => number = () => Date.now()): Refresher {
  let state: "idle" | "running" | "pausing" | "stopped" = "idle";
  let asked = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = async (): Promise<void> => {
    state = "running";
    asked = false;
    const began = clock();
    await refresh().catch(() => undefined);
    // may have been stopped meanwhile
    if ((state as string) === "stopped") return;
    state = "pausing";
    const pause = Math.max(MIN_PAUSE_MS, PAUSE_PER_REFRESH * (clock() - began));
    timer = setTimeout(() => {
      state = "idle";
      if (asked) void run();
    }, pause);
  };
  return {
    ask() {
      if (state === "idle") void run();
      else asked = true;
    },
    stop() {
      state = "stopped";
      clearTimeout(timer);
    },
  };
}
