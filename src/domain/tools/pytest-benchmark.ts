// pytest-benchmark (`.benchmarks/**/*.json`): one row a test, its statistics in seconds.
import { isObject, type JsonNode, nodeAt, objectsAt } from "../formats/json-tree.ts";
import { figure, kept, Row, type Tool, type ToolNode } from "./tool.ts";

/** How it was measured, samples, and what only its own plots need. */
const LEFT_OUT = new Set(["options", "data", "outliers", "ld15iqr", "hd15iqr", "rounds", "iterations", "total"]);
/** Times without a better way. */
const SPREADS = new Set(["stddev", "iqr"]);
/** Counts of runs that are far off. */
const COUNTS = new Set(["stddev_outliers", "iqr_outliers"]);

/** The reports of pytest-benchmark. Shape: its documentation, "Comparing past runs". */
export const pytestBenchmark: Tool = {
  name: "pytest-benchmark",
  version: 1,
  marks: ['"machine_info"', '"benchmarks"', '"fullname"', '"stats"'],
  tell(document) {
    if (!isObject(nodeAt(document, "machine_info"))) return null;
    const rows = objectsAt(document, "benchmarks");
    if (rows.length === 0 || !rows.every((row) => isObject(row.get("stats")))) return null;
    const named = rows.map((row) => {
      const entries = kept(row, isKept, (value, name) =>
        name === "stats" && isObject(value) ? kept(value, isKept, statistic) : value,
      );
      return new Row(["fullname"], entries);
    });
    return new Map([["benchmarks", named]]);
  },
};

function isKept(name: string): boolean {
  return !LEFT_OUT.has(name);
}

function statistic(value: JsonNode, name: string): ToolNode {
  if (COUNTS.has(name)) return value;
  if (name === "ops") return figure(value, "ops/s", "higher");
  return SPREADS.has(name) ? figure(value, "s") : figure(value, "s", "lower");
}
