// Patterns of columns: `benchmarks[*].mean` stands for that figure of every benchmark.

/** @returns whether a search is a pattern */
export function isPattern(search: string): boolean {
  return search.includes("*");
}

/** @returns the words that every column of a pattern holds, to search the catalogue for */
export function patternWords(pattern: string): string {
  return pattern
    .split(/[*\s]+/)
    .filter(Boolean)
    .join(" ");
}

/** @returns what tells whether a column is one of a pattern: `*` is any text, the rest is its whole key or its whole id */
export function matchesPattern(pattern: string): (column: { readonly id: string; readonly key: string }) => boolean {
  const parts = pattern
    .trim()
    .split(/\*+/)
    .map((part) => part.toLowerCase());
  return ({ id, key }) => matches(key.toLowerCase(), parts) || matches(id.toLowerCase(), parts);
}

/** Whether a text is made of these parts in their order, with any text between them. */
function matches(text: string, parts: readonly string[]): boolean {
  const [first = "", last = ""] = [parts[0], parts.at(-1)];
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
