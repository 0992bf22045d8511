// coverage.py's JSON report (`coverage json`): the summary of each file and the totals.
import { isObject, type JsonNode, type JsonObject, nodeAt } from "../formats/json-tree.ts";
import { repositoryPaths } from "./repository-paths.ts";
import { figure, kept, type Tool, type ToolNode } from "./tool.ts";

/** The reports of coverage.py. Lines, contexts, functions and classes are left out: they are places, not figures. */
export const coveragePy: Tool = {
  name: "coverage-py",
  version: 2,
  marks: ['"meta"', '"files"', '"totals"', '"percent_covered"'],
  tell(document, { isFile }) {
    const files = nodeAt(document, "files");
    const totals = nodeAt(document, "totals");
    if (!isObject(nodeAt(document, "meta")) || !isObject(files) || !isObject(totals)) return null;
    const entries = [...files];
    if (!totals.has("percent_covered") || !entries.every(([, file]) => isObject(nodeAt(file, "summary")))) return null;
    const pathOf = repositoryPaths([...files.keys()], isFile);
    const summaries = entries.map(([name, file]): [string, ToolNode] => {
      const summary = figuresOf(nodeAt(file, "summary") as JsonObject);
      return [pathOf(name), new Map([["summary", summary]])];
    });
    return new Map<string, ToolNode>([
      ["files", new Map(summaries)],
      ["totals", figuresOf(totals)],
    ]);
  },
};

function figuresOf(summary: JsonObject): Map<string, ToolNode> {
  return kept(summary, (name) => !name.endsWith("_display"), statistic);
}

function statistic(value: JsonNode, name: string): ToolNode {
  return name.startsWith("percent_") ? figure(value, "%", "higher") : figure(value, null);
}
