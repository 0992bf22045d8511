// What `tidemark diff` says of two commits: as a table, Markdown, CSV or JSON.
import {
  columnDecimals,
  exactText,
  formatChange,
  formatCount,
  formatInColumn,
  formatRelativeChange,
} from "../domain/format-value.ts";
import type { Value } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { sentIn } from "../domain/value.ts";
import { idOf, inFileOrder, markedKey } from "./column-names.ts";
import { dayOf, isoTime } from "./commit-object.ts";
import { type DiffColumn, isWorse } from "./diff-columns.ts";
import type { DiffOptions } from "./diff-options.ts";
import type { DiffReading, DiffSide, UnreadFile } from "./diff-reading.ts";
import { drawGrid, type GridCell } from "./grid.ts";
import { type Json, jsonText } from "./json-text.ts";
import type { Paint } from "./paint.ts";
import type { Look, MarkdownReport, Report } from "./report.ts";
import { cutEnd } from "./text-width.ts";

/** From so many days on the age of a merge base is worth a line. */
const STALE_DAYS = 90;
const DAY_MS = 86_400_000;

/** @returns the comparison in every form. @param compared the columns that were asked for, or all */
export function diffReport(reading: DiffReading, compared: readonly DiffColumn[], options: DiffOptions): Report {
  const shown = compared.filter((each) => options.all || isDifferent(each));
  const ordered = options.columns === null ? shown.toSorted((a, b) => inFileOrder(a.column, b.column)) : shown;
  const foot = [...staleNote(reading), ...summary(compared, ordered)];
  return {
    lines: (look) => tableLines(reading, ordered, look),
    markdown: () => ({ ...markdown(reading, ordered), notes: commitLines(reading) }),
    csv: () => [CSV_HEAD, ...ordered.map(csvRow)],
    json: () => `${jsonText(diffJson(reading, compared, ordered))}\n`,
    problems: problemLines(reading),
    foot,
  };
}

function isDifferent({ state, beyond }: DiffColumn): boolean {
  return state === "new" || state === "gone" || beyond;
}

/** What is said of a column behind its figures. */
function verdictOf({ state, direction, beyond }: DiffColumn): string {
  if (state === "unknown") return "not read";
  if (state !== "changed") return state;
  if (!beyond) return "within";
  return direction === "worse" || direction === "better" ? direction : "changed";
}

function tableLines(reading: DiffReading, shown: readonly DiffColumn[], { width, paint }: Look): string[] {
  const { from, to } = reading;
  const lines = commitLines(reading).map((line) => cutEnd(line, width));
  const rows = shown.flatMap((each, index) => {
    const { path } = each.column;
    const isFirst = index === 0 || shown[index - 1]?.column.path !== path;
    return [...(isFirst ? [escapeControls(path)] : []), cellsOf(each, paint)];
  });
  const columns = [
    { name: "", align: "left", cut: "start" },
    { name: from === null ? "" : shortSha(from), align: "right", cut: "end" },
    { name: shortSha(to), align: "right", cut: "end" },
    { name: "change", align: "right", cut: "end" },
    { name: "", align: "right" },
    { name: "", align: "left" },
  ] as const;
  if (rows.length > 0) lines.push("", ...drawGrid({ columns, rows, width, paint, indent: 2 }));
  return lines;
}

function cellsOf(each: DiffColumn, paint: Paint): GridCell[] {
  const [key, before, after, change, relative, verdict] = textsOf(each);
  const style = { better: paint.better, worse: paint.worse, within: paint.dim, same: paint.dim }[verdict];
  const toned = (text: string): GridCell => (style === undefined ? { text } : { text, style });
  return [{ text: key }, { text: before }, { text: after }, toned(change), toned(relative), toned(verdict)];
}

type Texts = readonly [key: string, before: string, after: string, change: string, relative: string, verdict: string];

function textsOf(each: DiffColumn): Texts {
  const { column, before, after, relative, change } = each;
  const isNumber = column.kind === "number";
  const decimals = isNumber ? columnDecimals([before, after]) : null;
  return [
    markedKey(column),
    formatInColumn(before, decimals),
    formatInColumn(after, decimals),
    // what it was stands beside it
    change === null ? "" : formatChange(after, before, decimals),
    relative === null || relative === 0 ? "" : formatRelativeChange(relative),
    verdictOf(each),
  ];
}

function shortSha({ facts }: DiffSide): string {
  return facts.sha.slice(0, 7);
}

/** Which two commits these are. */
function commitLines({ from, to, kind }: DiffReading): string[] {
  const line = (name: string, { facts }: DiffSide, why: string): string =>
    `${name} ${facts.sha.slice(0, 7)}  ${dayOf(facts.author)}  ${escapeControls(facts.subject)}${why}`;
  const why = kind === "merge-base" ? "  (merge base)" : "";
  return [from === null ? "from nothing: the commit has no parent" : line("from", from, why), line("to  ", to, "")];
}

/** A merge base that is old says little about the branch: what the other one did since is not seen. */
function staleNote({ from, to, kind }: DiffReading): string[] {
  if (from === null || kind !== "merge-base") return [];
  const days = Math.floor((to.facts.committer.at - from.facts.committer.at) / DAY_MS);
  return days < STALE_DAYS ? [] : [`note: the merge base is ${formatCount(days)} days older than the commit`];
}

/** What is hidden, then what was found, in one sentence each. */
function summary(compared: readonly DiffColumn[], shown: readonly DiffColumn[]): string[] {
  const lines: string[] = [];
  const counts = new Map<string, number>();
  for (const each of compared) {
    const verdict = verdictOf(each);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const told = (verdicts: readonly string[], words: Readonly<Record<string, string>> = {}): string =>
    verdicts
      .flatMap((verdict) => {
        const count = counts.get(verdict);
        return count === undefined ? [] : [`${formatCount(count)} ${words[verdict] ?? verdict}`];
      })
      .join(", ");
  const differing = told(["worse", "better", "changed", "new", "gone"], { changed: "changed without a goal" });
  const rest = told(["same", "within", "not read"], { same: "the same", within: "within tolerance" });
  const nothing = counts.has("within") ? "nothing differs by more than the tolerance" : "nothing differs";
  lines.push(differing === "" ? nothing : differing);
  if (rest !== "") lines.push(shown.length < compared.length ? `${rest}: --all shows them` : rest);
  return lines;
}

function problemLines({ from, to }: DiffReading): string[] {
  return [from, to].flatMap((side) => (side === null ? [] : grouped(side)));
}

/** One sentence for each problem of a commit, however many files have it. */
function grouped({ facts, unread }: DiffSide): string[] {
  const byKind = new Map<string, { readonly first: UnreadFile; more: number }>();
  for (const each of unread) {
    const kind = `${each.problem.message} ${each.instead}`;
    const known = byKind.get(kind);
    if (known === undefined) byKind.set(kind, { first: each, more: 0 });
    else known.more += 1;
  }
  return Array.from(byKind.values(), ({ first: { path, problem, instead }, more }) => {
    const files = more === 0 ? path : `${path} and ${more} more`;
    const stead = instead === null ? "" : ` Its version at ${instead.slice(0, 7)} is compared instead.`;
    return escapeControls(
      `${instead === null ? "!" : "note:"} ${facts.sha.slice(0, 7)} ${files}: ${problem.message}${stead}`,
    );
  });
}

function markdown({ from, to }: DiffReading, shown: readonly DiffColumn[]): Omit<MarkdownReport, "notes"> {
  const head = ["column", from === null ? "nothing" : shortSha(from), shortSha(to), "change", "relative", ""];
  const rows = shown.map((each) => [idOf(each.column), ...textsOf(each).slice(1)]);
  return { head, rows, alignRight: [false, true, true, true, true, false] };
}

const CSV_HEAD = ["column", "unit", "goal", "from", "to", "change", "relative", "verdict"];

function csvRow(each: DiffColumn): Value[] {
  const { column, before, after, change, relative } = each;
  return [idOf(column), column.unit, column.goal, before, after, change, relative, verdictOf(each)];
}

function diffJson(reading: DiffReading, compared: readonly DiffColumn[], shown: readonly DiffColumn[]): Json {
  const { from, to, kind } = reading;
  return {
    from: from === null ? null : commitOf(from),
    to: commitOf(to),
    fromIs: kind === "two" ? "given" : kind,
    columns: shown.map(({ column, before, after, change, relative, direction, state, beyond }) => ({
      id: idOf(column),
      kind: column.kind,
      unit: column.unit,
      goal: column.goal,
      goalFrom: column.goalFrom,
      from: sentIn(before, column.kind),
      to: sentIn(after, column.kind),
      change,
      relative,
      direction,
      state,
      beyondTolerance: beyond,
    })),
    compared: compared.length,
    worse: compared.filter(isWorse).length,
    warnings: [from, to].flatMap((side) => (side === null ? [] : side.unread.map((each) => warningOf(side, each)))),
  };
}

function commitOf({ facts }: DiffSide): Json {
  const { sha, author, subject } = facts;
  return { sha, author: { name: author.name }, authoredAt: isoTime(author), subject };
}

function warningOf({ facts }: DiffSide, { path, problem, instead }: UnreadFile): Json {
  return { sha: facts.sha, path, reason: problem.reason, message: problem.message, instead };
}

/** @returns the columns' names for one line, those beyond a few counted */
export function namedColumns(compared: readonly DiffColumn[], most: number): string {
  const names = compared.slice(0, most).map(({ column }) => exactText(idOf(column)));
  const more = compared.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
