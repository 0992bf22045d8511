// How wide a text is on a terminal, and how it is cut and padded to a width.

/** One cell a character: Latin, Greek, Cyrillic, and the signs that tables are made of. Nearly every text is of these. */
const NARROW =
  /^[ -~\u00a0-\u024f\u0370-\u03ff\u0400-\u0482\u2010-\u2027\u2190-\u21ff\u2212\u221e\u25b2\u25bc\u2588\u2591\u2605]*$/;
/** Two cells a character: pictures, and the scripts whose characters are squares. */
const WIDE = new RegExp(
  String.raw`\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3` +
    String.raw`\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]`,
  "u",
);

/** What a person takes for one character each. Made when first needed: it takes 10 ms. */
let segmenter: Intl.Segmenter | null = null;

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** @returns how many cells a text without control characters takes */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  return graphemes(text).reduce((width, grapheme) => width + cellsOf(grapheme), 0);
}

/** Cuts a text that is too wide; what is cut ends in `…`. */
export function cutEnd(text: string, width: number): string {
  if (fits(text, width)) return text;
  if (NARROW.test(text)) return width < 1 ? "" : `${text.slice(0, width - 1).trimEnd()}…`;
  let kept = "";
  let used = 1;
  for (const grapheme of graphemes(text)) {
    used += cellsOf(grapheme);
    if (used > width) break;
    kept += grapheme;
  }
  return width < 1 ? "" : `${kept.trimEnd()}…`;
}

/** Cuts a text that is too wide at its start, where a key or a path says least; what is cut begins with `…`. */
export function cutStart(text: string, width: number): string {
  if (fits(text, width)) return text;
  let kept = "";
  let used = 1;
  for (const grapheme of graphemes(text).toReversed()) {
    used += cellsOf(grapheme);
    if (used > width) break;
    kept = grapheme + kept;
  }
  return width < 1 ? "" : `…${kept.trimStart()}`;
}

/** @returns the text with blanks to its right up to a width */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** @returns the text with blanks to its left up to a width */
export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - widthOf(text))) + text;
}

function fits(text: string, width: number): boolean {
  return text.length * 2 <= width || widthOf(text) <= width;
}

function cellsOf(grapheme: string): number {
  if (WIDE.test(grapheme)) return 2;
  return /^[\p{Mn}\p{Me}]/u.test(grapheme) ? 0 : 1;
}

/** Breaks a text into lines at its blanks; a word that is too wide is cut. @param indent blanks before all but the first */
export function wrap(text: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    lines.push(cutEnd(line, width));
    line = " ".repeat(indent) + word;
  }
  return [...lines, cutEnd(line, width)];
}
