// JSON with a line for each of its parts: only blanks between its words change, so that every digit stays as it came.

/** Deeper than this, lines go no further to the right. */
const MAX_INDENT = 20;

/** @returns the text with line breaks and blanks, or as it is where it is no JSON by its first character */
export function indentJson(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  const lines: string[] = [];
  let [line, depth] = ["", 0];
  const end = (): void => {
    if (line.trim() !== "") lines.push(line.trimEnd());
    line = "  ".repeat(Math.min(Math.max(depth, 0), MAX_INDENT));
  };
  // strings with their escapes, marks, blanks, all else
  for (const [word] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|\s+|[^"{}[\],:\s]+/gs)) {
    if (word.trim() === "") continue;
    if (word === "}" || word === "]") {
      depth--;
      const opened = lines.at(-1);
      // nothing stands between the two
      if (line.trim() === "" && opened?.endsWith(word === "}" ? "{" : "[") === true) {
        line = (lines.pop() ?? "") + word;
        continue;
      }
      end();
      line += word;
    } else if (word === "{" || word === "[") {
      line += word;
      depth++;
      end();
    } else if (word === ",") {
      line += word;
      end();
    } else line += word === ":" ? ": " : word;
  }
  depth = 0;
  end();
  return lines.join("\n");
}
