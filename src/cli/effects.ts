// What a command may touch of the world: streams, terminal, clock. Passed in by main.ts, replaced by plain objects in tests.
import type { Secret } from "../secrets.ts";

/** The program that shows long output, and what it finds around it. */
export interface PagerSettings {
  /** as people write it in PAGER: a program, or a line for the shell */
  readonly command: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where a command writes. */
export interface Output {
  write(text: string): void;
  /** whether a person looks at it */
  readonly isTerminal: boolean;
  /** its width in characters; Infinity where it is no terminal */
  readonly width: number;
  /** whether it shows colours (a terminal, and NO_COLOR is not set) */
  readonly colour: boolean;
}

/** Everything outside that a command uses. */
export interface Effects {
  readonly out: Output;
  readonly err: Output;
  /** Asks for a secret: typed and not shown, or the first line of standard input. */
  readSecret(prompt: string): Promise<Secret>;
  /** milliseconds since 1970 */
  now(): number;
  readonly cwd: string;
  /** what shows long output a page at a time; null: nothing does */
  readonly pager: PagerSettings | null;
  /** the folder for what can be made again: mirrors of addresses that a command read */
  readonly cacheFolder: string;
  /** whether a browser can be opened for the person: a desktop is there */
  readonly hasDesktop: boolean;
  /** resolves when the person asks to stop (SIGINT, SIGTERM) */
  readonly stop: Promise<void>;
  /** aborted at the same moment, for what takes a signal */
  readonly signal: AbortSignal;
}

/**
 * Exit codes: done, failed, called the wrong way, columns that got worse where that was asked for, stopped by Ctrl-C
 * (128 + SIGINT, as shells say it).
 */
export const EXIT = { done: 0, failed: 1, usage: 2, worse: 3, stopped: 130 } as const;
