// A comparison as Markdown, for a comment or a message.
import type { Comparison } from "../src/api/contract/compare.ts";
import { markdownCell, markdownTable } from "../src/domain/markdown-table.ts";
import { SHORT_SHA } from "./cell.ts";
import type { ComparedCell, ComparedFile } from "./comparison-rows.ts";

function cellText({ text, change, relative, best }: ComparedCell): string {
  const changed = [change, relative].filter((part) => part !== "").join(", ");
  const shown = text === "" ? "–" : text;
  return `${shown}${changed === "" ? "" : ` (${changed})`}${best ? " ★" : ""}`;
}

/**
 * @param commits with the place of the baseline among them
 * @param names how the commits are called beside their ids: branches, tags; "" for none
 * @returns a table for each file: a column of names, then one for each commit
 */
export function comparisonMarkdown(
  files: readonly ComparedFile[],
  { commits, baseline }: Pick<Comparison, "commits" | "baseline">,
  names: readonly string[],
): string {
  const heads = commits.map(({ sha }, place) => {
    const words = [sha.slice(0, SHORT_SHA), names[place] ?? "", place === baseline ? "baseline" : ""];
    return words.filter((word) => word !== "").join(" ");
  });
  const right = [false, ...commits.map(() => true)];
  return files
    .map(({ path, lines }) => {
      const rows = lines.map(({ column, cells }) => [
        `${column.alias ?? column.key}${column.unit === null ? "" : ` [${column.unit}]`}`,
        ...cells.map(cellText),
      ]);
      const table = markdownTable(["column", ...heads], rows, right);
      return `**${markdownCell(path)}**\n\n${table.join("\n")}\n`;
    })
    .join("\n");
}
