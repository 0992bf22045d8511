// How far a fetch is, read from what git says meanwhile.

/** What a fetch is doing. */
export interface FetchProgress {
  readonly phase: "connecting" | "receiving" | "resolving";
  readonly done: number;
  readonly total: number | null;
}

/** Reads `Receiving objects:  12% (123/1000)` out of git's standard error. */
export class ProgressListener {
  readonly #onProgress: (progress: FetchProgress) => void;
  #line = "";

  constructor(onProgress: (progress: FetchProgress) => void) {
    this.#onProgress = onProgress;
  }

  hear(text: string): void {
    const lines = (this.#line + text).split(/[\r\n]/);
    this.#line = (lines.pop() ?? "").slice(-1_000);
    for (const line of lines) {
      const found = /^(Receiving objects|Resolving deltas): +\d+% \((\d+)\/(\d+)\)/.exec(line);
      if (!found) continue;
      const phase = found[1] === "Receiving objects" ? "receiving" : "resolving";
      this.#onProgress({ phase, done: Number(found[2]), total: Number(found[3]) });
    }
  }
}
