// `tidemark log`: what every commit did to the numbers, in any repository, without a server and without a database.
import type { Command } from "commander";
import { BUILT_IN_PATHS } from "../domain/metric-paths.ts";
import { exactText } from "../domain/format-value.ts";
import { TidemarkError } from "../errors.ts";
import { listCommits } from "../git/commits.ts";
import type { GitRepository } from "../git/repository.ts";
import { batches } from "../history/batches.ts";
import { type CatalogueColumn, ColumnCatalogue } from "../history/column-catalogue.ts";
import type { HistoryBatch, HistoryCommit } from "../history/history-batch.ts";
import { readNewest } from "../history/newest.ts";
import { type History, openHistory } from "../history/open-history.ts";
import { commitJson, isoTime } from "./commit-object.ts";
import type { CommandContext } from "./context.ts";
import { csvLine, markdownTable } from "./delimited.ts";
import { type Effects, EXIT } from "./effects.ts";
import { findBranch, type LogBranch } from "./log-branch.ts";
import { DEFAULT_COLUMNS, findColumns, idOf, inFileOrder, rankedColumns } from "./log-columns.ts";
import { type LogFlags, type LogOptions, logOptions } from "./log-options.ts";
import { changedColumns, compared, HeldVersions } from "./log-reading.ts";
import { openLogSource } from "./log-source.ts";
import { cellsOf, tableLines } from "./log-table.ts";
import { paintFor } from "./paint.ts";
import { ProgressLine } from "./progress-line.ts";

/** Commits shown unless told otherwise. */
const DEFAULT_COMMITS = "40";
/** Columns of a Markdown table unless somebody names others: a comment is no wider. */
const MARKDOWN_COLUMNS = 6;

/** Adds `tidemark log`. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("log")
    .description("what every commit did to the numbers, newest first; needs no server")
    .argument("[repository]", "a folder or a Git URL (default: the current folder)")
    .option("-n, --number <commits>", "how many commits; 0: the whole history", DEFAULT_COMMITS)
    .option("--branch <name>", "a branch other than the current one")
    .option("--files <globs...>", "read these files instead of the known ones")
    .option("--columns <names...>", "show these columns: path:key, a key, or the end of a key")
    .option("--only-changed", "leave out commits in which none of the shown columns changed")
    .option("-C <repository>", "the same as the first argument")
    .option("--json", "one array of commits, for programs")
    .option("--csv", "comma-separated values")
    .option("--md", "a Markdown table")
    .action((place: string | undefined, flags: LogFlags) => context.run(() => log(logOptions(place, flags), context)));
}

/**
 * Runs the command.
 * @returns the exit code
 * @throws TidemarkError `branch-not-found`, `column-not-found`, `no-metric-files`, `repository-empty`, and those of
 * reading a repository
 */
export async function log(options: LogOptions, context: CommandContext): Promise<number> {
  const { effects } = context;
  const source = await openLogSource(options.place, context);
  try {
    const branch = await findBranch(source.repository, options.branch);
    for (const notice of source.notices) effects.err.write(`note: ${notice}\n`);
    const isStream = options.format === "json" && options.count === 0 && options.columns === null;
    if (isStream) await streamJson(source.repository, branch, options, effects);
    else write(await read(source.repository, branch, options, effects), branch, options, effects);
    return EXIT.done;
  } catch (error) {
    if (effects.signal.aborted) return EXIT.failed;
    throw error;
  } finally {
    await source.close();
  }
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
  const isChosen = options.columns !== null;
  const all = isChosen
    ? findColumns(options.columns ?? [], reading.columns, options.place)
    : rankedColumns(reading.columns);
  const limit = { table: DEFAULT_COLUMNS, md: MARKDOWN_COLUMNS, json: all.length, csv: all.length }[options.format];
  const columns = isChosen ? all : all.slice(0, limit);
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
  } else if (options.format === "csv")
    writeCsv({ ...reading, commits, columns: isChosen ? columns : columns.toSorted(inFileOrder) }, out);
  else if (options.format === "md")
    writeMarkdown({ ...reading, commits, columns: isChosen ? columns : columns.toSorted(inFileOrder) }, out);
  else {
    const view = { commits, held, columns, isChosen, total: all.length, width: out.width, paint: paintFor(out.colour) };
    out.write(`${tableLines(view).join("\n")}\n`);
  }
}

function writeCsv({ commits, held, columns }: LogReading, out: Effects["out"]): void {
  out.write(csvLine(["commit", "date", "author", "subject", ...columns.map(idOf)]));
  for (const commit of commits) {
    const { sha, author, subject } = commit.facts;
    const values = columns.map((column) => compared(held, commit, column).value);
    out.write(csvLine([sha, isoTime(author), author.name, subject, ...values]));
  }
}

function writeMarkdown({ commits, held, columns }: LogReading, out: Effects["out"]): void {
  const cells = columns.map((column) => cellsOf({ commits, held }, column));
  const rows = commits.map((commit, row) => {
    const { sha, author, subject } = commit.facts;
    const values = cells.map((column) => [column[row]?.value, column[row]?.change].filter(Boolean).join(" "));
    return [sha.slice(0, 7), isoTime(author).slice(0, 10), exactText(subject), ...values];
  });
  const alignRight = [false, false, false, ...columns.map(({ kind }) => kind === "number")];
  out.write(`${markdownTable(["commit", "date", "subject", ...columns.map(idOf)], rows, alignRight).join("\n")}\n`);
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
