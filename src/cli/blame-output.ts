// What `tidemark blame` says: each change in two lines, who and what.
import { change, judge, relativeChange } from "../domain/compare.ts";
import {
  columnDecimals,
  exactText,
  formatChange,
  formatInColumn,
  formatRelativeChange,
} from "../domain/format-value.ts";
import type { CatalogueColumn, Value } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import type { Blame, ColumnChange } from "./blame-reading.ts";
import { idOf } from "./column-names.ts";
import { dayOf, isoTime } from "./commit-object.ts";
import { jsonText } from "./json-text.ts";
import { unreadAtTip, unreadVersions } from "./problems.ts";
import type { Look, Report } from "./report.ts";
import { cutEnd } from "./text-width.ts";

const INDENT = " ".repeat(9);

/** @param title of the branch */
export function blameReport(blame: Blame, title: string): Report {
  const { column, changes } = blame;
  return {
    lines: (look) =>
      changes.flatMap((each, index) => [...(index === 0 ? [] : [""]), ...changeLines(each, column, look)]),
    markdown: () => ({
      head: ["commit", "date", "author", "from", "to", "change", "relative", "", "subject"],
      rows: changes.map((each) => markdownRow(each, column)),
      alignRight: [false, false, false, true, true, true, true, false, false],
      notes: [],
    }),
    csv: () => [CSV_HEAD, ...changes.map(csvRow)],
    json: () => `${jsonText(jsonOf(blame))}\n`,
    problems: [...unreadVersions(blame.unread, column.path), ...unreadAtTip(blame.notReadAt)],
    foot: [footOf(blame, title)],
  };
}

function changeLines(each: ColumnChange, column: CatalogueColumn, { width, paint }: Look): string[] {
  const { sha, author, subject } = each.facts;
  const [date, who, what] = [dayOf(author), escapeControls(author.name), escapeControls(subject)];
  const [before, after, ...rest] = textsOf(each, column);
  const verdict = judge(each.after, each.before, column.goal);
  const tail = rest.filter((text) => text !== "").join("  ");
  const figures = cutEnd(`${before} → ${after}`, Math.max(1, width - INDENT.length));
  const room = width - INDENT.length - figures.length - 2;
  const fitted = tail === "" || room < 1 ? "" : `  ${cutEnd(tail, room)}`;
  const toned = verdict === "better" ? paint.better(fitted) : verdict === "worse" ? paint.worse(fitted) : fitted;
  const title = cutEnd(`${date}  ${who}  ${what}`, Math.max(1, width - INDENT.length));
  return [`${paint.sha(sha.slice(0, 7))}  ${title}`, `${INDENT}${figures}${toned}`];
}

/** Before, after, the change, the relative change, what that means. */
function textsOf({ before, after }: ColumnChange, column: CatalogueColumn): string[] {
  const decimals = column.kind === "number" ? columnDecimals([before, after]) : null;
  const relative = relativeChange(after, before);
  const shown = (value: Value): string => (value === null ? "nothing" : formatInColumn(value, decimals));
  return [
    shown(before),
    shown(after),
    change(after, before) === null ? "" : formatChange(after, before, decimals),
    relative === null ? "" : formatRelativeChange(relative),
    verdictOf(before, after, column),
  ];
}

function verdictOf(before: Value, after: Value, { goal }: CatalogueColumn): string {
  if (before === null) return "new";
  if (after === null) return "gone";
  const verdict = judge(after, before, goal);
  return verdict === "better" || verdict === "worse" ? verdict : "";
}

function markdownRow(each: ColumnChange, column: CatalogueColumn): string[] {
  const { sha, author, subject } = each.facts;
  const who = [sha.slice(0, 7), dayOf(author), exactText(author.name)];
  return [...who, ...textsOf(each, column), exactText(subject)];
}

const CSV_HEAD = ["commit", "date", "author", "from", "to", "change", "relative", "subject"];

function csvRow({ facts: { sha, author, subject }, before, after }: ColumnChange): Value[] {
  const figures = [before, after, change(after, before), relativeChange(after, before)];
  return [sha, isoTime(author), author.name, ...figures, subject];
}

function jsonOf({ column, value, notReadAt, changes }: Blame) {
  const { kind, unit, goal, goalFrom } = column;
  return {
    column: { id: idOf(column), kind, unit, goal, goalFrom },
    value,
    read: notReadAt === null,
    changes: changes.map(({ facts: { sha, author, subject }, before, after }) => ({
      sha,
      author: { name: author.name },
      authoredAt: isoTime(author),
      subject,
      from: before,
      to: after,
      change: change(after, before),
      relative: relativeChange(after, before),
      direction: judge(after, before, column.goal),
    })),
  };
}

function footOf({ column, value, notReadAt }: Blame, title: string): string {
  const name = escapeControls(idOf(column));
  if (notReadAt !== null) {
    const last = value === null ? "gone" : formatInColumn(value, null);
    return `${name} was ${last} when it was last read; its file at the end of ${title} is not read`;
  }
  return value === null ? `${name} is gone from ${title}` : `${name} is ${formatInColumn(value, null)} on ${title}`;
}
