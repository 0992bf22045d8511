// TOML 1.1 by smol-toml, then our own flattening: exact integers, and dates as text.
import { createRequire } from "node:module";
import type * as SmolToml from "smol-toml";
import { MAX_DEPTH, MAX_EXACT_DIGITS, MAX_TREE_FILE_BYTES } from "../limits.ts";
import { unreadable } from "../unreadable.ts";
import type { WarningList } from "../warning-list.ts";
import { type Adapter, type FileText, firstContentLine, placeOf } from "./adapter.ts";
import { warnTooLarge } from "./json-number.ts";
import { type TreeNode, tellTree } from "./tree.ts";

let library: typeof SmolToml | null = null;
/** Loaded with the first file: 5 ms of a command that mostly meets none. */
const smolToml = (): typeof SmolToml => (library ??= createRequire(import.meta.url)("smol-toml") as typeof SmolToml);

/** The first integer that has too many digits to be kept exact. */
const TOO_LONG = 10n ** BigInt(MAX_EXACT_DIGITS);

/** TOML 1.1. */
export const toml: Adapter = {
  name: "toml",
  version: 1,
  extensions: ["toml"],
  maxBytes: MAX_TREE_FILE_BYTES,
  sniff(file: FileText) {
    if (file.extension === "toml") return "yes";
    if (["json", "yaml", "yml", "csv", "tsv"].includes(file.extension)) return "no";
    const line = firstContentLine(file.text);
    return line.includes("=") || (line.startsWith("[") && line.endsWith("]")) ? "maybe" : "no";
  },
  read({ text }, target) {
    tellTree(parseToml(text), text.length, lookerFor(text, target.warnings), target);
  },
};

function parseToml(text: string): unknown {
  const { parse, TomlError } = smolToml();
  try {
    return parse(text, { integersAsBigInt: "asNeeded", maxDepth: MAX_DEPTH });
  } catch (error) {
    if (error instanceof RangeError) throw unreadable("too-deep", "lists and objects nested too deep", "less depth");
    if (!(error instanceof TomlError)) throw error;
    const { line, column } = error;
    throw unreadable("not-readable", firstLine(error.message), "TOML", { line, column });
  }
}

/** The first line of the message: the others show a piece of the file. */
function firstLine(message: string): string {
  const end = message.indexOf("\n");
  return (end < 0 ? message : message.slice(0, end)).replace("Invalid TOML document: ", "");
}

/** A number in digits: the parser gives one that is too large as the same infinity that `inf` is. */
const DIGITS = /\d[\d_]*(?:\.\d[\d_]*)?(?:e[+-]?\d[\d_]*)?/gi;

function lookerFor(text: string, warnings: WarningList): (node: unknown) => TreeNode {
  const { TomlDate } = smolToml();
  let isSearched = false;
  return (node) => {
    if ((node === Number.POSITIVE_INFINITY || node === Number.NEGATIVE_INFINITY) && !isSearched) {
      isSearched = true;
      const found = text.matchAll(DIGITS).find(([digits]) => !Number.isFinite(Number(digits.replaceAll("_", ""))));
      if (found !== undefined) warnTooLarge(warnings, () => placeOf(text, found.index).line, "");
    }
    if (Array.isArray(node)) return { kind: "list", items: node };
    if (node instanceof TomlDate) return { kind: "scalar", value: node.toISOString() };
    if (typeof node === "object" && node !== null) return { kind: "object", entries: Object.entries(node) };
    if (typeof node === "bigint") return { kind: "scalar", value: shortened(node, warnings) };
    return { kind: "scalar", value: node as string | number | boolean };
  };
}

function shortened(value: bigint, warnings: WarningList): number | bigint {
  if (value < TOO_LONG && value > -TOO_LONG) return value;
  const double = Number(value);
  if (!Number.isFinite(double)) warnTooLarge(warnings);
  return double;
}
