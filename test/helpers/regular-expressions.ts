// Finds the regular expressions in a program's text, and what in one of them could backtrack without end.
import { parseSync, Visitor } from "vite";

/** Characters that are tried to see whether two parts of an expression can match the same one. */
const TRIED = 0x180;

/** Pieces of plain text of an expression that are tried one behind the other. */
const MAX_ROW = 4;

/** A part of an expression that is matched as a whole. */
interface Part {
  /** for each tried character whether the part can begin with it */
  readonly first: readonly boolean[];
  readonly min: number;
  readonly max: number;
  /** whether it can match nothing */
  readonly isEmpty: boolean;
}

const NOWHERE: readonly boolean[] = Array<boolean>(TRIED).fill(false);

/** @returns the literals of a TypeScript text, by the parser that builds the app. @param path says whether it holds JSX */
export function literalsIn(path: string, program: string): RegExp[] {
  const found: RegExp[] = [];
  const { program: tree, errors } = parseSync(path, program);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const visitor = new Visitor({
    Literal: (node) => {
      if ("regex" in node) found.push(new RegExp(node.regex.pattern, node.regex.flags));
    },
  });
  visitor.visit(tree);
  return found;
}

/**
 * What could keep an expression busy: each character and each piece of plain text that it is written with, and the pieces
 * one behind the other, to be repeated.
 */
export function hostileUnits({ source }: RegExp): string[] {
  const plain = source
    .replace(/\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2}))/gi, (_, ...hex: (string | undefined)[]) =>
      String.fromCodePoint(Number.parseInt(hex.slice(0, 3).join(""), 16)),
    )
    .replace(/\\[dDwWsSbBpP]/g, (escape) => ({ d: "0", w: "a", s: " " })[escape.charAt(1)] ?? "|")
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", "\t")
    .replaceAll("\\", "");
  const pieces = plain.split(/[|^$*+?{}[\]()]|\.(?=[*+{?])/).filter((piece) => piece !== "");
  const long = pieces.filter((piece) => piece.length > 1);
  const rows = [...rowsOf(pieces, ""), ...rowsOf(long, "a")];
  return [...new Set([...Array.from(plain), ...long, ...rows])];
}

function rowsOf(pieces: readonly string[], between: string): string[] {
  return pieces.slice(0, MAX_ROW).map((_, place) => pieces.slice(0, place + 1).join(between));
}

/** @returns a word for each place in which the same text can be matched in many ways; none when there is no such place */
export function hazardsOf(expression: RegExp): string[] {
  return new Analysis(expression).run();
}

class Analysis {
  readonly #source: string;
  readonly #flags: string;
  readonly #hazards: string[] = [];
  #at = 0;

  constructor({ source, flags }: RegExp) {
    this.#source = source;
    this.#flags = flags.replace(/[gy]/g, "");
  }

  run(): string[] {
    this.#alternatives();
    return this.#hazards;
  }

  /** @returns for each alternative its parts */
  #alternatives(): Part[][] {
    const all: Part[][] = [[]];
    while (this.#at < this.#source.length && this.#source[this.#at] !== ")") {
      if (this.#source[this.#at] === "|") {
        this.#at++;
        all.push([]);
      } else (all.at(-1) as Part[]).push(this.#part());
    }
    for (const parts of all) this.#lookAtSequence(parts);
    return all;
  }

  #part(): Part {
    const start = this.#at;
    const group = /\((?:\?(?:<?[=!]|:|<\w+>))?/y;
    group.lastIndex = start;
    const opened = group.exec(this.#source)?.[0];
    if (opened === undefined) return this.#atom(start);
    this.#at += opened.length;
    const alternatives = this.#alternatives();
    this.#at++; // the closing bracket
    const { min, max } = this.#quantifier();
    const isLook = opened.endsWith("=") || opened.endsWith("!");
    const isEmpty = isLook || min === 0 || alternatives.some((parts) => parts.every((part) => part.isEmpty));
    if (max === Number.POSITIVE_INFINITY) for (const parts of alternatives) this.#lookAtLoop(parts);
    return { first: isLook ? NOWHERE : union(alternatives.map(firstOf)), min, max, isEmpty };
  }

  #atom(start: number): Part {
    const atom = /\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|\[(?:[^\]\\]|\\.)*\]|[^]/y;
    atom.lastIndex = start;
    const [text] = atom.exec(this.#source) as unknown as [string];
    this.#at += text.length;
    const { min, max } = this.#quantifier();
    if (/^(?:\^|\$|\\[bB])$/.test(text)) return { first: NOWHERE, min, max, isEmpty: true };
    const one = new RegExp(`^(?:${text})$`, this.#flags);
    const first = NOWHERE.map((_, code) => one.test(String.fromCharCode(code)));
    return { first, min, max, isEmpty: min === 0 };
  }

  #quantifier(): { min: number; max: number } {
    const form = /([*+?])\??|\{(\d+)(,?)(\d*)\}\??/y;
    form.lastIndex = this.#at;
    const found = form.exec(this.#source);
    if (found === null) return { min: 1, max: 1 };
    this.#at += found[0].length;
    const [, sign, least, comma, most] = found;
    if (sign !== undefined) return { min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : Number.POSITIVE_INFINITY };
    const max = most === "" ? (comma === "" ? Number(least) : Number.POSITIVE_INFINITY) : Number(most);
    return { min: Number(least), max };
  }

  /** Two parts without an end, with nothing sure between them, that can begin with the same character: `\d*\.?\d*`. */
  #lookAtSequence(parts: readonly Part[]): void {
    parts.forEach((part, i) => {
      if (part.max !== Number.POSITIVE_INFINITY) return;
      for (const next of parts.slice(i + 1)) {
        if (next.max === Number.POSITIVE_INFINITY && overlap(part, next)) this.#hazards.push("adjoining quantifiers");
        if (!next.isEmpty) break;
      }
    });
  }

  /** In a loop a part of no fixed length, behind which the same character can come: `(\d+\.?)+`. */
  #lookAtLoop(parts: readonly Part[]): void {
    parts.forEach((part, i) => {
      if (part.min === part.max) return;
      for (const next of [...parts.slice(i + 1), ...parts.slice(0, i + 1)]) {
        if (overlap(part, next)) this.#hazards.push("nested quantifiers");
        if (!next.isEmpty) break;
      }
    });
  }
}

function firstOf(parts: readonly Part[]): readonly boolean[] {
  const end = parts.findIndex(({ isEmpty }) => !isEmpty);
  return union(parts.slice(0, end < 0 ? parts.length : end + 1).map(({ first }) => first));
}

function union(sets: readonly (readonly boolean[])[]): readonly boolean[] {
  return NOWHERE.map((_, code) => sets.some((set) => set[code] === true));
}

function overlap(a: Part, b: Part): boolean {
  return a.first.some((can, code) => can && b.first[code] === true);
}
