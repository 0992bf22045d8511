// JMH (`-rf json`): one row a benchmark, mode, number of threads and set of parameters; each score has its own unit.
import { unitGoal } from "../column.ts";
import { isList, isObject, type JsonNode, type JsonObject, nodeAt, textAt } from "../formats/json-tree.ts";
import type { Goal } from "../model.ts";
import { nameableFields } from "./row-fields.ts";
import { figure, kept, Row, type Tool, type ToolNode } from "./tool.ts";

/** Beginnings of the names that say how and on what it was run. */
const LEFT_OUT = ["jmh", "jvm", "jdk", "vm", "warmup", "measurement", "forks"];
/** Of a score: samples, what its error says too, and what becomes the unit of the others. */
const LEFT_OUT_OF_SCORES = new Set(["rawData", "rawDataHistogram", "scoreConfidence", "scoreUnit"]);

/** The results of JMH, and of what writes like it. Shape: its JSON result format. */
export const jmh: Tool = {
  name: "jmh",
  version: 1,
  marks: ['"benchmark"', '"mode"', '"primaryMetric"', '"scoreUnit"'],
  tell(document) {
    if (!isList(document) || document.length === 0 || !document.every(isResult)) return null;
    return document.map(named);
  },
};

function isResult(node: JsonNode): node is JsonObject {
  const texts = [textAt(node, "benchmark"), textAt(node, "mode"), textAt(node, "primaryMetric", "scoreUnit")];
  return texts.every((text) => text !== null);
}

function named(result: JsonObject): Row {
  const threads = nodeAt(result, "threads");
  const fields = ["benchmark", "mode", ...(threads === undefined || threads === null ? [] : ["threads"])];
  return new Row(
    [...fields, ...nameableFields(result, "params")],
    kept(result, (name) => !LEFT_OUT.some((beginning) => name.startsWith(beginning)), measured),
  );
}

function measured(value: JsonNode, name: string): ToolNode {
  if (!isObject(value)) return value;
  if (name === "primaryMetric") return score(value, name);
  return name === "secondaryMetrics" ? kept(value, () => true, score) : value;
}

/** A score: its unit says which way is better, so rows of one file differ. */
function score(metric: JsonNode, name: string): ToolNode {
  if (!isObject(metric)) return metric;
  const unit = textAt(metric, "scoreUnit");
  const goal = goalOf(unit, name);
  const tell = (value: JsonNode): ToolNode => figure(value, unit, goal, goal === null ? null : "unit");
  return kept(
    metric,
    (field) => !LEFT_OUT_OF_SCORES.has(field),
    (value, field) => {
      if (field === "scorePercentiles" && isObject(value)) return kept(value, () => true, tell);
      return field === "scoreError" ? figure(value, unit) : tell(value);
    },
  );
}

/** What is allocated or collected a second is no throughput; older versions write a dot of their own before `gc`. */
function goalOf(unit: string | null, name: string): Goal {
  const goal = unitGoal(unit);
  return goal === "higher" && /^·?gc\./.test(name) ? null : goal;
}
