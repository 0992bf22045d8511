// Makes characters visible that would hide, reorder or command: in a page, a terminal, a log.

/** A run of text that is shown as it is, or one character that is shown as its mark. */
export interface TextPart {
  readonly text: string;
  /** null for plain text, else the code point's name, "U+202E", which is shown in a box instead of `text` */
  readonly mark: string | null;
}

/**
 * What is not left as it is: control characters (C0, DEL, C1: tab, line ends and ESC among them), line and paragraph
 * separators, all that Unicode calls format characters or ignorable (bidi marks, embeddings, overrides and isolates,
 * zero width space and joiners, soft hyphen, BOM, fillers, tags), the blank Braille pattern, private use,
 * noncharacters, lone surrogates. A joiner between two pictures and a picture's variation selector stay: emoji are text.
 */
const UNSAFE_FORMS = [
  String.raw`[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2800]`,
  String.raw`[[\p{Cf}\p{Default_Ignorable_Code_Point}]--[\ufe0e\ufe0f\u200d]]`,
  String.raw`(?<!\p{Emoji})[\ufe0e\ufe0f]`,
  String.raw`\u200d(?!\p{Extended_Pictographic})`,
  String.raw`(?<!\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d`,
].join("|");
const UNSAFE = new RegExp(UNSAFE_FORMS, "v");
const EVERY_UNSAFE = new RegExp(UNSAFE_FORMS, "gv");

/** Nearly every text is plain ASCII: one cheap look decides. */
const PLAIN = /^[ -~]*$/;

/**
 * @param text any text, also ill-formed
 * @returns the text with each hiding, reordering or commanding character written as its code point: `U+202E`. What is
 * left is one line and harmless in a terminal, a page and a log.
 */
export function escapeControls(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(EVERY_UNSAFE, markOf);
}

/** @returns the same as parts, for a page that draws a box around each mark; plain text is one part */
export function safeParts(text: string): TextPart[] {
  if (PLAIN.test(text) || !UNSAFE.test(text)) return text === "" ? [] : [{ text, mark: null }];
  const parts: TextPart[] = [];
  let from = 0;
  for (const found of text.matchAll(EVERY_UNSAFE)) {
    if (found.index > from) parts.push({ text: text.slice(from, found.index), mark: null });
    parts.push({ text: found[0], mark: markOf(found[0]) });
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), mark: null });
  return parts;
}

/** @returns whether `escapeControls()` would change the text */
export function hasUnsafeText(text: string): boolean {
  return !PLAIN.test(text) && UNSAFE.test(text);
}

function markOf(character: string): string {
  return `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}`;
}
