// What `tidemark columns` says: each column in a line, grouped by file.
import { formatCount, formatValue } from "../domain/format-value.ts";
import type { CatalogueColumn, CommitFacts, Value } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { readFacts } from "../git/commits.ts";
import { columnNotFound, idOf, markedKey } from "./column-names.ts";
import type { Catalogue } from "./columns-reading.ts";
import { dayOf, isoTime } from "./commit-object.ts";
import { drawGrid, type GridCell, type GridColumn } from "./grid.ts";
import { type Json, jsonLines } from "./json-text.ts";
import { unreadAtTip, unreadVersions } from "./problems.ts";
import type { ReadingStart } from "./reading.ts";
import type { Look, Report } from "./report.ts";

/** @returns the columns whose id has all the words, in any case. @throws TidemarkError `column-not-found` for none */
export function matching(
  columns: readonly CatalogueColumn[],
  words: readonly string[],
  where: string,
): readonly CatalogueColumn[] {
  const wanted = words.map((word) => word.toLowerCase());
  const found = columns.filter((column) => {
    const id = idOf(column).toLowerCase();
    return wanted.every((word) => id.includes(word));
  });
  if (found.length === 0 && words.length > 0) throw columnNotFound(words.join(" "), columns, where);
  return found;
}

/** A column with the commits that it speaks of. */
interface Told {
  readonly column: CatalogueColumn;
  readonly first: CommitFacts;
  readonly lastChanged: CommitFacts | null;
  readonly best: CommitFacts | null;
  readonly isGone: boolean;
  /** false where its file at the newest commit could not be read, or was one of too many */
  readonly isRead: boolean;
}

/** @returns the report in every form; asks git for the commits that stand beside the columns */
export async function columnsReport(
  catalogue: Catalogue,
  columns: readonly CatalogueColumn[],
  { repository, branch }: ReadingStart,
): Promise<Report> {
  const facts = await factsAt(catalogue, columns, repository);
  const told = columns.map((column): Told => {
    const at = (position: number | null): CommitFacts | null =>
      position === null ? null : (facts.get(position) ?? null);
    const isRead = !catalogue.unreadNow.has(column.path);
    const isGone = column.lastPosition < catalogue.newestPosition && isRead;
    const { firstPosition, lastChangedPosition, bestPosition } = column;
    return {
      column,
      first: at(firstPosition) as CommitFacts,
      lastChanged: at(lastChangedPosition),
      best: at(bestPosition),
      isGone,
      isRead,
    };
  });
  return {
    lines: (look) => tableLines(told, look),
    markdown: () => ({
      head: ["column", ...HEAD.slice(1)],
      rows: told.map((each) => [idOf(each.column), ...textsOf(each).slice(1)]),
      alignRight: [false, false, false, true, false, true],
      notes: [],
    }),
    csv: () => [CSV_HEAD, ...told.map(csvRow)],
    json: () => jsonLines(told.map(jsonOf)),
    problems: [...unreadVersions(catalogue.unread, "metric files"), ...unreadAtTip(catalogue.newest)],
    foot: [footOf(catalogue, columns, branch.title)],
  };
}

async function factsAt(
  catalogue: Catalogue,
  columns: readonly CatalogueColumn[],
  repository: ReadingStart["repository"],
): Promise<Map<number, CommitFacts>> {
  const positions = new Set(
    columns.flatMap((column) =>
      [column.firstPosition, column.lastChangedPosition, column.bestPosition].filter((each) => each !== null),
    ),
  );
  const wanted = [...positions];
  const facts = new Map<number, CommitFacts>();
  let index = 0;
  for await (const each of readFacts(
    repository,
    wanted.map((position) => catalogue.shaAt(position)),
  ))
    facts.set(wanted[index++] as number, each);
  return facts;
}

const HEAD = ["", "holds", "goal by", "changes", "last changed", "best"] as const;
const COLUMNS: readonly GridColumn[] = [
  { name: HEAD[0], align: "left", cut: "start" },
  { name: HEAD[1], align: "left" },
  { name: HEAD[2], align: "left" },
  { name: HEAD[3], align: "right" },
  { name: HEAD[4], align: "left" },
  { name: HEAD[5], align: "right", cut: "end" },
];

function tableLines(told: readonly Told[], { width, paint }: Look): string[] {
  const rows = told.flatMap((each, index) => {
    const { path } = each.column;
    const isFirst = index === 0 || told[index - 1]?.column.path !== path;
    const cells = textsOf(each).map((text): GridCell => (each.isGone ? { text, style: paint.dim } : { text }));
    return [...(isFirst ? [escapeControls(path)] : []), cells];
  });
  return drawGrid({ columns: COLUMNS, rows, width, paint, indent: 2 });
}

function textsOf({ column, lastChanged, isGone }: Told): string[] {
  const { unit, kind, goalFrom, changes, bestValue } = column;
  return [
    markedKey(column),
    isGone ? "gone" : kind === "empty" ? "nothing" : unit === null ? kind : escapeControls(unit),
    goalFrom ?? "",
    formatCount(changes),
    lastChanged === null ? "never" : dayOf(lastChanged.author),
    formatValue(bestValue),
  ];
}

const CSV_HEAD = [
  "column",
  "kind",
  "unit",
  "goal",
  "goal by",
  "changes",
  "last changed",
  "at",
  "best",
  "best at",
  "gone",
];

function csvRow({ column, lastChanged, best, isGone }: Told): Value[] {
  const { kind, unit, goal, goalFrom, changes, bestValue } = column;
  const changed = [lastChanged === null ? null : isoTime(lastChanged.author), lastChanged?.sha ?? null];
  return [idOf(column), kind, unit, goal, goalFrom, changes, ...changed, bestValue, best?.sha ?? null, isGone];
}

function jsonOf({ column, first, lastChanged, best, isGone, isRead }: Told): Json {
  const { path, key, kind, unit, goal, goalFrom, unstable, changes, bestValue } = column;
  const commit = (facts: CommitFacts): Json => ({
    sha: facts.sha,
    authoredAt: isoTime(facts.author),
    subject: facts.subject,
  });
  const seen = {
    first: commit(first),
    lastChanged: lastChanged === null ? null : commit(lastChanged),
    gone: isGone,
    read: isRead,
  };
  const bestOf = best === null ? null : { value: bestValue, commit: commit(best) };
  return { id: idOf(column), path, key, kind, unit, goal, goalFrom, unstable, changes, ...seen, best: bestOf };
}

function footOf({ columns, commits }: Catalogue, shown: readonly CatalogueColumn[], title: string): string {
  const all = `${formatCount(columns.length)} ${columns.length === 1 ? "column" : "columns"}`;
  const of = shown.length < columns.length ? `${formatCount(shown.length)} of ${all}` : all;
  return `${of} in ${formatCount(commits)} ${commits === 1 ? "commit" : "commits"} of ${title}`;
}
