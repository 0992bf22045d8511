// lm-evaluation-harness (`results_*.json`): one object a task, and in the file itself which way each metric is better.
import { isObject, type JsonNode, type JsonObject, nodeAt } from "../formats/json-tree.ts";
import { figure, kept, type Tool, type ToolNode } from "./tool.ts";

/** How many examples there were, and how long it took. Models, settings, machines, versions, hashes and dates are not told. */
const KEPT = ["n-shot", "n-samples", "total_evaluation_time_seconds"];

/** The results of lm-evaluation-harness. Shape: what its evaluation tracker writes; older files have no `n-shot`. */
export const lmEvaluationHarness: Tool = {
  name: "lm-evaluation-harness",
  version: 1,
  marks: ['"results"', '"versions"', '"config"'],
  tell(document) {
    const results = nodeAt(document, "results");
    const versions = nodeAt(document, "versions");
    if (!isObject(document) || !isObject(results) || !isObject(versions) || !isObject(document.get("config")))
      return null;
    if (![...results].some(([task, metrics]) => isObject(metrics) && versions.has(task))) return null;
    const told = new Map<string, ToolNode>([["results", tasksOf(results, document)]]);
    const groups = nodeAt(document, "groups");
    // newer files say the figures of a group among the tasks too
    if (isObject(groups))
      told.set("groups", tasksOf(kept(groups, (group) => !results.has(group)) as JsonObject, document));
    for (const name of KEPT) if (document.has(name)) told.set(name, document.get(name) as JsonNode);
    return told;
  },
};

function tasksOf(tasks: JsonObject, document: JsonObject): ToolNode {
  return kept(
    tasks,
    () => true,
    (metrics, task) => {
      if (!isObject(metrics)) return metrics;
      return kept(
        metrics,
        (name) => name !== "alias",
        (value, name) => metric(value, nodeAt(document, "higher_is_better", task, name.split(",", 1)[0] as string)),
      );
    },
  );
}

/** @param higherIsBetter what the file says of the metric, without the filter behind its comma */
function metric(value: JsonNode, higherIsBetter: JsonNode | undefined): ToolNode {
  if (value === "N/A") return null; // an error that nobody knows
  if (typeof higherIsBetter !== "boolean") return value;
  return figure(value, null, higherIsBetter ? "higher" : "lower", "file");
}
