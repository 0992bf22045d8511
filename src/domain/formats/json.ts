// JSON: an iterative reader that keeps exact integers, NaN, written order and duplicate keys, and stops at limits.
import type { Flattener } from "../flatten.ts";
import { MAX_FILE_BYTES } from "../limits.ts";
import { unreadable } from "../unreadable.ts";
import type { Adapter, FileText } from "./adapter.ts";
import { placeOf } from "./adapter.ts";
import { type NumberReading, readNumber } from "./json-number.ts";
import { readString, type StringReading } from "./json-string.ts";

const EXTENSIONS = ["json", "ndjson", "jsonl"];
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const QUOTE = 0x22;

/** Words that stand for a value: those of JSON and what Python's json module writes. */
const WORDS: readonly (readonly [string, null | boolean | number])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
];

/** What is told of a document while it is read. */
export type DocumentEvents = Pick<
  Flattener,
  "openObject" | "openArray" | "name" | "step" | "likelyStep" | "scalar" | "close" | "warnings"
>;

/** JSON of RFC 8259, and the special numbers as Python writes them. */
export const json: Adapter = {
  name: "json",
  version: 1,
  extensions: EXTENSIONS,
  maxBytes: MAX_FILE_BYTES,
  sniff({ extension, first }: FileText) {
    const own = EXTENSIONS.includes(extension);
    if (first === "{" || first === "[") return own ? "yes" : "maybe";
    return own ? "maybe" : "no";
  },
  read({ text }, target) {
    readJson(text, 0, text.length, target);
  },
};

/**
 * Reads one JSON value and tells it as events.
 * @param from first character, and `to` the place behind the last one
 * @throws TidemarkError `file-unreadable` with line and column, also when something follows the value
 */
export function readJson(text: string, from: number, to: number, target: DocumentEvents): void {
  new JsonReader(text, from, to, target).read();
}

class JsonReader {
  readonly #text: string;
  readonly #end: number;
  readonly #target: DocumentEvents;
  readonly #number: NumberReading = { value: 0, end: 0 };
  readonly #string: StringReading = { value: "", end: 0, wrongAt: 0 };
  /** for each open container whether it is an object */
  readonly #objects: boolean[] = [];
  #at: number;

  constructor(text: string, from: number, to: number, target: DocumentEvents) {
    this.#text = text;
    this.#at = from;
    this.#end = to;
    this.#target = target;
  }

  read(): void {
    do this.#readValue();
    while (this.#goOn());
    if (this.#next() >= 0) throw this.#wrong("nothing behind the document");
  }

  /** Reads a scalar, or opens a container and those that it begins with. */
  #readValue(): void {
    const target = this.#target;
    for (;;) {
      const code = this.#next();
      if (code === QUOTE) {
        target.scalar(this.#readString());
        return;
      }
      if (code === OPEN_OBJECT) {
        this.#at++;
        target.openObject();
        if (this.#next() === CLOSE_OBJECT) {
          this.#at++;
          target.close();
          return;
        }
        this.#objects.push(true);
        this.#readName();
      } else if (code === OPEN_ARRAY) {
        this.#at++;
        target.openArray();
        if (this.#next() === CLOSE_ARRAY) {
          this.#at++;
          target.close();
          return;
        }
        this.#objects.push(false);
      } else {
        this.#readWordOrNumber();
        return;
      }
    }
  }

  /** Behind a value: closes what closes here. @returns whether another value follows */
  #goOn(): boolean {
    const objects = this.#objects;
    while (objects.length > 0) {
      const inObject = objects.at(-1) as boolean;
      const code = this.#next();
      if (code === COMMA) {
        this.#at++;
        if (inObject) this.#readName();
        return true;
      }
      if (code !== (inObject ? CLOSE_OBJECT : CLOSE_ARRAY))
        throw this.#wrong(inObject ? 'a comma or "}"' : 'a comma or "]"');
      this.#at++;
      objects.pop();
      this.#target.close();
    }
    return false;
  }

  #readName(): void {
    if (this.#next() !== QUOTE) throw this.#wrong("a key in double quotes");
    const at = this.#at;
    const likely = this.#target.likelyStep;
    if (likely !== null && likely.quoted !== null && this.#text.startsWith(likely.quoted, at)) {
      // objects of one list have their names in one order: making the text and looking it up is half of the work
      this.#at = at + likely.quoted.length;
      this.#target.step(likely, at);
      return;
    }
    this.#target.name(this.#readString(), at);
    if (this.#next() !== COLON) throw this.#wrong("a colon");
    this.#at++;
  }

  #readString(): string {
    const string = this.#string;
    readString(this.#text, this.#at + 1, string);
    if (string.end < 0 || string.end > this.#end) {
      this.#at = Math.min(string.end < 0 ? string.wrongAt : this.#end, this.#end);
      throw this.#wrong("the rest of a string");
    }
    this.#at = string.end;
    return string.value;
  }

  #readWordOrNumber(): void {
    const number = this.#number;
    readNumber(this.#text, this.#at, number, this.#target.warnings);
    if (number.end >= 0 && number.end <= this.#end) {
      this.#at = number.end;
      this.#target.scalar(number.value);
      return;
    }
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at) || this.#at + word.length > this.#end) continue;
      this.#at += word.length;
      this.#target.scalar(value);
      return;
    }
    throw this.#wrong("a value");
  }

  /** Skips blanks. @returns the code of the next character, -1 at the end */
  #next(): number {
    const text = this.#text;
    let at = this.#at;
    let code = text.charCodeAt(at);
    if (code > 0x20 && at < this.#end) return code;
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at);
    if (at >= this.#end) {
      this.#at = this.#end;
      return -1;
    }
    this.#at = at;
    return code;
  }

  #wrong(wanted: string): Error {
    const { line, column } = placeOf(this.#text, this.#at);
    const point = this.#text.codePointAt(this.#at);
    const found = this.#at >= this.#end || point === undefined ? "the end" : shownPoint(point);
    return unreadable("not-readable", found, wanted, { line, column });
  }
}

/** @returns the character in quotes when it can be seen, else its number */
function shownPoint(point: number): string {
  const text = String.fromCodePoint(point);
  if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(text)) return text === '"' ? "a double quote" : `"${text}"`;
  return `the character U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}
