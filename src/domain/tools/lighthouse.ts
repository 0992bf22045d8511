// Lighthouse's reports: one row a page, the scores of its categories and what its audits measured.
import { isList, isObject, type JsonNode, nodeAt, textAt } from "../formats/json-tree.ts";
import { unreadable } from "../unreadable.ts";
import { pageUrl } from "./page-url.ts";
import { figure, Row, type Tool, type ToolNode } from "./tool.ts";

const MARK = '"lighthouseVersion"';
/** Of all that Lighthouse measures less is better; what its units are called here, null for those of mere numbers. */
const UNITS = new Map<JsonNode | undefined, string | null>([
  ["millisecond", "ms"],
  ["second", "s"],
  ["byte", "B"],
  ["element", null],
  ["unitless", null],
]);
/** The parts of a configuration of Lighthouse CI. */
const COMMANDS = ["collect", "assert", "upload"];

/** The reports of Lighthouse, one or a list; a configuration under a report's name is refused. */
export const lighthouse: Tool = {
  name: "lighthouse",
  version: 1,
  marks: [MARK],
  mayBe: ({ name, text }) => hasReportName(name) || text.includes(MARK),
  tell(document, { name }) {
    const reports = isList(document) ? document : [document];
    if (reports.length > 0 && reports.every(isReport)) return reports.map(page);
    if (hasReportName(name) && isConfiguration(document))
      throw unreadable("no-figures", "a configuration of Lighthouse", "a report that it wrote");
    return null;
  },
};

function hasReportName(name: string): boolean {
  return name.startsWith("lighthouse") || name.startsWith(".lighthouse");
}

function isReport(node: JsonNode): boolean {
  return textAt(node, "lighthouseVersion") !== null && textAt(node, "requestedUrl") !== null;
}

function isConfiguration(document: JsonNode): boolean {
  const own = nodeAt(document, "ci") ?? document;
  const isCi = COMMANDS.some((name) => isObject(nodeAt(own, name)));
  return isCi || textAt(document, "extends")?.startsWith("lighthouse:") === true;
}

function page(report: JsonNode): Row {
  return new Row(
    ["requestedUrl"],
    new Map<string, ToolNode>([
      ["requestedUrl", pageUrl(textAt(report, "requestedUrl") as string)],
      ["categories", eachOf(nodeAt(report, "categories"), "score", (value) => figure(value, null, "higher"))],
      ["audits", eachOf(nodeAt(report, "audits"), "numericValue", measured)],
    ]),
  );
}

/** @returns of each object in an object the one field, where it has it */
function eachOf(
  node: JsonNode | undefined,
  field: string,
  tell: (value: JsonNode, of: JsonNode) => ToolNode,
): Map<string, ToolNode> {
  const told = new Map<string, ToolNode>();
  for (const [id, each] of isObject(node) ? node : []) {
    const value = nodeAt(each, field);
    if (value !== undefined) told.set(id, new Map([[field, tell(value, each)]]));
  }
  return told;
}

function measured(value: JsonNode, audit: JsonNode): ToolNode {
  const unit = UNITS.get(nodeAt(audit, "numericUnit"));
  return unit === undefined ? value : figure(value, unit, "lower");
}
