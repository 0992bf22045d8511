// What `tidemark log` does once it knows where to begin: reads commits with their values and writes them.
import { matches } from "../domain/filter-match.ts";
import { parseFilter } from "../domain/filter-parser.ts";
import { columnsOf, type FilterNode } from "../domain/filter.ts";
import { exactText } from "../domain/format-value.ts";
import type { CatalogueColumn } from "../domain/model.ts";
import { compareValues } from "../domain/value.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { DEFAULT_COLUMNS, findColumn, findColumns, idOf, inFileOrder, rankedColumns } from "./column-names.ts";
import { commitObject, dayOf, isoTime } from "./commit-object.ts";
import { csvLine } from "../domain/delimited.ts";
import { markdownCell, markdownTable } from "../domain/markdown-table.ts";
import type { Effects } from "./effects.ts";
import { filterRows } from "./filter-row.ts";
import { changedColumns, compared, HeldVersions, kindsOf, writtenValue } from "./held-versions.ts";
import type { LogOptions } from "./log-options.ts";
import { cellsOf, hiddenColumns, tableLines } from "./log-table.ts";
import { paintFor } from "./paint.ts";
import { refuseUnread, toldProblems } from "./problems.ts";
import { openStream, readAll, type Reading, type ReadingStart } from "./reading.ts";

/** Columns of a Markdown table unless somebody names others: a comment is no wider. */
const MARKDOWN_COLUMNS = 6;

/**
 * Reads the commits and writes them in the form that was asked for.
 * @throws TidemarkError `column-not-found`, `bad-filter`, `no-metric-files`, and those of reading a repository
 */
export async function writeLog(start: ReadingStart, options: LogOptions, effects: Effects): Promise<void> {
  const { format, count, columns } = options;
  if (format === "json" && count === 0 && columns === null && !isSearch(options)) {
    await streamJson(start, options, effects);
    return;
  }
  const reading = await readAll(start, isSearch(options) ? { ...options, count: 0 } : options, effects);
  writeReading(reading, options, effects);
}

/** Whether it is about the whole history, whatever is shown of it. */
function isSearch({ sort, where }: LogOptions): boolean {
  return sort !== null || where !== null;
}

/** Writes a whole history as it is read, without holding it. */
async function streamJson(start: ReadingStart, options: LogOptions, effects: Effects): Promise<void> {
  const held = new HeldVersions();
  const stream = await openStream(start, options, effects);
  let separator = "[\n";
  for await (const { commits, versions } of stream.batches) {
    held.add(versions);
    for (const commit of commits) {
      if (options.onlyChanged && changedColumns(held, commit).length === 0) continue;
      effects.out.write(separator + commitObject(commit, held, stream.branchesOf(commit), null));
      separator = ",\n";
    }
    const last = commits.at(-1);
    if (last !== undefined) held.forgetFrom(last.position);
  }
  effects.out.write(separator === "[\n" ? "[]\n" : "\n]\n");
}

/** Writes what was read in the form that was asked for. @throws TidemarkError `column-not-found`, `bad-filter` */
export function writeReading(reading: Reading, options: LogOptions, effects: Effects): void {
  const { held } = reading;
  const { format } = options;
  const { out } = effects;
  const isChosen = options.columns !== null;
  const asked = options.columns?.[0] ?? options.sort?.column;
  if (asked !== undefined && reading.columns.length === 0) refuseUnread(asked, options.place, reading);
  const filter = filterOf(reading, options);
  const all = columnsFor(reading, options, filter);
  const limit = { table: DEFAULT_COLUMNS, md: MARKDOWN_COLUMNS, json: all.length, csv: all.length }[format];
  const columns = isChosen ? all : all.slice(0, limit);
  const inOrder = isChosen ? columns : columns.toSorted(inFileOrder);
  const ids = new Set(columns.map(idOf));
  const commits = commitsOf(reading, options, ids, filter);
  if (format === "json") {
    const wanted = isChosen ? ids : null;
    const kindOf = kindsOf(reading.columns);
    const objects = commits.map((commit) => commitObject(commit, held, reading.branchesOf(commit), wanted, kindOf));
    out.write(objects.length === 0 ? "[]\n" : `[\n${objects.join(",\n")}\n]\n`);
  } else if (format === "csv") writeCsv({ ...reading, commits, columns: inOrder }, effects);
  else if (format === "md") writeMarkdown({ ...reading, commits, columns: inOrder }, all.length - columns.length, out);
  else {
    const of = readCommits(reading, options);
    const view = { commits, held, columns, isChosen, total: all.length, of, width: out.width };
    out.write(`${tableLines({ ...view, paint: paintFor(out.colour) }).join("\n")}\n`);
  }
}

function filterOf(reading: Reading, { where, place }: LogOptions): FilterNode | null {
  try {
    return where === null ? null : parseFilter(where, reading.columns);
  } catch (error) {
    if (where !== null && reading.columns.length === 0) refuseUnread(where, place, reading);
    throw error;
  }
}

/** The columns that are asked for in their order, or all by falling importance, those that are searched by first. */
function columnsFor(reading: Reading, options: LogOptions, filter: FilterNode | null): readonly CatalogueColumn[] {
  const { columns } = reading;
  const { columns: asked, sort, place } = options;
  // an older commit may have it
  const among = isWindow(reading, options) ? `the newest ${options.count} commits of ${place} (-n 0 reads all)` : place;
  if (asked !== null) return findColumns(asked, columns, among);
  const sortedBy = sort === null ? [] : findColumns([sort.column], columns, place);
  const named = new Set(filter === null ? [] : columnsOf(filter).map(idOf));
  const filteredBy = columns.filter((column) => named.has(idOf(column)));
  return [...new Set([...sortedBy, ...filteredBy, ...rankedColumns(columns)])];
}

function commitsOf(
  reading: Reading,
  options: LogOptions,
  shown: ReadonlySet<string>,
  filter: FilterNode | null,
): readonly HistoryCommit[] {
  const { held } = reading;
  const { onlyChanged, count } = options;
  const rowOf = filterRows(reading);
  const found = reading.commits.filter((commit) => filter === null || matches(filter, rowOf(commit)));
  const kindOf = kindsOf(reading.columns);
  const wanted = onlyChanged
    ? found.filter((commit) => changedColumns(held, commit, kindOf).some((id) => shown.has(id)))
    : found;
  const inOrder = sorted(reading, wanted, options);
  return isSearch(options) && count > 0 ? inOrder.slice(0, count) : inOrder;
}

function sorted(
  { columns, held }: Reading,
  commits: readonly HistoryCommit[],
  { sort, place }: LogOptions,
): readonly HistoryCommit[] {
  if (sort === null) return commits;
  const column = findColumn(sort.column, columns, place);
  const valued = commits.map((commit) => ({ commit, value: compared(held, commit, column).value }));
  valued.sort((a, b) => compareValues(a.value, b.value, sort.order));
  return valued.map(({ commit }) => commit);
}

/** Whether there may be older commits than those that were read. */
function isWindow({ commits }: Reading, options: LogOptions): boolean {
  const { count } = options;
  return !isSearch(options) && count > 0 && commits.length >= count;
}

function readCommits(reading: Reading, options: LogOptions): string {
  const size = reading.commits.length;
  const which = isWindow(reading, options) ? "the newest" : "all";
  return `${which} ${size} ${size === 1 ? "commit" : "commits"}`;
}

/** Problems go beside the figures: a program that reads them would take each line for a commit. */
function writeCsv({ commits, held, columns }: Reading, { out, err }: Effects): void {
  out.write(csvLine(["commit", "date", "author", "subject", ...columns.map(idOf)]));
  for (const commit of commits) {
    const { sha, author, subject } = commit.facts;
    const values = columns.map((column) => writtenValue(held, commit, column));
    out.write(csvLine([sha, isoTime(author), author.name, subject, ...values]));
  }
  for (const { mark, text } of toldProblems({ commits, held })) err.write(`${mark} ${text}\n`);
}

function writeMarkdown({ commits, held, columns }: Reading, hidden: number, out: Effects["out"]): void {
  const cells = columns.map((column) => cellsOf({ commits, held }, column));
  const rows = commits.map((commit, row) => {
    const { sha, author, subject } = commit.facts;
    const values = cells.map((column) => [column[row]?.value, column[row]?.change].filter(Boolean).join(" "));
    return [sha.slice(0, 7), dayOf(author), exactText(subject), ...values];
  });
  const alignRight = [false, false, false, ...columns.map(({ kind }) => kind === "number")];
  const table = markdownTable(["commit", "date", "subject", ...columns.map(idOf)], rows, alignRight);
  const foot = toldProblems({ commits, held }).map(({ mark, text }) => `- ${markdownCell(`${mark} ${text}`)}`);
  if (hidden > 0) foot.unshift(`- ${markdownCell(hiddenColumns(hidden))}`);
  out.write(`${[...table, ...(foot.length > 0 ? ["", ...foot] : [])].join("\n")}\n`);
}
