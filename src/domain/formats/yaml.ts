// YAML 1.2 by js-yaml, then our own flattening: aliases, merges and depth are limited, a date stays text.
import { loadAll, YAMLException } from "js-yaml";
import { MAX_DEPTH, MAX_TREE_FILE_BYTES } from "../limits.ts";
import { unreadable } from "../unreadable.ts";
import type { WarningList } from "../warning-list.ts";
import { type Adapter, type FileText, firstContentLine } from "./adapter.ts";
import { warnTooLarge } from "./json-number.ts";
import { type TreeNode, tellTree } from "./tree.ts";
import { TooLarge, YAML_SCHEMA, YamlMap } from "./yaml-schema.ts";

/** Aliases in a document: real files have a handful; thousands only serve to make a small file large. */
const MAX_ALIASES = 1000;

/** Keys brought by merges: without a limit a chain of 160 kB takes seconds. */
const MAX_MERGE_KEYS = 10_000;

const EXTENSIONS = ["yaml", "yml"];

/** YAML 1.2, core schema. */
export const yaml: Adapter = {
  name: "yaml",
  version: 1,
  extensions: EXTENSIONS,
  maxBytes: MAX_TREE_FILE_BYTES,
  sniff(file: FileText) {
    if (EXTENSIONS.includes(file.extension)) return "yes";
    if (["toml", "csv", "tsv"].includes(file.extension)) return "no";
    const line = firstContentLine(file.text);
    return line.includes(": ") || line.endsWith(":") || line.startsWith("- ") || line.startsWith("---")
      ? "maybe"
      : "no";
  },
  read({ text }, target) {
    const [document, ...others] = parseYaml(text);
    if (others.length > 0) {
      target.warnings.add("more-documents", () => ({
        message: `The file holds ${others.length + 1} documents: the first one is used.`,
      }));
    }
    // a file without content is an empty document
    tellTree(document ?? new YamlMap(), text.length, yamlLooker(target.warnings), target);
  },
};

/**
 * Parses YAML, for all that reads it: nothing else calls the library.
 * @returns the documents of the text; an object is a YamlMap, a number beyond all doubles a TooLarge
 * @throws TidemarkError `file-unreadable`
 */
export function parseYaml(text: string): unknown[] {
  const options = { maxDepth: MAX_DEPTH, maxAliases: MAX_ALIASES, maxTotalMergeKeys: MAX_MERGE_KEYS, json: true };
  try {
    return loadAll(text, null, { ...options, schema: YAML_SCHEMA });
  } catch (error) {
    throw problemIn(error);
  }
}

/** What js-yaml says, without the text around it: its error holds the whole file. */
function problemIn(error: unknown): unknown {
  if (error instanceof RangeError) return unreadable("too-deep", "lists and objects nested too deep", "less depth");
  if (!(error instanceof YAMLException)) return error;
  const { reason, mark } = error;
  const place = mark === undefined ? {} : { line: mark.line + 1, column: mark.column + 1 };
  if (reason.includes("maxDepth")) {
    return unreadable("too-deep", `more than ${MAX_DEPTH} levels of lists and objects`, `at most ${MAX_DEPTH}`, place);
  }
  return unreadable("not-readable", reason, "YAML", place);
}

/** @returns what `tellTree()` asks of the nodes that `parseYaml()` made; repeated keys and large numbers are warned of */
export function yamlLooker(warnings: WarningList): (node: unknown) => TreeNode {
  return (node) => {
    if (Array.isArray(node)) return { kind: "list", items: node };
    if (node instanceof YamlMap) {
      if (node.repeated > 0) warnRepeated(node, warnings);
      return { kind: "object", entries: namedEntries(node) };
    }
    if (node instanceof TooLarge) {
      warnTooLarge(warnings);
      return { kind: "scalar", value: node.value };
    }
    return { kind: "scalar", value: scalarOf(node) };
  };
}

function* namedEntries(map: YamlMap): Generator<readonly [string, unknown]> {
  for (const [key, value] of map) yield [nameOf(key), value];
}

function nameOf(key: unknown): string {
  if (typeof key === "string") return key;
  if (key instanceof TooLarge) return String(key.value);
  if (typeof key === "object" && key !== null) {
    throw unreadable("not-readable", "a list or an object as a key", "a text; a template is no YAML yet");
  }
  return String(key);
}

function scalarOf(node: unknown): string | number | bigint | boolean | null {
  if (typeof node === "string" || typeof node === "number" || typeof node === "bigint") return node;
  return typeof node === "boolean" ? node : null;
}

function warnRepeated({ repeated }: YamlMap, warnings: WarningList): void {
  const message = "A key comes more than once: the last value counts.";
  warnings.add("duplicate-keys", () => ({ message }), repeated);
}
