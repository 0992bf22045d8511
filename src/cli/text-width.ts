// How wide a text is on a terminal, and how it is cut and padded to a width.

const PLAIN = /^[ -~]*$/;
/** Two cells wide: pictures, and the scripts whose characters are squares. */
const WIDE = new RegExp(
  String.raw`\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf]` +
    String.raw`|[\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]`,
  "u",
);
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** @returns how many cells a text without control characters takes */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += cellsOf(segment);
  return width;
}

/** Cuts a text that is too wide; what is cut ends in `…`. */
export function cutEnd(text: string, width: number): string {
  if (fits(text, width)) return text;
  let kept = "";
  let used = 1;
  for (const { segment } of graphemes.segment(text)) {
    used += cellsOf(segment);
    if (used > width) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept.trimEnd()}…`;
}

/** Cuts a text that is too wide at its start, where a key or a path says least; what is cut begins with `…`. */
export function cutStart(text: string, width: number): string {
  if (fits(text, width)) return text;
  const segments = Array.from(graphemes.segment(text), ({ segment }) => segment);
  let kept = "";
  let used = 1;
  for (const segment of segments.toReversed()) {
    used += cellsOf(segment);
    if (used > width) break;
    kept = segment + kept;
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
