// Strings of JSON with their escapes, in one pass.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const FOUR_HEX = /^[0-9a-fA-F]{4}$/;

/** A string, and the place behind its closing quote. One object is used again: read both before the next call. */
export interface StringReading {
  value: string;
  /** behind the string; -1 when it is not one */
  end: number;
  /** where it went wrong */
  wrongAt: number;
}

/**
 * Reads the string whose opening quote stands before a place.
 * @param start behind the opening quote
 */
export function readString(text: string, start: number, reading: StringReading): void {
  let at = start;
  let code = text.charCodeAt(at);
  while (code !== QUOTE && code !== BACKSLASH && code >= FIRST_PRINTABLE) code = text.charCodeAt(++at);
  if (code === QUOTE) {
    reading.value = text.slice(start, at);
    reading.end = at + 1;
  } else readEscaped(text, start, at, reading);
}

/** Reads on from the first escape of a string. */
function readEscaped(text: string, start: number, firstEscape: number, reading: StringReading): void {
  let at = firstEscape;
  let from = start;
  let value = "";
  reading.end = -1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      reading.value = value + text.slice(from, at);
      reading.end = at + 1;
      return;
    }
    if (code !== BACKSLASH) {
      if (code >= FIRST_PRINTABLE) {
        at++;
        continue;
      }
      reading.wrongAt = at; // a control character, or the end of the text
      return;
    }
    value += text.slice(from, at);
    const letter = text[at + 1];
    if (letter === "u") {
      const hex = text.slice(at + 2, at + 6);
      if (!FOUR_HEX.test(hex)) break;
      value += String.fromCharCode(Number.parseInt(hex, 16));
      at += 6;
    } else {
      const plain = letter === undefined ? undefined : ESCAPES[letter];
      if (plain === undefined) break;
      value += plain;
      at += 2;
    }
    from = at;
  }
  reading.wrongAt = at;
}
