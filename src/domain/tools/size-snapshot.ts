// rollup-plugin-size-snapshot (`.size-snapshot.json`): bytes of each bundle, as it is, minified, packed and treeshaken.
import { isObject, type JsonNode } from "../formats/json-tree.ts";
import { figure, kept, type Tool, type ToolNode } from "./tool.ts";

const SIZES = ["bundled", "minified", "gzipped"];

/** The snapshots of rollup-plugin-size-snapshot. Everything in them is bytes. */
export const sizeSnapshot: Tool = {
  name: "size-snapshot",
  version: 1,
  marks: SIZES.map((name) => `"${name}"`),
  tell(document) {
    if (!isObject(document) || document.size === 0) return null;
    const isBundle = (node: JsonNode): boolean =>
      isObject(node) && SIZES.every((name) => typeof node.get(name) === "number");
    return [...document.values()].every(isBundle) ? bytes(document) : null;
  },
};

/** As deep as a document may be, which is not deep. */
function bytes(node: JsonNode): ToolNode {
  return isObject(node) ? kept(node, () => true, bytes) : figure(node, "B", "lower");
}
