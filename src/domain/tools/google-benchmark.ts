// Google Benchmark (`--benchmark_out`): one row a benchmark, or one an aggregate where it was repeated.
import { guessUnit } from "../column.ts";
import { isObject, type JsonNode, type JsonObject, nodeAt, objectsAt, textAt } from "../formats/json-tree.ts";
import { UNIT_WORDS } from "../goal-tokens.ts";
import { figure, kept, Row, type Tool, type ToolNode } from "./tool.ts";

/** How it was run, and what the row's name says too. */
const LEFT_OUT = new Set([
  "run_name",
  "run_type",
  "repetitions",
  "threads",
  "iterations",
  "aggregate_name",
  "aggregate_unit",
  "time_unit",
]);
/** What is said of a row that was given up: its figures are missing. */
const FAILURE = new Set(["error_occurred", "error_message", "skipped", "skip_message"]);
/** Figures in the row's own unit. */
const TIMES = new Set(["real_time", "cpu_time", "real_coefficient", "cpu_coefficient"]);
/** Aggregates that say how far repetitions differ: no way of them is better. */
const SPREADS = new Set(["stddev", "cv"]);
const FAILED = ["error_occurred", "skipped"];

/** The results of Google Benchmark. Shape: its user guide, "Output Formats", and its JSON reporter. */
export const googleBenchmark: Tool = {
  name: "google-benchmark",
  version: 2,
  marks: ['"context"', '"benchmarks"', '"time_unit"'],
  tell(document) {
    const rows = objectsAt(document, "benchmarks");
    if (!isObject(nodeAt(document, "context")) || !rows.some(isTimed)) return null;
    if (!rows.every((row) => textAt(row, "name") !== null)) return null;
    const told = withoutAggregated(rows);
    const repeated = repeatedNames(told);
    return new Map([["benchmarks", told.map((row) => named(row, repeated.has(row.get("name"))))]]);
  },
};

function isTimed(row: JsonObject): boolean {
  return row.has("real_time") && textAt(row, "time_unit") !== null;
}

/** Leaves out the repetitions of what has aggregates. */
function withoutAggregated(rows: readonly JsonObject[]): readonly JsonObject[] {
  const aggregated = new Set(rows.filter(isAggregate).map((row) => row.get("run_name")));
  return rows.filter((row) => isAggregate(row) || !row.has("run_name") || !aggregated.has(row.get("run_name")));
}

function isAggregate(row: JsonObject): boolean {
  return row.get("run_type") === "aggregate";
}

function repeatedNames(rows: readonly JsonObject[]): ReadonlySet<JsonNode | undefined> {
  const seen = new Set<JsonNode | undefined>();
  const repeated = new Set<JsonNode | undefined>();
  for (const row of rows) {
    const name = row.get("name");
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
  }
  return repeated;
}

function named(row: JsonObject, isRepeated: boolean): Row {
  const fields = isRepeated && row.has("repetition_index") ? ["name", "repetition_index"] : ["name"];
  const hasFailed = FAILED.some((name) => row.get(name) === true); // then its times are 0, the best there could be
  const wants = (name: string): boolean => {
    if (hasFailed && TIMES.has(name)) return false;
    return fields.includes(name) || (!LEFT_OUT.has(name) && !FAILURE.has(name) && !name.endsWith("_index"));
  };
  return new Row(
    fields,
    kept(row, wants, (value, name) => measured(value, name, row)),
  );
}

function measured(value: JsonNode, name: string, row: JsonObject): ToolNode {
  const isTime = TIMES.has(name);
  if (!isTime && !name.endsWith("_per_second")) return value;
  const aggregate = textAt(row, "aggregate_name") ?? "";
  const isPart = aggregate === "cv" || row.get("aggregate_unit") === "percentage";
  const unit = isPart ? null : isTime ? timeUnit(row) : guessUnit("", name);
  if (isPart || SPREADS.has(aggregate)) return figure(value, unit);
  return figure(value, unit, isTime ? "lower" : "higher");
}

function timeUnit(row: JsonObject): string | null {
  const unit = textAt(row, "time_unit");
  return unit === null ? null : (UNIT_WORDS.get(unit) ?? unit);
}
