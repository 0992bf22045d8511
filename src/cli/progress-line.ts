// Progress on a terminal's error stream: one line that is rewritten; elsewhere a plain line now and then.
import { formatCount } from "../domain/format-value.ts";
import type { Effects } from "./effects.ts";

/** How far a piece of work is. */
export interface Progress {
  /** "reading files" */
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
  readonly secondsLeft?: number | null;
  /** of the whole work, from 0 to 1, where this is a part of it; null draws no bar */
  readonly share?: number | null;
}

const BAR_WIDTH = 24;
/** Rewriting faster than this is not seen, in ms. */
const TERMINAL_MS = 100;
/** A log of a long work gets a line this often, in ms. */
const PLAIN_MS = 10_000;
const ERASE = "\r\u001b[K";

/** Shows progress until `end()`. */
export class ProgressLine {
  readonly #effects: Effects;
  #last: number;
  #shown = false;

  constructor(effects: Effects) {
    this.#effects = effects;
    // the first plain line comes only when the work turns out to be long
    this.#last = effects.err.isTerminal ? Number.NEGATIVE_INFINITY : effects.now();
  }

  /** Shows how far it is, when it is time to. */
  show(progress: Progress): void {
    const { err } = this.#effects;
    const now = this.#effects.now();
    if (now - this.#last < (err.isTerminal ? TERMINAL_MS : PLAIN_MS)) return;
    this.#last = now;
    this.#shown = true;
    if (err.isTerminal) err.write(`${ERASE}${terminalLine(progress).slice(0, Math.max(10, err.width - 1))}`);
    else err.write(`${plainLine(progress)}\n`);
  }

  /** Writes whole lines of something else, which must not end up behind it. */
  write(text: string): void {
    this.end();
    this.#effects.err.write(text);
  }

  /** Leaves nothing of it on a terminal. */
  end(): void {
    if (this.#shown && this.#effects.err.isTerminal) this.#effects.err.write(ERASE);
    this.#shown = false;
  }
}

function plainLine({ phase, done, total, secondsLeft }: Progress): string {
  if (total === null && done === 0) return `${phase} …`;
  const of = total === null ? "" : ` of ${formatCount(total)}`;
  const left = secondsLeft === null || secondsLeft === undefined ? "" : `, about ${Math.ceil(secondsLeft)} s left`;
  return `${phase}: ${formatCount(done)}${of}${left}`;
}

function terminalLine(progress: Progress): string {
  const { done, total, share = total === null || total === 0 ? null : done / total } = progress;
  if (share === null) return plainLine(progress);
  const filled = Math.round(Math.min(1, share) * BAR_WIDTH);
  return `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${plainLine(progress)}`;
}
