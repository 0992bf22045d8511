// One object key as a piece of key text, made once a document however often the key comes.
import { formatSegment } from "./key.ts";
import { MAX_KEY_BYTES } from "./limits.ts";
import { detach, fit, isUnfit, utf8Length } from "./kept-text.ts";
import type { WarningList } from "./warning-list.ts";

/** Characters of an over-long name that a warning shows. */
const SHOWN_CHARACTERS = 40;

/** A name's pieces of text. The same name always gives the same object, so that names are compared by identity. */
export interface KeyStep {
  /** the name itself */
  readonly name: string;
  /** the name in quotes as JSON writes it, null when that needs escapes */
  readonly quoted: string | null;
  /** the step that came after this one when it was last met: objects of one list have their names in one order */
  next: KeyStep | null;
  /** as it stands at the beginning of a key: `a` or `["a b"]` */
  readonly first: string;
  /** as it stands behind another step: `.a` or `["a b"]` */
  readonly step: string;
  /** bytes of `step`; more than MAX_KEY_BYTES for a name that is too long, whose texts are cut */
  readonly bytes: number;
  /** bytes of `first` */
  readonly firstBytes: number;
}

/** The steps of one document. */
export class KeySteps {
  readonly #steps = new Map<string, KeyStep>();
  readonly #warnings: WarningList;

  constructor(warnings: WarningList) {
    this.#warnings = warnings;
  }

  /** @returns the step of an object key; names that only differ in characters that cannot be kept share one */
  of(name: string): KeyStep {
    return this.#steps.get(name) ?? this.#make(name);
  }

  #make(name: string): KeyStep {
    if (isUnfit(name)) {
      this.#warnings.add("replaced-characters", () => ({
        message: "A key holds characters that cannot be kept (U+0000 or half of a pair): they became U+FFFD.",
      }));
      return this.of(fit(name));
    }
    const known = this.#steps.get(name);
    if (known !== undefined) return known;
    const own = detach(name);
    const step = own.length > MAX_KEY_BYTES ? tooLong(own) : stepOf(own);
    this.#steps.set(own, step);
    return step;
  }
}

function stepOf(name: string): KeyStep {
  const step = formatSegment({ kind: "name", name });
  const first = step.startsWith(".") ? step.slice(1) : step;
  const isPlain = step.length === name.length + (step.startsWith(".") ? 1 : 4) && !name.includes("\\");
  const quoted = isPlain ? `"${name}"` : null;
  return { name, quoted, next: null, first, step, bytes: utf8Length(step), firstBytes: utf8Length(first) };
}

function tooLong(name: string): KeyStep {
  const shown = `${fit(name.slice(0, SHOWN_CHARACTERS))}…`;
  const bytes = MAX_KEY_BYTES + name.length;
  return { name, quoted: null, next: null, first: shown, step: `.${shown}`, bytes, firstBytes: bytes };
}
