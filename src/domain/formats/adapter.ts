// What every format is to the detector: a name, a version, a look at the file, and a way to read it.
import type { Flattener } from "../flatten.ts";

/** A file as text, and what helps to tell its format. */
export interface FileText {
  readonly text: string;
  /** in the repository */
  readonly path: string;
  /** the path's last part in lower case */
  readonly name: string;
  /** the name of the folder that it lies in, in lower case; empty at the top */
  readonly folder: string;
  /** of the path, lower case, without the dot; empty when it has none */
  readonly extension: string;
  /** whether the repository has a file at a path; null where nobody knows its files */
  readonly isFile: ((path: string) => boolean) | null;
  /** the first character that is no blank; empty for a blank file */
  readonly first: string;
}

/** A format that Tidemark reads. Another one is another file and one more line in `read-file.ts`. */
export interface Adapter {
  /** stored with each file version */
  readonly name: string;
  /** raised when the same file is read in another way than before: then its versions are read again */
  readonly version: number;
  /** whose error is shown when nobody can read the file */
  readonly extensions: readonly string[];
  /** bytes of a file that may be given to it */
  readonly maxBytes: number;
  /** @returns "yes" when nobody else should try, "maybe" when the next one should if this one cannot read it */
  sniff(file: FileText): "yes" | "maybe" | "no";
  /**
   * Tells what is in the file.
   * @throws TidemarkError `file-unreadable`
   */
  read(file: FileText, target: Flattener): void;
}

/** @returns the line, from 1, and the column in characters, from 1, of a place in a text */
export function placeOf(text: string, at: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf("\n"); next >= 0 && next < at; next = text.indexOf("\n", start)) {
    line++;
    start = next + 1;
  }
  return { line, column: at - start + 1 };
}

/** @returns the first line that is neither blank nor a comment that begins with `#`, without blanks around it */
export function firstContentLine(text: string): string {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end < 0 ? text.length : end).trim();
    if (line !== "" && !line.startsWith("#")) return line;
    if (end < 0) return "";
    start = end + 1;
  }
  return "";
}
