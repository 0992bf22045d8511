// What `tidemark best` says: one commit a line, the best first.
import { change } from "../domain/compare.ts";
import { columnDecimals, exactText, formatChange, formatCount, formatInColumn } from "../domain/format-value.ts";
import type { Value } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { sentIn } from "../domain/value.ts";
import type { Best, RankedCommit } from "./best-commits.ts";
import { idOf } from "./column-names.ts";
import { dayOf, isoTime } from "./commit-object.ts";
import { drawGrid, type GridColumn } from "./grid.ts";
import { countUnread } from "./held-versions.ts";
import { jsonLines } from "./json-text.ts";
import { unreadVersions } from "./problems.ts";
import type { Reading } from "./reading.ts";
import type { Report } from "./report.ts";

const HEAD = ["", "value", "change", "commit", "date", "branch", "subject"] as const;
const COLUMNS: readonly GridColumn[] = [
  { name: HEAD[0], align: "right" },
  { name: HEAD[1], align: "right" },
  { name: HEAD[2], align: "right" },
  { name: HEAD[3], align: "left" },
  { name: HEAD[4], align: "left" },
  { name: HEAD[5], align: "left", cut: "end" },
  { name: HEAD[6], align: "left", cut: "end" },
];

/** @param of what was searched: "all branches", a branch's title */
export function bestReport(best: Best, reading: Reading, of: string): Report {
  const { shown } = best;
  const decimals = columnDecimals(shown.map(({ value }) => value));
  const texts = shown.map((each, index) => [String(index + 1), ...textsOf(each, reading, decimals)]);
  const { path } = best.column;
  return {
    lines: ({ width, paint }) => {
      const rows = texts.map((row) =>
        row.map((text, index) =>
          index === 3 ? { text, style: paint.sha } : index === 4 ? { text, style: paint.dim } : { text },
        ),
      );
      return rows.length === 0 ? [] : drawGrid({ columns: COLUMNS, rows, width, paint });
    },
    markdown: () => ({
      head: HEAD,
      rows: texts,
      alignRight: [true, true, true, false, false, false, false],
      notes: [],
    }),
    csv: () => [CSV_HEAD, ...shown.map((each, index) => [index + 1, ...csvRow(each, reading)])],
    json: () =>
      jsonLines(
        shown.map(({ commit, value, baseline }, index) => ({
          rank: index + 1,
          value: sentIn(value, best.column.kind),
          baseline: sentIn(baseline, best.column.kind),
          change: change(value, baseline),
          sha: commit.facts.sha,
          author: { name: commit.facts.author.name },
          authoredAt: isoTime(commit.facts.author),
          subject: commit.facts.subject,
          branches: [...reading.branchesOf(commit)],
        })),
      ),
    problems: unreadVersions(countUnread(reading.held, reading.commits, path), path),
    foot: [footOf(best, reading, of)],
  };
}

function textsOf({ commit, value, baseline }: RankedCommit, reading: Reading, decimals: number | null): string[] {
  const { sha, author, subject } = commit.facts;
  const branches = reading.branchesOf(commit).map(escapeControls).join(", ");
  const what = [formatInColumn(value, decimals), formatChange(value, baseline, decimals)];
  return [...what, sha.slice(0, 7), dayOf(author), branches, exactText(subject)];
}

const CSV_HEAD = ["rank", "value", "baseline", "change", "commit", "date", "author", "branch", "subject"];

function csvRow({ commit, value, baseline }: RankedCommit, reading: Reading): Value[] {
  const { sha, author, subject } = commit.facts;
  const branches = reading.branchesOf(commit).join(", ");
  return [value, baseline, change(value, baseline), sha, isoTime(author), author.name, branches, subject];
}

function footOf({ column, goal, ranked, shown }: Best, { commits }: Reading, of: string): string {
  const better = `${escapeControls(idOf(column))}, ${goal} is better`;
  const values = ranked.length === 1 ? "value" : "values";
  const read = commits.length === 1 ? "commit" : "commits";
  const all = `${formatCount(ranked.length)} ${values} in ${formatCount(commits.length)} ${read} of ${of}`;
  return `${better}: ${shown.length < ranked.length ? `the best ${formatCount(shown.length)} of ${all}` : all}`;
}
