// What `tidemark log` does once it knows where to begin: reads commits with their values and writes them.
import { exactText } from "../domain/format-value.ts";
import type { CatalogueColumn } from "../domain/model.ts";
import { BUILT_IN_PATHS } from "../domain/metric-paths.ts";
import { TidemarkError } from "../errors.ts";
import { listCommits } from "../git/commits.ts";
import type { GitRepository } from "../git/repository.ts";
import { batches } from "../history/batches.ts";
import { ColumnCatalogue } from "../history/column-catalogue.ts";
import type { HistoryBatch, HistoryCommit } from "../history/history-batch.ts";
import { readNewest } from "../history/newest.ts";
import { type History, openHistory } from "../history/open-history.ts";
import { commitJson, isoTime } from "./commit-object.ts";
import { csvLine, markdownCell, markdownTable } from "./delimited.ts";
import type { Effects } from "./effects.ts";
import type { LogBranch } from "./log-branch.ts";
import { DEFAULT_COLUMNS, findColumns, idOf, inFileOrder, rankedColumns } from "./log-columns.ts";
import type { LogOptions } from "./log-options.ts";
import { toldProblems } from "./log-problems.ts";
import { changedColumns, compared, HeldVersions } from "./log-reading.ts";
import { cellsOf, hiddenColumns, tableLines } from "./log-table.ts";
import { paintFor } from "./paint.ts";
import { ProgressLine } from "./progress-line.ts";

/** Columns of a Markdown table unless somebody names others: a comment is no wider. */
const MARKDOWN_COLUMNS = 6;

/** Where a log is read from. */
export interface LogStart {
  readonly repository: GitRepository;
  readonly branch: LogBranch;
}

/**
 * Reads the commits and writes them in the form that was asked for.
 * @throws TidemarkError `column-not-found`, `no-metric-files`, and those of reading a repository
 */
export async function writeLog({ repository, branch }: LogStart, options: LogOptions, effects: Effects): Promise<void> {
  const isStream = options.format === "json" && options.count === 0 && options.columns === null;
  if (isStream) await streamJson(repository, branch, options, effects);
  else write(await read(repository, branch, options, effects), branch, options, effects);
}

/** What was read, all of it in memory. */
interface LogReading {
  readonly commits: readonly HistoryCommit[];
  readonly held: HeldVersions;
  readonly columns: readonly CatalogueColumn[];
}

async function read(
  repository: GitRepository,
  branch: LogBranch,
  options: LogOptions,
  effects: Effects,
): Promise<LogReading> {
  const held = new HeldVersions();
  const commits: HistoryCommit[] = [];
  let catalogue: ColumnCatalogue | null = null;
  for await (const batch of readLine(repository, branch, options, effects)) {
    held.add(batch.versions);
    catalogue ??= new ColumnCatalogue({ newestPosition: batch.commits[0]?.position ?? 0 });
    catalogue.add(batch.commits, batch.versions);
    commits.push(...batch.commits);
  }
  const columns = catalogue?.columns() ?? [];
  if (!commits.some(({ files }) => files.length > 0)) throw noMetricFiles(branch, options, commits.length);
  return { commits, held, columns };
}

async function* readLine(
  repository: GitRepository,
  branch: LogBranch,
  options: LogOptions,
  effects: Effects,
): AsyncGenerator<HistoryBatch> {
  const { count, paths } = options;
  const { signal } = effects;
  if (count > 0) {
    const rules = { paths: paths ?? BUILT_IN_PATHS, onlyPaths: paths !== null };
    const { batch } = await readNewest(repository, { tip: branch.tip, count, ...rules, signal });
    yield batch;
    return;
  }
  const line = new ProgressLine(effects);
  try {
    const history = await openLine(repository, branch, options, line, effects);
    if (!history.table.paths.some((path) => history.matcher.match(path) !== null)) {
      throw noMetricFiles(branch, options, history.graph.size);
    }
    let done = 0;
    for await (const batch of batches(history, { signal })) {
      done += batch.commits.length;
      line.show({ phase: "reading files, commits", done, total: history.graph.size });
      yield batch;
    }
  } finally {
    line.end();
  }
}

async function openLine(
  repository: GitRepository,
  { tip }: LogBranch,
  { paths }: LogOptions,
  line: ProgressLine,
  { signal }: Effects,
): Promise<History> {
  const graph = await listCommits(repository, { tips: [tip], firstParent: true, signal });
  const onProgress = ({ done, total }: { done: number; total: number }): void => {
    line.show({ phase: "reading changes, commits", done, total });
  };
  const rules = { paths: paths ?? BUILT_IN_PATHS, onlyPaths: paths !== null };
  return openHistory(repository, { graph, ...rules, signal, onProgress });
}

/** Writes a whole history as it is read, without holding it. */
async function streamJson(
  repository: GitRepository,
  branch: LogBranch,
  options: LogOptions,
  effects: Effects,
): Promise<void> {
  const held = new HeldVersions();
  let separator = "[\n";
  for await (const { commits, versions } of readLine(repository, branch, options, effects)) {
    held.add(versions);
    for (const commit of commits) {
      if (options.onlyChanged && changedColumns(held, commit).length === 0) continue;
      effects.out.write(separator + commitJson(commit, held, branch.branchesOf(commit.facts.sha), null));
      separator = ",\n";
    }
    held.forgetFrom(commits.at(-1)?.position ?? 0);
  }
  effects.out.write(separator === "[\n" ? "[]\n" : "\n]\n");
}

function write(reading: LogReading, branch: LogBranch, options: LogOptions, effects: Effects): void {
  const { held } = reading;
  const { count } = options;
  const isChosen = options.columns !== null;
  const all = isChosen
    ? findColumns(options.columns ?? [], reading.columns, options.place)
    : rankedColumns(reading.columns);
  const limit = { table: DEFAULT_COLUMNS, md: MARKDOWN_COLUMNS, json: all.length, csv: all.length }[options.format];
  const columns = isChosen ? all : all.slice(0, limit);
  const inOrder = isChosen ? columns : columns.toSorted(inFileOrder);
  const ids = new Set(columns.map(idOf));
  const commits = options.onlyChanged
    ? reading.commits.filter((commit) => changedColumns(held, commit).some((id) => ids.has(id)))
    : reading.commits;
  const { out } = effects;
  if (options.format === "json") {
    const objects = commits.map((commit) =>
      commitJson(commit, held, branch.branchesOf(commit.facts.sha), isChosen ? ids : null),
    );
    out.write(objects.length === 0 ? "[]\n" : `[\n${objects.join(",\n")}\n]\n`);
  } else if (options.format === "csv") writeCsv({ ...reading, commits, columns: inOrder }, effects);
  else if (options.format === "md")
    writeMarkdown({ ...reading, commits, columns: inOrder }, all.length - columns.length, out);
  else {
    const size = reading.commits.length;
    const of = `${count > 0 && size >= count ? "the newest" : "all"} ${size} ${size === 1 ? "commit" : "commits"}`;
    const view = {
      commits,
      held,
      columns,
      isChosen,
      total: all.length,
      of,
      width: out.width,
      paint: paintFor(out.colour),
    };
    out.write(`${tableLines(view).join("\n")}\n`);
  }
}

/** Problems go beside the figures: a program that reads them would take each line for a commit. */
function writeCsv({ commits, held, columns }: LogReading, { out, err }: Effects): void {
  out.write(csvLine(["commit", "date", "author", "subject", ...columns.map(idOf)]));
  for (const commit of commits) {
    const { sha, author, subject } = commit.facts;
    const values = columns.map((column) => compared(held, commit, column).value);
    out.write(csvLine([sha, isoTime(author), author.name, subject, ...values]));
  }
  for (const { mark, text } of toldProblems({ commits, held })) err.write(`${mark} ${text}\n`);
}

function writeMarkdown({ commits, held, columns }: LogReading, hidden: number, out: Effects["out"]): void {
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

function noMetricFiles(branch: LogBranch, { place, paths, count }: LogOptions, commits: number): TidemarkError {
  const where = count > 0 && commits === count ? `the newest ${commits} commits of ${branch.title}` : branch.title;
  const wanted =
    paths === null
      ? "files such as metrics.json or params.yaml, or others named by --files"
      : "files that match --files";
  return new TidemarkError("no-metric-files", {
    attempt: "find metric files in",
    value: place,
    found: `none in ${where}`,
    wanted,
  });
}
