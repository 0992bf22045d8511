// Istanbul's summary of coverage (`coverage-summary.json`, by nyc, Jest, Vitest, c8, karma): a total and one entry a file.
import { isObject, type JsonNode, type JsonObject } from "../formats/json-tree.ts";
import { unreadable } from "../unreadable.ts";
import { repositoryPaths } from "./repository-paths.ts";
import { figure, kept, type Tool, type ToolNode } from "./tool.ts";

/** What every entry has. */
const METRICS = ["lines", "statements", "functions", "branches"];
/** How much code there is, and how much of it was not to be covered. */
const LEFT_OUT = new Set(["total", "skipped"]);
/** A percentage of nothing. */
const UNKNOWN = "Unknown";

/** The summaries of istanbul; its statement maps, which hardhat writes as `coverage.json`, are refused. */
export const istanbul: Tool = {
  name: "istanbul",
  version: 2,
  marks: ['"statement', '"branch'], // of a summary's "statements" and of a "statementMap"
  tell(document, { isFile }) {
    if (!isObject(document) || document.size === 0) return null;
    const entries = [...document.values()];
    if (entries.every((entry) => isObject(entry) && isObject(entry.get("statementMap"))))
      throw unreadable(
        "no-figures",
        "statement maps, which hold how often each statement ran",
        "a summary of them such as coverage-summary.json",
      );
    if (!entries.every(isSummary)) return null;
    const pathOf = repositoryPaths([...document.keys()], isFile);
    return new Map([...document].map(([name, entry]) => [pathOf(name), kept(entry as JsonObject, () => true, metric)]));
  },
};

function isSummary(entry: JsonNode): boolean {
  return isObject(entry) && METRICS.every((name) => isObject(entry.get(name)));
}

function metric(value: JsonNode): ToolNode {
  if (!isObject(value)) return value;
  return kept(
    value,
    (name) => !LEFT_OUT.has(name),
    (found, name) => (name === "pct" ? figure(found === UNKNOWN ? null : found, "%", "higher") : figure(found, null)),
  );
}
