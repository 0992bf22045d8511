// One object key as a piece of key text, made once however often the key comes, in one document or in its next version.
import { formatSegment } from "./key.ts";
import { MAX_KEY_BYTES } from "./limits.ts";
import { detach, fit, isUnfit, quotedKey, utf8Length } from "./kept-text.ts";
import type { WarningList } from "./warning-list.ts";

/** Names that are kept from one document to the next: a wide document has some thousand. About 300 bytes each. */
const MAX_KEPT_NAMES = 20_000;

/** Characters of an over-long name that a warning shows. */
const SHOWN_CHARACTERS = 40;

/** A name's pieces of text. The same name gives the same object, so that names are compared by identity, if it is kept. */
export interface KeyStep {
  /** the name itself */
  readonly name: string;
  /** the name in quotes and the colon as JSON writes them, null when that needs escapes */
  readonly quoted: string | null;
  /** the name that came after it when it was last met, and the first one inside of its value: lists repeat themselves */
  next: KeyStep | null;
  inside: KeyStep | null;
  /** one of 32 bits, by which an object tells cheaply that most names are new to it */
  readonly bit: number;
  /** as it stands at the beginning of a key: `a` or `["a b"]` */
  readonly first: string;
  /** as it stands behind another step: `.a` or `["a b"]` */
  readonly step: string;
  /** bytes of `step`; more than MAX_KEY_BYTES for a name that is too long, whose texts are cut */
  readonly bytes: number;
  /** bytes of `first` */
  readonly firstBytes: number;
  /** the key that this step was last put behind, and what came of it */
  base: string;
  key: string;
}

/** @returns the key of a step behind another key; the same text, not a copy, when it stood there the last time too */
export function keyBehind(base: string, step: KeyStep): string {
  if (step.base !== base) {
    step.base = base;
    step.key = base + step.step;
  }
  return step.key;
}

/** @returns what is said of a name that stands twice in one object. @param line of the second one, where it is known */
export function repeatedKey(name: string, line: number | undefined): { message: string; line?: number } {
  const shown = JSON.stringify(name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name);
  if (line === undefined) return { message: `The key ${shown} comes more than once: the last value counts.` };
  return { message: `The key ${shown} comes again in line ${line}: the last value counts.`, line };
}

function replacedKey(name: string, line: number | undefined): { message: string; line?: number } {
  const lost = "holds characters that cannot be kept (U+0000 or half of a pair): they became U+FFFD.";
  if (line === undefined) return { message: `The key ${quotedKey(name)} ${lost}` };
  return { message: `The key ${quotedKey(name)} in line ${line} ${lost}`, line };
}

/** The steps of a document, or of documents one after the other that mostly have the same keys. */
export class KeySteps {
  readonly #steps = new Map<string, KeyStep>();
  /** stands for the name that a document does not have */
  readonly root: KeyStep = stepOf("", 0);

  /** Begins a document. The names of those before it are kept, unless they are too many. */
  begin(): this {
    if (this.#steps.size > MAX_KEPT_NAMES) this.#steps.clear();
    return this;
  }

  /**
   * @param at its place in the text, 0 where nobody knows; `lineAt` tells the line
   * @returns the step of an object key; names that only differ in characters that cannot be kept share one
   */
  of(name: string, warnings: WarningList, at = 0, lineAt: ((at: number) => number) | null = null): KeyStep {
    return this.#steps.get(name) ?? this.#make(name, warnings, at, lineAt);
  }

  #make(name: string, warnings: WarningList, at: number, lineAt: ((at: number) => number) | null): KeyStep {
    if (isUnfit(name)) {
      warnings.add("replaced-characters", () => replacedKey(name, at > 0 ? lineAt?.(at) : undefined));
      return this.of(fit(name), warnings);
    }
    const known = this.#steps.get(name);
    if (known !== undefined) return known;
    const own = detach(name);
    if (own.length > MAX_KEY_BYTES) return tooLong(own); // not kept: a few of 4 MiB would take all memory
    const step = stepOf(own, this.#steps.size);
    this.#steps.set(own, step);
    return step;
  }
}

function stepOf(name: string, number: number): KeyStep {
  const step = formatSegment({ kind: "name", name });
  const first = step.startsWith(".") ? step.slice(1) : step;
  const isPlain = step.length === name.length + (step.startsWith(".") ? 1 : 4) && !name.includes("\\");
  const quoted = isPlain ? `"${name}":` : null;
  const [bytes, firstBytes] = [utf8Length(step), utf8Length(first)];
  const bit = 1 << (number % 32);
  return { name, quoted, next: null, inside: null, bit, first, step, bytes, firstBytes, base: "", key: step };
}

function tooLong(name: string): KeyStep {
  const shown = `${fit(name.slice(0, SHOWN_CHARACTERS))}…`;
  const { bytes, firstBytes } = stepOf(name, 0);
  const step = `.${shown}`;
  const links = { next: null, inside: null, bit: 1 };
  return { name, quoted: null, ...links, first: shown, step, bytes, firstBytes, base: "", key: step };
}
