// A secret that a person types, or that comes through a pipe: never shown, never an argument.
import { StringDecoder } from "node:string_decoder";
import { TidemarkError } from "../errors.ts";
import { Secret } from "../secrets.ts";

/** No secret is longer, in bytes. */
const MAX_BYTES = 16 * 1024;
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const BACKSPACES = new Set(["\u007f", "\b"]);

/** What is asked of standard input. */
export interface SecretStream extends AsyncIterable<Buffer | string> {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/** How it is asked for. */
export interface SecretQuestion {
  /** shown on a terminal only */
  readonly prompt: string;
  readonly show: (text: string) => void;
  /** called for Ctrl-C, which a terminal does not turn into a signal meanwhile */
  readonly stop: () => Promise<void>;
}

/**
 * Reads a secret: on a terminal the line that is typed, without showing it; else the first line that comes.
 * @throws TidemarkError `bad-argument` when nothing comes, or too much
 */
export async function readSecret(stream: SecretStream, { prompt, show, stop }: SecretQuestion): Promise<Secret> {
  const isTyped = stream.isTTY === true && stream.setRawMode !== undefined;
  if (isTyped) {
    show(prompt);
    stream.setRawMode?.(true);
  }
  try {
    const line = await firstLine(stream, isTyped, stop);
    if (line === "") throw notRead("nothing", "it, followed by Enter; or a file of it after <");
    return Secret.of(line);
  } finally {
    if (isTyped) {
      stream.setRawMode?.(false);
      show("\n");
    }
  }
}

async function firstLine(stream: SecretStream, isTyped: boolean, stop: () => Promise<void>): Promise<string> {
  const decoder = new StringDecoder("utf8");
  let line = "";
  for await (const chunk of stream) {
    for (const character of decoder.write(Buffer.from(chunk))) {
      if (character === "\n" || character === "\r") return line;
      if (isTyped && character === CTRL_D) return line;
      if (isTyped && character === CTRL_C) {
        await stop();
        return "";
      }
      if (isTyped && BACKSPACES.has(character)) line = line.replace(/.$/su, "");
      else line += character;
      if (Buffer.byteLength(line) > MAX_BYTES) throw notRead(`more than ${MAX_BYTES} bytes`, "one line");
    }
  }
  return line;
}

function notRead(found: string, wanted: string): TidemarkError {
  return new TidemarkError("bad-argument", { attempt: "read the token from", value: "standard input", found, wanted });
}
