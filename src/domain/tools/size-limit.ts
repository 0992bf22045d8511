// size-limit (`size-limit --json`): one row a check, its size and the time that it takes to load and to run.
import { isList, isObject, type JsonNode, type JsonObject } from "../formats/json-tree.ts";
import { figure, kept, Row, type Tool, type ToolNode } from "./tool.ts";

/** All fields that a check can have. */
const FIELDS = new Set(["name", "passed", "size", "sizeLimit", "running", "loading", "total"]);
/** Of these some check has one, unless the file is called by the tool: other lists of names and sizes have none. */
const OWN_FIELDS = ["passed", "running", "loading"];
const OWN_NAME = /size-?limit/;
/** How some versions write their numbers. */
const NUMERIC_TEXT = /^\d+(?:\.\d+)?$/;
/** What somebody wants, and whether it is so. */
const LEFT_OUT = new Set(["passed", "sizeLimit"]);
const UNITS = new Map([
  ["size", "B"],
  ["running", "s"],
  ["loading", "s"],
  ["total", "s"],
]);

/** The results of size-limit. Shape: its `--json` reporter. */
export const sizeLimit: Tool = {
  name: "size-limit",
  version: 2,
  marks: ['"name"', '"size"'],
  tell(document, { name: fileName }) {
    if (!isList(document) || document.length === 0 || !document.every(isCheck)) return null;
    // a check without a limit and a time has a name and a size alone: what stands beside it tells
    if (!document.some(isMarked) && !OWN_NAME.test(fileName)) return null;
    return document.map(
      (check) =>
        new Row(
          ["name"],
          kept(check, (name) => !LEFT_OUT.has(name), measured),
        ),
    );
  },
};

function isCheck(node: JsonNode): node is JsonObject {
  if (!isObject(node) || typeof node.get("name") !== "string" || !isNumeric(node.get("size"))) return false;
  return [...node.keys()].every((name) => FIELDS.has(name));
}

function isMarked(check: JsonObject): boolean {
  return OWN_FIELDS.some((name) => check.has(name));
}

function isNumeric(value: JsonNode | undefined): boolean {
  return typeof value === "number" || (typeof value === "string" && NUMERIC_TEXT.test(value));
}

function measured(value: JsonNode, name: string): ToolNode {
  const unit = UNITS.get(name);
  return unit === undefined ? value : figure(value, unit, "lower");
}
