// criterion (`estimates.json`): the estimates of one benchmark in nanoseconds; the folder is its name.
import { isObject, type JsonNode, type JsonObject, nodeAt } from "../formats/json-tree.ts";
import { figure, kept, type Tool, type ToolNode } from "./tool.ts";

/** What every file estimates; that of changes since the last run has only the first two, and they are no times. */
const ESTIMATES = ["mean", "median", "median_abs_dev", "std_dev"];
/** How far samples differ: no way of them is better. */
const SPREADS = new Set(["median_abs_dev", "std_dev"]);

/** The estimates of criterion. Shape: the files that it writes below `target/criterion`. */
export const criterion: Tool = {
  name: "criterion",
  version: 1,
  marks: ESTIMATES.map((name) => `"${name}"`),
  tell(document) {
    if (!isObject(document) || !ESTIMATES.every((name) => isEstimate(document.get(name)))) return null;
    const hasValue = (name: string): boolean => document.get(name) !== null; // samples without a slope have null
    return kept(document, hasValue, (value, name) => {
      return isObject(value) ? estimate(value, SPREADS.has(name)) : value;
    });
  },
};

function isEstimate(node: JsonNode | undefined): boolean {
  return typeof nodeAt(node, "point_estimate") === "number";
}

function estimate(object: JsonObject, isSpread: boolean): Map<string, ToolNode> {
  return kept(
    object,
    (name) => name !== "confidence_level",
    (value, name) => {
      if (isObject(value)) return estimate(value, isSpread);
      return isSpread || name === "standard_error" ? figure(value, "ns") : figure(value, "ns", "lower");
    },
  );
}
