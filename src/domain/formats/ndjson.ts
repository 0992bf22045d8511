// NDJSON: one JSON document a line, whatever the file's name; the last line is the version's value.
import { Flattener } from "../flatten.ts";
import { MAX_FILE_BYTES } from "../limits.ts";
import { problemOf } from "../unreadable.ts";
import type { Adapter, FileText } from "./adapter.ts";
import { placeOf } from "./adapter.ts";
import { readJson } from "./json.ts";

/** A line's first and last place in the text. */
interface Line {
  readonly from: number;
  readonly to: number;
}

/** NDJSON, also called JSON lines. */
export const ndjson: Adapter = {
  name: "ndjson",
  version: 1,
  extensions: ["ndjson", "jsonl"],
  maxBytes: MAX_FILE_BYTES,
  sniff({ text, extension, first }: FileText) {
    if (first === "") return "no";
    if (extension === "ndjson" || extension === "jsonl") return "yes";
    if (first !== "{" && first !== "[") return "no";
    const line = nextLine(text, 0);
    const second = line === null ? null : nextLine(text, line.to);
    if (line === null || second === null || !/[{[]/.test(text.charAt(second.from))) return "no";
    return isDocument(text, line) ? "yes" : "no";
  },
  read({ text }, target) {
    const last = previousLine(text, text.length) as Line;
    const before = previousLine(text, last.from);
    const wasCut = before !== null && last.to === text.length && !isDocument(text, last);
    if (wasCut) {
      const { line } = placeOf(text, last.from);
      target.warnings.add("cut-off", () => ({
        message: `Line ${line}, the last one, is cut off: the line before it is used.`,
        line,
      }));
    }
    const { from, to } = wasCut ? before : last;
    readJson(text, from, to, target);
  },
};

/** Reads a line for nothing but to see whether it is a whole document; one over a limit is one too. */
function isDocument(text: string, { from, to }: Line): boolean {
  try {
    readJson(text, from, to, new Flattener({ identity: null, lineAt: null }));
    return true;
  } catch (error) {
    const problem = problemOf(error);
    if (problem === null) throw error;
    return problem.reason !== "not-readable";
  }
}

/** @returns the first line from a place on that is not blank */
function nextLine(text: string, start: number): Line | null {
  let from = start;
  while (from < text.length && isBlank(text.charCodeAt(from))) from++;
  if (from === text.length) return null;
  const end = text.indexOf("\n", from);
  return { from, to: end < 0 ? text.length : end };
}

/** @returns the last line before a place that is not blank; a line feed before that place is not part of it */
function previousLine(text: string, end: number): Line | null {
  let to = end;
  while (to > 0 && isBlank(text.charCodeAt(to - 1))) to--;
  return to === 0 ? null : { from: text.lastIndexOf("\n", to - 1) + 1, to };
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
