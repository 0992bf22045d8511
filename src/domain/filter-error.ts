// What is wrong with a filter, and at which character.
import { TidemarkError } from "../errors.ts";
import { escapeControls } from "./safe-text.ts";

/** Characters of a filter, or of a word in it, that an error repeats. */
const MAX_SHOWN = 100;

/** A filter that cannot be read. Its code is `bad-filter`. */
export class FilterError extends TidemarkError {
  /** where it went wrong, counted in characters (code points) from 1; one behind the last when something is missing */
  readonly character: number;
  /** the same as a place in the text: UTF-16 units from 0 */
  readonly offset: number;

  /** @param found what is there instead of what is wanted; the character is said behind it */
  constructor(text: string, offset: number, found: string, wanted: string) {
    const character = Array.from(text.slice(0, offset)).length + 1;
    super("bad-filter", {
      attempt: "read the filter",
      value: shown(text),
      found: `${found} at character ${character}`,
      wanted,
    });
    this.name = "FilterError";
    this.character = character;
    this.offset = offset;
  }
}

/** @returns a word of the filter in quotes, short and safe to show */
export function quoted(word: string): string {
  return JSON.stringify(shown(word));
}

function shown(text: string): string {
  const characters = Array.from(text.slice(0, 2 * MAX_SHOWN + 2));
  return escapeControls(characters.length > MAX_SHOWN ? `${characters.slice(0, MAX_SHOWN).join("")}…` : text);
}
