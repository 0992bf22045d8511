// The words of a name: `gzipSizeBytes`, `macro_F1`, `p95 (ms)` taken apart so that each word can be looked up.

// Written as one word each, though their capitals say otherwise.
const ONE_WORD: readonly (readonly [RegExp, string])[] = [
  [/mIoU/g, "Miou"],
  [/IoU/g, "Iou"],
  [/mAP(?!\p{Ll})/gu, "_map_"],
  [/nDCG/g, "Ndcg"],
];
// Capitals of an abbreviation, a word with or without a capital, digits; scripts without capitals word by word.
const WORDS = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|[\p{Lt}\p{Lm}\p{Lo}]+|\d+/gu;
const MICRO_SECONDS = /^[\u00b5\u03bc]s$/;

/**
 * Splits a name at everything but letters, at changes of case and at digits.
 * @returns the words in lower case; `f1` and `r2` stay one word, the width of floating-point numbers (`fp16`) is none
 */
export function nameTokens(name: string): string[] {
  let text = name;
  for (const [written, word] of ONE_WORD) text = text.replace(written, word);
  const tokens: string[] = [];
  let end = -1;
  for (const found of text.matchAll(WORDS)) {
    const token = found[0].toLowerCase();
    const before = found.index === end ? tokens.at(-1) : undefined;
    end = found.index + found[0].length;
    if ((before === "f" && token === "1") || (before === "r" && token === "2")) tokens.splice(-1, 1, before + token);
    else if (before === "fp" && /^\d/.test(token)) tokens.pop();
    else tokens.push(MICRO_SECONDS.test(token) ? "us" : token);
  }
  return tokens;
}
