// What a process and its starter tell each other.

/** To the starter. */
export type StarterMessage =
  | {
      readonly what: "connect";
      /** of the socket where streams are taken in */
      readonly address: string;
      /** proves that it is the starter that connects */
      readonly token: string;
      /** of the streams to be opened */
      readonly numbers: readonly number[];
    }
  | {
      readonly what: "start";
      readonly id: number;
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      /** numbers of the streams that become its input, output and complaints; null: none */
      readonly stdio: readonly [number | null, number, number];
    };

/** From the starter, of the process with that id of ours. */
export type StartedMessage =
  | { readonly what: "started"; readonly id: number; readonly pid: number }
  | { readonly what: "failed"; readonly id: number; readonly message: string; readonly code: string }
  | {
      readonly what: "ended";
      readonly id: number;
      readonly status: number | null;
      readonly signal: NodeJS.Signals | null;
    };

/** Digits of a stream's number. */
const DIGITS = 12;
/** Bytes by which a stream names itself first of all: the token of 32 digits, a blank, its number, a line break. */
export const NAME_BYTES = 32 + 1 + DIGITS + 1;

/** What a stream says first. */
export function nameOf(token: string, number: number): string {
  return `${token} ${String(number).padStart(DIGITS, "0")}\n`;
}

/** @returns the number of a stream that has named itself; null when it does not know the token */
export function numberOf(name: string, token: string): number | null {
  return name.startsWith(`${token} `) && name.endsWith("\n") ? Number(name.slice(token.length + 1)) : null;
}
