// size-limit (`size-limit --json`): one row a check, its size and the time that it takes to load and to run.
import { isList, isObject, type JsonNode, type JsonObject } from "../formats/json-tree.ts";
import { figure, kept, Row, type Tool, type ToolNode } from "./tool.ts";

/** All fields that a check can have. */
const FIELDS = new Set(["name", "passed", "size", "sizeLimit", "running", "loading"]);
/** Of these a check has at least one: other lists of names and sizes have none. */
const OWN_FIELDS = ["passed", "running", "loading"];
/** What somebody wants, and whether it is so. */
const LEFT_OUT = new Set(["passed", "sizeLimit"]);
const UNITS = new Map([
  ["size", "B"],
  ["running", "s"],
  ["loading", "s"],
]);

/** The results of size-limit. Shape: its `--json` reporter. */
export const sizeLimit: Tool = {
  name: "size-limit",
  version: 1,
  marks: ['"name"', '"size"'],
  tell(document) {
    if (!isList(document) || document.length === 0 || !document.every(isCheck)) return null;
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
  if (!isObject(node) || typeof node.get("name") !== "string" || typeof node.get("size") !== "number") return false;
  return OWN_FIELDS.some((name) => node.has(name)) && [...node.keys()].every((name) => FIELDS.has(name));
}

function measured(value: JsonNode, name: string): ToolNode {
  const unit = UNITS.get(name);
  return unit === undefined ? value : figure(value, unit, "lower");
}
