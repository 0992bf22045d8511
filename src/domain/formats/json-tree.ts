// A JSON document as a tree, for the tools whose files have to be looked at as a whole before they are told.
import { MAX_DEPTH } from "../limits.ts";
import { type KeyStep, repeatedKey } from "../key-step.ts";
import type { Value } from "../model.ts";
import { unreadable } from "../unreadable.ts";
import type { WarningList } from "../warning-list.ts";
import { placeOf } from "./adapter.ts";
import { type DocumentEvents, readJson } from "./json.ts";

/** An object keeps its names as they are written, in their order: `__proto__` and `10` are names like any other. */
export type JsonObject = ReadonlyMap<string, JsonNode>;
/** A list. */
export type JsonList = readonly JsonNode[];
/** Anything that JSON can hold. */
export type JsonNode = Value | JsonList | JsonObject;

/** @returns whether a node is an object */
export function isObject(node: JsonNode | undefined): node is JsonObject {
  return node instanceof Map;
}

/** @returns whether a node is a list */
export function isList(node: JsonNode | undefined): node is JsonList {
  return Array.isArray(node);
}

/** @returns what lies below a node at these names; undefined where one of them is not there */
export function nodeAt(node: JsonNode | undefined, ...names: readonly string[]): JsonNode | undefined {
  let at = node;
  for (const name of names) at = isObject(at) ? at.get(name) : undefined;
  return at;
}

/** @returns the text at these names, null when there is none */
export function textAt(node: JsonNode | undefined, ...names: readonly string[]): string | null {
  const found = nodeAt(node, ...names);
  return typeof found === "string" ? found : null;
}

/** @returns the objects of the list at these names; none when there is no list */
export function objectsAt(node: JsonNode | undefined, ...names: readonly string[]): JsonObject[] {
  const found = nodeAt(node, ...names);
  return isList(found) ? found.filter(isObject) : [];
}

/**
 * Reads a document with all that the flattening reader keeps: exact integers, special numbers, written order.
 * @param warnings is told of repeated keys
 * @throws TidemarkError `file-unreadable`, also for more than MAX_DEPTH (64) levels
 */
export function parseJson(text: string, warnings: WarningList): JsonNode {
  const builder = new TreeBuilder(text, warnings);
  readJson(text, 0, text.length, builder);
  return builder.root;
}

/** One container that is not closed yet, and the name of its next value. */
interface Open {
  readonly node: Map<string, JsonNode> | JsonNode[];
  name: string;
}

class TreeBuilder implements DocumentEvents {
  readonly warnings: WarningList;
  readonly likelyStep: KeyStep | null = null;
  root: JsonNode = null;
  readonly #text: string;
  readonly #open: Open[] = [];

  constructor(text: string, warnings: WarningList) {
    this.#text = text;
    this.warnings = warnings;
  }

  openObject(): void {
    this.#push(new Map());
  }

  openArray(): void {
    this.#push([]);
  }

  name(name: string, at: number): void {
    const open = this.#open.at(-1) as Open;
    const object = open.node as Map<string, JsonNode>;
    open.name = name;
    if (!object.has(name)) return;
    this.warnings.add("duplicate-keys", () => repeatedKey(name, placeOf(this.#text, at).line));
    object.delete(name); // the last one counts, at its own place
  }

  step(step: KeyStep, at: number): void {
    this.name(step.name, at);
  }

  scalar(value: Value): void {
    this.#put(value);
  }

  close(): void {
    this.#open.pop();
  }

  #push(node: Map<string, JsonNode> | JsonNode[]): void {
    if (this.#open.length === MAX_DEPTH)
      throw unreadable("too-deep", `more than ${MAX_DEPTH} levels of lists and objects`, `at most ${MAX_DEPTH}`);
    this.#put(node);
    this.#open.push({ node, name: "" });
  }

  #put(node: JsonNode): void {
    const open = this.#open.at(-1);
    if (open === undefined) this.root = node;
    else if (Array.isArray(open.node)) open.node.push(node);
    else open.node.set(open.name, node);
  }
}
