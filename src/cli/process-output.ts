// The process's own streams as commands write to them: how wide they are, and what is said when one takes no more.
import { folderReason, TidemarkError } from "../errors.ts";
import { EXIT, type Output } from "./effects.ts";

/** Cells of a terminal that does not tell, as git has it. */
const UNKNOWN_WIDTH = 80;

/** What is asked of a stream; those of the process are such. */
export interface OutputStream {
  readonly isTTY?: boolean;
  /** 0 and undefined: the terminal does not tell */
  readonly columns?: number;
  write(text: string): unknown;
  on(event: "error", listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** @param env the settings of the environment */
export function streamOutput(stream: OutputStream, env: Readonly<Record<string, string | undefined>>): Output {
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal,
    get width() {
      return isTerminal ? stream.columns || UNKNOWN_WIDTH : Number(env["COLUMNS"]) || Number.POSITIVE_INFINITY;
    },
    colour: (isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb") || Boolean(env["FORCE_COLOR"]),
  };
}

/**
 * Ends the process when its output takes no more. A reader that goes away (`tidemark log | head`) is no error; a full
 * disk is one, and what was written is not all.
 * @param exit ends the process at once, with an exit code
 */
export function endWithStreams(
  { out, err }: { readonly out: OutputStream; readonly err: OutputStream },
  exit: (code: number) => void,
): void {
  err.on("error", () => undefined); // there is nowhere left to say so
  out.on("error", (error) => {
    if (error.code === "EPIPE") return exit(EXIT.done);
    const wanted = "a place that takes all of it";
    const parts = { attempt: "write to", value: "the standard output", found: folderReason(error), wanted };
    err.write(`tidemark: ${new TidemarkError("file-unwritable", parts).message}\n`);
    exit(EXIT.failed);
  });
}
