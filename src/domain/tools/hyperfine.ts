// hyperfine (`--export-json`): one row a command, its statistics in seconds.
import { isList, type JsonNode, type JsonObject, objectsAt, textAt } from "../formats/json-tree.ts";
import { nameableFields } from "./row-fields.ts";
import { figure, kept, Row, type Tool, type ToolNode } from "./tool.ts";

/** One value for each run. */
const LEFT_OUT = new Set(["times", "exit_codes"]);
const TIMES = new Set(["mean", "median", "user", "system", "min", "max"]);

/** The results of hyperfine. Shape: its documentation of exported files. */
export const hyperfine: Tool = {
  name: "hyperfine",
  version: 1,
  marks: ['"results"', '"command"', '"mean"', '"user"', '"system"'],
  tell(document) {
    const rows = objectsAt(document, "results");
    if (rows.length === 0 || !rows.every(isMeasured)) return null;
    const commands = new Set(rows.map((row) => row.get("command")));
    // a scan under one name (`--command-name`): only the parameters tell its rows apart
    const isScan = commands.size < rows.length;
    return new Map([["results", rows.map((row) => named(row, isScan))]]);
  },
};

function isMeasured(row: JsonObject): boolean {
  if (textAt(row, "command") === null) return false;
  return ["mean", "user", "system"].every((name) => typeof row.get(name) === "number");
}

function named(row: JsonObject, isScan: boolean): Row {
  const fields = isScan ? ["command", ...nameableFields(row, "parameters")] : ["command"];
  return new Row(
    fields,
    kept(row, (name) => !LEFT_OUT.has(name), measured),
  );
}

function measured(value: JsonNode, name: string): ToolNode {
  if (name === "memory_usage_byte") return memory(value);
  if (name === "stddev") return figure(value, "s");
  return TIMES.has(name) ? figure(value, "s", "lower") : value;
}

/** The most that a run needed, for each run: as many values as there were runs say nothing as columns. */
function memory(value: JsonNode): ToolNode {
  if (!isList(value)) return figure(value, "B", "lower");
  const runs = value.filter((each) => typeof each === "number");
  if (runs.length === 0) return null;
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const each of runs) {
    min = Math.min(min, each);
    max = Math.max(max, each);
    sum += each;
  }
  const figures = { min, max, mean: sum / runs.length };
  return new Map(Object.entries(figures).map(([name, each]) => [name, figure(each, "B", "lower")]));
}
