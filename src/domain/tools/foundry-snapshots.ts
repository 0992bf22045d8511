// Foundry's snapshots of named sections (`snapshots/*.json`): a flat object, numbers as texts, mostly gas.
import { longInteger } from "../formats/json-number.ts";
import { isObject, type JsonNode } from "../formats/json-tree.ts";
import { nameTokens } from "../name-tokens.ts";
import { WarningList } from "../warning-list.ts";
import { figure, kept, type Tool, type ToolNode } from "./tool.ts";

/** Digits of the largest number that a contract can note: 2^256 - 1. */
const NUMBER = /^\d{1,78}$/;
/** A contract can note any number, not only gas: these words say so. */
const OTHER_WORDS = new Set(["size", "hash", "bytes", "length", "count"]);

/** The snapshots that Foundry's `snapshotGas…` and `snapshotValue` write. Nothing but their folder tells them. */
export const foundrySnapshots: Tool = {
  name: "foundry-snapshots",
  version: 1,
  marks: [],
  mayBe: ({ folder }) => folder === "snapshots",
  tell(document) {
    if (!isObject(document) || document.size === 0) return null;
    const isNumber = (value: JsonNode): boolean => typeof value === "string" && NUMBER.test(value);
    return [...document.values()].every(isNumber) ? kept(document, () => true, noted) : null;
  },
};

function noted(text: JsonNode, name: string): ToolNode {
  const written = text as string;
  const value = longInteger(written, written.length, new WarningList()); // so few digits are no reason to warn
  const isGas = Number.isSafeInteger(value) && !nameTokens(name).some((word) => OTHER_WORDS.has(word));
  return isGas ? figure(value, "gas", "lower") : value;
}
