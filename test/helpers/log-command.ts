// A command in this process, on a terminal made of plain objects, and histories for it to read.
import { join } from "node:path";
import type { Effects, Output } from "../../src/cli/effects.ts";
import { runProgram } from "../../src/cli/program.ts";
import { readConfig } from "../../src/config.ts";
import { Secret } from "../../src/secrets.ts";
import { HistoryBuilder } from "./git-history.ts";

/** What the command is run on; a terminal of 80 characters without colours unless it says otherwise. */
export interface Terminal {
  readonly width?: number;
  readonly colour?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly errIsTerminal?: boolean;
  readonly outIsTerminal?: boolean;
  /** what a person types who is asked for a token; default: nobody is asked */
  readonly secret?: () => string;
  /** milliseconds since 1970; default: a second more each time somebody looks */
  readonly now?: () => number;
  /** a line for the shell */
  readonly pager?: string;
  /** aborted when the person presses Ctrl-C */
  readonly signal?: AbortSignal;
  /** told of each text that is written */
  readonly told?: (text: string) => void;
}

/** What the command said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** @returns what runs `tidemark log` with these words, in a folder of its own */
export function logIn(root: string): (words: readonly string[], terminal?: Terminal) => Promise<Said> {
  const run = commandIn(root);
  return (words, terminal) => run(["log", ...words], terminal);
}

/** @returns what runs `tidemark` with these words, in a folder of its own */
export function commandIn(root: string): (words: readonly string[], terminal?: Terminal) => Promise<Said> {
  return async (words, terminal = {}) => {
    const said = { out: "", err: "" };
    const output = (name: "out" | "err", isTerminal: boolean): Output => ({
      write: (text) => {
        said[name] += text;
        terminal.told?.(text);
      },
      isTerminal,
      width: terminal.width ?? 80,
      colour: terminal.colour ?? false,
    });
    let clock = 0;
    const effects: Effects = {
      out: output("out", terminal.outIsTerminal ?? true),
      err: output("err", terminal.errIsTerminal ?? false),
      readSecret: async () => {
        if (terminal.secret === undefined) throw new Error("nobody is asked for a secret");
        return Secret.of(terminal.secret());
      },
      now: terminal.now ?? (() => (clock += 1_000)),
      cwd: terminal.cwd ?? root,
      cacheFolder: join(root, "cache"),
      hasDesktop: false,
      pager: terminal.pager === undefined ? null : { command: terminal.pager, environment: { PATH: "/usr/bin:/bin" } },
      stop: new Promise(() => undefined),
      signal: terminal.signal ?? new AbortController().signal,
    };
    const code = await runProgram(words, effects, () => readConfig(terminal.env ?? {}, root));
    return { code, ...said };
  };
}

/** Makes a history. @returns its folder */
export async function buildHistory(folder: string, make: (builder: HistoryBuilder) => void): Promise<string> {
  const builder = new HistoryBuilder(folder);
  make(builder);
  await builder.finish();
  return folder;
}
