// What `tidemark log` does once it knows where to begin: reads commits with their values and writes them.
import { exactText } from "../domain/format-value.ts";
import type { CatalogueColumn } from "../domain/model.ts";
import { compareValues } from "../domain/value.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { DEFAULT_COLUMNS, findColumns, idOf, inFileOrder, rankedColumns } from "./column-names.ts";
import { commitJson, isoTime } from "./commit-object.ts";
import { csvLine } from "./delimited.ts";
import { markdownCell, markdownTable } from "../domain/markdown-table.ts";
import type { Effects } from "./effects.ts";
import { changedColumns, compared, HeldVersions } from "./held-versions.ts";
import type { LogOptions } from "./log-options.ts";
import { cellsOf, hiddenColumns, tableLines } from "./log-table.ts";
import { paintFor } from "./paint.ts";
import { toldProblems } from "./problems.ts";
import { openStream, readAll, type Reading, type ReadingStart } from "./reading.ts";

/** Columns of a Markdown table unless somebody names others: a comment is no wider. */
const MARKDOWN_COLUMNS = 6;

/**
 * Reads the commits and writes them in the form that was asked for.
 * @throws TidemarkError `column-not-found`, `no-metric-files`, and those of reading a repository
 */
export async function writeLog(start: ReadingStart, options: LogOptions, effects: Effects): Promise<void> {
  const { format, count, columns, sort } = options;
  if (format === "json" && count === 0 && columns === null && sort === null) {
    await streamJson(start, options, effects);
    return;
  }
  // sorting is about the whole history, whatever is shown of it
  const reading = await readAll(start, sort === null ? options : { ...options, count: 0 }, effects);
  writeReading(reading, options, effects);
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
      effects.out.write(separator + commitJson(commit, held, stream.branchesOf(commit), null));
      separator = ",\n";
    }
    const last = commits.at(-1);
    if (last !== undefined) held.forgetFrom(last.position);
  }
  effects.out.write(separator === "[\n" ? "[]\n" : "\n]\n");
}

/** Writes what was read in the form that was asked for. @throws TidemarkError `column-not-found` */
export function writeReading(reading: Reading, options: LogOptions, effects: Effects): void {
  const { held } = reading;
  const { format } = options;
  const { out } = effects;
  const isChosen = options.columns !== null;
  const all = columnsOf(reading, options);
  const limit = { table: DEFAULT_COLUMNS, md: MARKDOWN_COLUMNS, json: all.length, csv: all.length }[format];
  const columns = isChosen ? all : all.slice(0, limit);
  const inOrder = isChosen ? columns : columns.toSorted(inFileOrder);
  const ids = new Set(columns.map(idOf));
  const commits = commitsOf(reading, options, ids);
  if (format === "json") {
    const wanted = isChosen ? ids : null;
    const objects = commits.map((commit) => commitJson(commit, held, reading.branchesOf(commit), wanted));
    out.write(objects.length === 0 ? "[]\n" : `[\n${objects.join(",\n")}\n]\n`);
  } else if (format === "csv") writeCsv({ ...reading, commits, columns: inOrder }, effects);
  else if (format === "md") writeMarkdown({ ...reading, commits, columns: inOrder }, all.length - columns.length, out);
  else {
    const of = readCommits(reading, options);
    const view = { commits, held, columns, isChosen, total: all.length, of, width: out.width };
    out.write(`${tableLines({ ...view, paint: paintFor(out.colour) }).join("\n")}\n`);
  }
}

/** The columns that are asked for in their order, or all by falling importance, the one that is sorted by first. */
function columnsOf({ columns }: Reading, { columns: asked, sort, place }: LogOptions): readonly CatalogueColumn[] {
  if (asked !== null) return findColumns(asked, columns, place);
  const ranked = rankedColumns(columns);
  return sort === null ? ranked : [...new Set([...findColumns([sort.column], columns, place), ...ranked])];
}

function commitsOf(
  { commits, columns, held }: Reading,
  { onlyChanged, sort, count, place }: LogOptions,
  shown: ReadonlySet<string>,
): readonly HistoryCommit[] {
  const wanted = onlyChanged
    ? commits.filter((commit) => changedColumns(held, commit).some((id) => shown.has(id)))
    : commits;
  if (sort === null) return wanted;
  const [column] = findColumns([sort.column], columns, place);
  if (column === undefined) return wanted;
  const valued = wanted.map((commit) => ({ commit, value: compared(held, commit, column).value }));
  valued.sort((a, b) => compareValues(a.value, b.value, sort.order));
  return valued.slice(0, count === 0 ? valued.length : count).map(({ commit }) => commit);
}

function readCommits({ commits }: Reading, { count, sort }: LogOptions): string {
  const size = commits.length;
  const which = sort === null && count > 0 && size >= count ? "the newest" : "all";
  return `${which} ${size} ${size === 1 ? "commit" : "commits"}`;
}

/** Problems go beside the figures: a program that reads them would take each line for a commit. */
function writeCsv({ commits, held, columns }: Reading, { out, err }: Effects): void {
  out.write(csvLine(["commit", "date", "author", "subject", ...columns.map(idOf)]));
  for (const commit of commits) {
    const { sha, author, subject } = commit.facts;
    const values = columns.map((column) => compared(held, commit, column).value);
    out.write(csvLine([sha, isoTime(author), author.name, subject, ...values]));
  }
  for (const { mark, text } of toldProblems({ commits, held })) err.write(`${mark} ${text}\n`);
}

function writeMarkdown({ commits, held, columns }: Reading, hidden: number, out: Effects["out"]): void {
  const cells = columns.map((column) => cellsOf({ commits, held }, column));
  const rows = commits.map((commit, row) => {
    const { sha, author, subject } = commit.facts;
    const values = cells.map((column) => [column[row]?.value, column[row]?.change].filter(Boolean).join(" "));
    return [sha.slice(0, 7), isoTime(author).slice(0, 10), exactText(subject), ...values];
  });
  const alignRight = [false, false, false, ...columns.map(({ kind }) => kind === "number")];
  const table = markdownTable(["commit", "date", "subject", ...columns.map(idOf)], rows, alignRight);
  const foot = toldProblems({ commits, held }).map(({ mark, text }) => `- ${markdownCell(`${mark} ${text}`)}`);
  if (hidden > 0) foot.unshift(`- ${markdownCell(hiddenColumns(hidden))}`);
  out.write(`${[...table, ...(foot.length > 0 ? ["", ...foot] : [])].join("\n")}\n`);
}
