// Shows long output in a pager, as git does: a page at a time on a terminal, and at once where it fits.
import { type ChildProcess, spawn } from "node:child_process";
import type { Effects, Output, PagerSettings } from "./effects.ts";

/** What only a shell understands. */
const SHELL_SIGNS = /[^\w./+-]/;

let open = 0;

/** @returns whether a pager has the terminal: then Ctrl-C is meant for it */
export function pagerIsOpen(): boolean {
  return open > 0;
}

/** An output whose text goes through a pager that begins with the first of it. */
export class Pager {
  readonly out: Output;
  readonly #settings: PagerSettings;
  readonly #beyond: Output;
  #child: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  /** what a pager that could not be started was given */
  #unshown: string[] = [];

  constructor(out: Output, settings: PagerSettings) {
    this.#beyond = out;
    this.#settings = settings;
    const { isTerminal, colour } = out;
    const width = (): number => out.width;
    this.out = {
      isTerminal,
      colour,
      get width() {
        return width();
      },
      write: (text) => this.#write(text),
    };
  }

  /** Waits until the person has seen enough. */
  async close(): Promise<void> {
    this.#child?.stdin?.end();
    await this.#ended;
    for (const text of this.#unshown) this.#beyond.write(text);
    this.#unshown = [];
  }

  #write(text: string): void {
    this.#child ??= this.#start();
    this.#unshown.push(text);
    this.#child.stdin?.write(text);
  }

  #start(): ChildProcess {
    const { command, environment } = this.#settings;
    const isLine = SHELL_SIGNS.test(command);
    const [program, words] = isLine ? ["/bin/sh", ["-c", command]] : [command, []];
    open += 1;
    const child = spawn(program, words, { stdio: ["pipe", "inherit", "inherit"], env: environment });
    child.stdin?.on("error", () => undefined); // it was left before the end
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        open -= 1;
        resolve();
      };
      child.once("error", end); // no such program: the text is shown without one
      child.once("spawn", () => {
        child.off("error", end);
        child.once("close", () => {
          this.#unshown = [];
          end();
        });
      });
    });
    return child;
  }
}

/** @returns the pager to use; null where nobody looks at a terminal or it is not wanted */
export function pagerFor(effects: Effects, wanted: boolean): Pager | null {
  return wanted && effects.out.isTerminal && effects.pager !== null ? new Pager(effects.out, effects.pager) : null;
}
