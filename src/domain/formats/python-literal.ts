// What Python can write without computing anything: numbers, strings, truth values, None, and lists of these.
import type { Value } from "../model.ts";
import type { WarningList } from "../warning-list.ts";
import { double, longInteger } from "./json-number.ts";
import type { PythonScanner } from "./python-scanner.ts";
import { stringValue } from "./python-string.ts";

/** A value of Python: tuples and sets are lists, bytes and complex numbers are texts. */
export type PythonValue = Value | readonly PythonValue[] | ReadonlyMap<string, PythonValue>;

/** A literal with what decides where it may stand. */
interface Literal {
  readonly value: PythonValue;
  readonly kind: "integer" | "float" | "complex" | "constant" | "list" | "tuple" | "set" | "dict";
  /** the text that it has as a name of a dict; null for what cannot be one */
  readonly asName: string | null;
}

const DECIMAL = /^(?:0(?:_?0)*|[1-9](?:_?\d)*)$/;
const BASED = /^0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)$/;
const FLOAT = /^(?:\d(?:_?\d)*)?(?:\.(?:\d(?:_?\d)*)?)?(?:[eE][-+]?\d(?:_?\d)*)?$/;
/** Digits of another base from which a number is surely longer than those that are kept exact. */
const MAX_BASED_CHARACTERS = 140;
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ["True", true],
  ["False", false],
  ["None", null],
]);

/**
 * Reads the literal that begins with the scanner's word, as `ast.literal_eval` takes it, and goes to the word behind it.
 * Brackets may go as deep as the scanner allows.
 * @param isWhole whether it may be a tuple without parentheses
 * @returns undefined when no literal stands there; then the scanner is somewhere before the end of the statement
 * @throws TidemarkError `file-unreadable` as the scanner does
 */
export function readPythonLiteral(
  scanner: PythonScanner,
  warnings: WarningList,
  isWhole: boolean,
): PythonValue | undefined {
  const reader = new LiteralReader(scanner, warnings);
  return (isWhole ? reader.items(() => scanner.isEnd, "tuple") : reader.literal())?.value;
}

class LiteralReader {
  readonly #scanner: PythonScanner;
  readonly #warnings: WarningList;

  constructor(scanner: PythonScanner, warnings: WarningList) {
    this.#scanner = scanner;
    this.#warnings = warnings;
  }

  literal(): Literal | undefined {
    const first = this.#signed();
    if (first === undefined) return undefined;
    const scanner = this.#scanner;
    if (!scanner.is("+") && !scanner.is("-")) return first;
    const sign = scanner.word;
    scanner.next();
    const second = this.#atom();
    const isComplex = (first.kind === "integer" || first.kind === "float") && second?.kind === "complex";
    return isComplex ? complex(`${first.asName}${sign}${second.asName}`) : undefined;
  }

  /**
   * Reads what commas separate.
   * @param isAtEnd whether the scanner is behind the last one
   * @returns the only one itself when it is a "tuple" without a comma
   */
  items(isAtEnd: () => boolean, kind: "list" | "tuple" | "set"): Literal | undefined {
    const items: Literal[] = [];
    let isAlone = false;
    while (!isAtEnd()) {
      const item = this.literal();
      if (item === undefined) return undefined;
      items.push(item);
      isAlone = isAtEnd();
      if (!isAlone && !this.#skip(",")) return undefined;
    }
    if (kind === "tuple" && isAlone && items.length === 1) return items[0];
    return listOf(items, kind);
  }

  /** A number may have one sign before it. */
  #signed(): Literal | undefined {
    const isNegative = this.#scanner.is("-");
    if (!isNegative && !this.#scanner.is("+")) return this.#atom();
    this.#scanner.next();
    const atom = this.#atom();
    if (atom?.kind === "complex") return isNegative ? complex(`-${atom.asName}`) : atom;
    if (atom?.kind !== "integer" && atom?.kind !== "float") return undefined;
    return isNegative ? number(negative(atom), atom.kind) : atom;
  }

  #atom(): Literal | undefined {
    const scanner = this.#scanner;
    if (scanner.kind === "number") {
      const literal = this.#number(scanner.word);
      scanner.next();
      return literal;
    }
    if (scanner.kind === "string") return this.#strings();
    if (scanner.kind === "name") return this.#word();
    if (this.#skip("(")) return this.#close(")", "tuple");
    if (this.#skip("[")) return this.#close("]", "list");
    return this.#skip("{") ? this.#dictOrSet() : undefined;
  }

  #number(written: string): Literal | undefined {
    const plain = written.replaceAll("_", "");
    const lineOf = (): number => this.#scanner.line;
    if (DECIMAL.test(written)) {
      const digits = plain.replace(/^0+(?=\d)/, "");
      return number(longInteger(digits, digits.length, this.#warnings, lineOf), "integer");
    }
    if (BASED.test(written)) {
      const isLong = plain.length > MAX_BASED_CHARACTERS;
      const digits = isLong ? "" : BigInt(plain).toString();
      const value = isLong
        ? double(plain, this.#warnings, lineOf)
        : longInteger(digits, digits.length, this.#warnings, lineOf);
      return number(value, "integer");
    }
    if (/[jJ]$/.test(written)) return FLOAT.test(written.slice(0, -1)) ? complex(written.toLowerCase()) : undefined;
    return /[.eE]/.test(written) && FLOAT.test(written)
      ? number(double(plain, this.#warnings, lineOf), "float")
      : undefined;
  }

  /** Strings side by side are one; strings and bytes are not. */
  #strings(): Literal | undefined {
    const scanner = this.#scanner;
    const parts: string[] = [];
    let areBytes: boolean | null = null;
    for (; scanner.kind === "string"; scanner.next()) {
      const { prefix, word } = scanner;
      if (/[ft]/i.test(prefix)) return undefined; // it computes
      const isBytes = /b/i.test(prefix);
      areBytes ??= isBytes;
      const text = areBytes === isBytes ? stringValue(prefix, word.slice(prefix.length)) : null;
      if (text === null) return undefined;
      parts.push(text);
    }
    return constant(parts.join(""));
  }

  /** `True`, `False`, `None`, and the only way to write an empty set. */
  #word(): Literal | undefined {
    const { word } = this.#scanner;
    const value = WORDS.get(word);
    if (value === undefined && word !== "set") return undefined;
    this.#scanner.next();
    if (value !== undefined) return constant(value);
    return this.#skip("(") && this.#skip(")") ? listOf([], "set") : undefined;
  }

  #close(bracket: string, kind: "list" | "tuple"): Literal | undefined {
    const items = this.items(() => this.#scanner.is(bracket), kind);
    return items !== undefined && this.#skip(bracket) ? items : undefined;
  }

  #dictOrSet(): Literal | undefined {
    const scanner = this.#scanner;
    if (this.#skip("}")) return { value: new Map(), kind: "dict", asName: null };
    const first = this.literal();
    if (first === undefined) return undefined;
    if (scanner.is(":")) return this.#dict(first);
    const items = [first];
    while (this.#skip(",") && !scanner.is("}")) {
      const item = this.literal();
      if (item === undefined) return undefined;
      items.push(item);
    }
    if (!this.#skip("}") || items.some(({ asName }) => asName === null)) return undefined;
    const different = new Map(items.map((item) => [keyOf(item), item]));
    return listOf([...different.values()], "set");
  }

  #dict(first: Literal): Literal | undefined {
    const entries = new Map<string, PythonValue>();
    let key: Literal | undefined = first;
    for (;;) {
      if (key === undefined || key.asName === null || !this.#skip(":")) return undefined;
      const value = this.literal();
      if (value === undefined) return undefined;
      this.#put(entries, key.asName, value.value);
      const isMore = this.#skip(",");
      if (this.#skip("}")) return { value: entries, kind: "dict", asName: null };
      if (!isMore) return undefined;
      key = this.literal();
    }
  }

  #put(entries: Map<string, PythonValue>, name: string, value: PythonValue): void {
    if (entries.has(name)) {
      const message = "A key of a dict comes more than once: the last value counts.";
      this.#warnings.add("duplicate-keys", () => ({ message }));
    }
    entries.set(name, value);
  }

  #skip(operator: string): boolean {
    if (!this.#scanner.is(operator)) return false;
    this.#scanner.next();
    return true;
  }
}

function number(value: number | bigint, kind: "integer" | "float"): Literal {
  return { value, kind, asName: String(value) };
}

function complex(written: string): Literal {
  return { value: written, kind: "complex", asName: written };
}

function constant(value: string | boolean | null): Literal {
  return { value, kind: "constant", asName: String(value) };
}

/** Lists and sets are no keys; a tuple is one if all that is in it could be. */
function listOf(items: readonly Literal[], kind: "list" | "tuple" | "set"): Literal {
  const names = items.map(({ asName }) => asName);
  const isKey = kind === "tuple" && names.every((name) => name !== null);
  return { value: items.map(({ value }) => value), kind, asName: isKey ? `(${names.join(", ")})` : null };
}

function negative({ value, kind }: Literal): number | bigint {
  if (typeof value === "bigint") return -value;
  return kind === "integer" && value === 0 ? 0 : -(value as number);
}

/** What Python compares in a set: 1, 1.0 and True are the same, 1 and "1" are not. */
function keyOf({ value, kind, asName }: Literal): string {
  if (typeof value === "boolean") return `number ${Number(value)}`;
  return kind === "integer" || kind === "float" ? `number ${asName}` : `${typeof value} ${asName}`;
}
