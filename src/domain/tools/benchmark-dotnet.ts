// BenchmarkDotNet (`*-report*.json`, full and brief): one row a benchmark, its times in nanoseconds, its memory in bytes.
import { isList, isObject, type JsonNode, type JsonObject, nodeAt, objectsAt, textAt } from "../formats/json-tree.ts";
import { figure, kept, Row, type Tool, type ToolNode } from "./tool.ts";

/** Parts of the name, what the machine can do, and samples; what names the row stays. */
const LEFT_OUT = new Set([
  "DisplayInfo",
  "Namespace",
  "Type",
  "Method",
  "MethodTitle",
  "Parameters",
  "FullName",
  "HardwareIntrinsics",
  "Measurements",
]);
/** Samples. */
const LEFT_OUT_OF_STATISTICS = new Set(["OriginalValues", "LowerOutliers", "UpperOutliers", "AllOutliers"]);
/** What the statistics around it say too. */
const LEFT_OUT_OF_INTERVAL = new Set(["N", "Mean", "StandardError", "Level"]);
const TIMES = new Set(["Min", "Q1", "Median", "Mean", "Q3", "Max", "Lower", "Upper"]);
/** Times without a better way. */
const SPREADS = new Set([
  "LowerFence",
  "UpperFence",
  "InterquartileRange",
  "StandardError",
  "StandardDeviation",
  "Margin",
]);

/** The reports of BenchmarkDotNet. Shape: its JSON exporters. */
export const benchmarkDotNet: Tool = {
  name: "benchmark-dotnet",
  version: 1,
  marks: ['"HostEnvironmentInfo"', '"Benchmarks"', '"Statistics"'],
  tell(document) {
    const rows = objectsAt(document, "Benchmarks");
    if (!isObject(nodeAt(document, "HostEnvironmentInfo")) || rows.length === 0) return null;
    const names = rows.map(nameOf);
    if (!rows.every((row, i) => row.has("Statistics") && names[i] !== null)) return null;
    // under two runtimes a benchmark has one name: what it is shown as has the job in it
    const isRepeated = new Set(names).size < names.length;
    return new Map([["Benchmarks", rows.map((row) => named(row, isRepeated))]]);
  },
};

function nameOf(row: JsonObject): string | null {
  const method = textAt(row, "Method");
  const parts = [textAt(row, "Type"), method, textAt(row, "Parameters")];
  return textAt(row, "FullName") ?? (method === null ? null : JSON.stringify(parts));
}

function named(row: JsonObject, isRepeated: boolean): Row {
  const own = row.has("FullName") ? ["FullName"] : ["Type", "Method", "Parameters"];
  const fields = (isRepeated ? [...own, "DisplayInfo"] : own).filter((name) => textAt(row, name) !== null);
  return new Row(
    fields,
    kept(row, (name) => fields.includes(name) || !LEFT_OUT.has(name), measured),
  );
}

function measured(value: JsonNode, name: string): ToolNode {
  if (name === "Statistics" && isObject(value))
    return kept(value, (each) => !LEFT_OUT_OF_STATISTICS.has(each), statistic);
  if (name === "Memory" && isObject(value)) return kept(value, (each) => each !== "TotalOperations", memory);
  return name === "Metrics" && isList(value) ? value.filter(isObject).map(metric) : value;
}

function statistic(value: JsonNode, name: string): ToolNode {
  if (name === "Percentiles" && isObject(value)) return kept(value, () => true, time);
  if (name === "ConfidenceInterval" && isObject(value))
    return kept(value, (each) => !LEFT_OUT_OF_INTERVAL.has(each), statistic);
  if (TIMES.has(name)) return time(value);
  return SPREADS.has(name) ? figure(value, "ns") : value;
}

function time(value: JsonNode): ToolNode {
  return figure(value, "ns", "lower");
}

function memory(value: JsonNode, name: string): ToolNode {
  return name === "BytesAllocatedPerOperation" ? figure(value, "B", "lower") : value;
}

/** What a diagnoser counted: the file itself says what it is called, its unit and which way is better. */
function metric(object: JsonObject): ToolNode {
  const id = textAt(object, "Descriptor", "Id");
  if (id === null) return object;
  const unit = textAt(object, "Descriptor", "Unit");
  const isMore = nodeAt(object, "Descriptor", "TheGreaterTheBetter");
  const goal = typeof isMore === "boolean" ? (isMore ? "higher" : "lower") : null;
  const value = figure(object.get("Value"), isUnit(unit) ? unit : null, goal, goal === null ? null : "file");
  return new Row(
    ["Descriptor.Id"],
    new Map<string, ToolNode>([
      ["Descriptor", new Map([["Id", id]])],
      ["Value", value],
    ]),
  );
}

/** @returns whether it is written behind numbers: what is only counted has none, `Count` or `#` */
function isUnit(unit: string | null): boolean {
  return unit !== null && !["", "#", "Count"].includes(unit);
}
