// Python parameters (`params.py`): what DVC reads of such a file, told from its text and never executed.
import { MAX_DEPTH, MAX_TREE_FILE_BYTES } from "../limits.ts";
import { unreadable } from "../unreadable.ts";
import type { WarningList } from "../warning-list.ts";
import type { Adapter } from "./adapter.ts";
import { type PythonValue, readPythonLiteral } from "./python-literal.ts";
import { PythonScanner } from "./python-scanner.ts";
import { tellTree, type TreeNode } from "./tree.ts";

/** Words that begin a statement with statements of its own. */
const COMPOUND = new Set("if elif else for while try except finally with async".split(" "));

/** Words that cannot be names, beside those. */
const KEYWORDS = new Set(
  `False None True and as assert await break continue del from global import in is lambda nonlocal not or pass raise
  return yield`.split(/\s+/),
);

/** The statements under a header, or the whole file. */
interface Block {
  /** columns before them; null until the first one is there */
  indent: number | null;
  /** of a class or the file: names; of its `__init__`: `self.name`; of all else: nothing */
  readonly takes: "names" | "self" | "nothing";
  readonly values: Map<string, PythonValue>;
}

/** Python files, named as parameters: assignments of literals. */
export const python: Adapter = {
  name: "python",
  version: 1,
  extensions: ["py"],
  maxBytes: MAX_TREE_FILE_BYTES,
  sniff: ({ extension }) => (extension === "py" ? "yes" : "no"),
  read({ text }, target) {
    tellTree(readPython(text, target.warnings), text.length, look, target);
  },
};

/**
 * Reads the parameters of a Python file: `NAME = literal` and `NAME: type = literal` at the top and in classes, which
 * may be nested, and `self.name = literal` in a class's `__init__`. What is assigned otherwise, or computed, is not there.
 * @returns by name, those of a class under its name
 * @throws TidemarkError `file-unreadable` for brackets, strings and indentation that are wrong
 */
export function readPython(text: string, warnings: WarningList): ReadonlyMap<string, PythonValue> {
  return new ParameterReader(text, warnings).read();
}

class ParameterReader {
  readonly #scanner: PythonScanner;
  readonly #warnings: WarningList;
  readonly #root: Block = { indent: 0, takes: "names", values: new Map() };
  readonly #blocks: Block[] = [this.#root];

  constructor(text: string, warnings: WarningList) {
    this.#scanner = new PythonScanner(text);
    this.#warnings = warnings;
  }

  read(): ReadonlyMap<string, PythonValue> {
    const scanner = this.#scanner;
    while (scanner.next() !== "end") {
      const block = this.#blockOf(scanner.indent);
      const header = this.#line(block);
      if (header !== null) this.#open(header);
    }
    return this.#root.values;
  }

  /** The block that a line belongs to, by the columns before it. */
  #blockOf(indent: number): Block {
    const blocks = this.#blocks;
    const top = blocks.at(-1) as Block;
    if (top.indent === null) {
      const outer = blocks.at(-2)?.indent ?? 0;
      if (indent <= outer)
        throw this.#scanner.problem("a line that is not indented", "a block under the line before it");
      top.indent = indent;
      return top;
    }
    if (indent > top.indent)
      throw this.#scanner.problem("a line that is indented", "one that begins under the line before it");
    while ((blocks.at(-1)?.indent ?? 0) > indent) blocks.pop();
    const block = blocks.at(-1) as Block;
    if (block.indent !== indent)
      throw this.#scanner.problem("a line that is indented less", "one that begins under a line before it");
    return block;
  }

  /** Reads a line of statements. @returns the block that it is the header of, null when it is none */
  #line(block: Block): Block | null {
    const scanner = this.#scanner;
    const isHeader = scanner.kind === "name" && ["class", "def"].includes(scanner.word);
    if (isHeader && block.takes === "names") return this.#header(block);
    if (isHeader || (scanner.kind === "name" && COMPOUND.has(scanner.word))) return this.#skipLine();
    return this.#statements(block);
  }

  /** Reads `class Name(…):` or `def name(…):`, and what stands behind it in the same line. */
  #header(outer: Block): Block | null {
    const scanner = this.#scanner;
    const isClass = scanner.word === "class";
    scanner.next();
    if (scanner.kind !== "name" || (!isClass && scanner.word !== "__init__")) return this.#skipLine();
    const name = nameOf(scanner.word);
    while (!scanner.isEnd && !(scanner.depth === 0 && scanner.is(":"))) scanner.next();
    if (scanner.isEnd) return null;
    const values = isClass ? new Map<string, PythonValue>() : outer.values;
    if (isClass) outer.values.set(name, values);
    const block: Block = { indent: null, takes: isClass ? "names" : "self", values };
    scanner.next();
    return isLineEnd(scanner) ? block : this.#statements(block);
  }

  /** Reads statements up to the line's end. @returns a block when the last word was a colon: then it was a header */
  #statements(block: Block): Block | null {
    const scanner = this.#scanner;
    for (;;) {
      if (!isLineEnd(scanner)) this.#assignment(block);
      let isHeader = false;
      while (!scanner.isEnd) {
        isHeader = scanner.depth === 0 && scanner.is(":");
        scanner.next();
      }
      if (isLineEnd(scanner)) return isHeader ? nothing() : null;
      scanner.next();
    }
  }

  /** Takes the value of a statement that assigns a literal to one name. */
  #assignment({ takes, values }: Block): void {
    const scanner = this.#scanner;
    if (takes === "nothing" || scanner.kind !== "name") return;
    let name = scanner.word;
    if (KEYWORDS.has(name) || COMPOUND.has(name)) return;
    scanner.next();
    if (takes === "self") {
      if (name !== "self" || !scanner.is(".") || scanner.next() !== "name") return;
      name = scanner.word;
      scanner.next();
    }
    if (scanner.is(":")) {
      do scanner.next();
      while (!scanner.isEnd && !(scanner.depth === 0 && scanner.is("=")));
    }
    if (!scanner.is("=")) return;
    scanner.next();
    if (scanner.isEnd) return;
    const value = readPythonLiteral(scanner, this.#warnings, true);
    if (value !== undefined) values.set(nameOf(name), value);
  }

  #skipLine(): Block | null {
    const scanner = this.#scanner;
    let isHeader = false;
    while (!isLineEnd(scanner)) {
      isHeader = scanner.depth === 0 && scanner.is(":");
      scanner.next();
    }
    return isHeader ? nothing() : null;
  }

  #open(block: Block): void {
    if (this.#blocks.length === MAX_DEPTH)
      throw unreadable("too-deep", `more than ${MAX_DEPTH} blocks inside each other`, `at most ${MAX_DEPTH}`);
    this.#blocks.push(block);
  }
}

function nothing(): Block {
  return { indent: null, takes: "nothing", values: new Map() };
}

function isLineEnd({ kind }: PythonScanner): boolean {
  return kind === "newline" || kind === "end";
}

/** Python takes names that differ only in how their letters are written for the same. */
function nameOf(word: string): string {
  return word.normalize("NFKC");
}

function look(node: unknown): TreeNode {
  const value = node as PythonValue;
  if (value instanceof Map) return { kind: "object", entries: value as ReadonlyMap<string, PythonValue> };
  if (Array.isArray(value)) return { kind: "list", items: value as readonly PythonValue[] };
  return {
    kind: "scalar",
    value: value as Exclude<PythonValue, readonly PythonValue[] | ReadonlyMap<string, PythonValue>>,
  };
}
