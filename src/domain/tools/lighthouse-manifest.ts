// Lighthouse CI's list of the reports that it wrote (`manifest.json`): one row a page, the scores of its middle run.
import { isObject, type JsonNode, objectsAt } from "../formats/json-tree.ts";
import { pageUrl } from "./page-url.ts";
import { figure, kept, Row, type Tool, type ToolNode } from "./tool.ts";

/** The manifests of Lighthouse CI. Shape: its documentation, "upload.outputDir". */
export const lighthouseManifest: Tool = {
  name: "lighthouse-manifest",
  version: 1,
  marks: ['"url"', '"isRepresentativeRun"', '"summary"'],
  tell(document) {
    const runs = objectsAt(document).filter((run) => run.get("isRepresentativeRun") === true);
    const pages = runs.map((run) => pageOf(run.get("url"), run.get("summary")));
    return pages.length === 0 || pages.includes(null) ? null : pages;
  },
};

function pageOf(url: JsonNode | undefined, summary: JsonNode | undefined): Row | null {
  if (typeof url !== "string" || !isObject(summary)) return null;
  const scores = kept(summary, () => true, score);
  return new Row(
    ["url"],
    new Map<string, ToolNode>([
      ["url", pageUrl(url)],
      ["summary", scores],
    ]),
  );
}

function score(value: JsonNode): ToolNode {
  return figure(value, null, "higher");
}
