// `tidemark plot`: a line chart of columns over the commits of a branch, in the terminal or as a file.
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { CatalogueColumn } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { folderReason, TidemarkError } from "../errors.ts";
import { findBranch } from "./branch-tip.ts";
import { findColumns, idOf } from "./column-names.ts";
import type { CommandContext } from "./context.ts";
import { type Effects, EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { writeReading } from "./log-output.ts";
import { onRepository } from "./on-repository.ts";
import { paintFor } from "./paint.ts";
import { takePlace } from "./place.ts";
import { type Plot, plotLines } from "./plot-output.ts";
import { seriesOf } from "./plot-series.ts";
import { plotSvg } from "./plot-svg.ts";
import { refuseUnread } from "./problems.ts";
import { readAll } from "./reading.ts";
import { addReadingOptions, badArgument, readCount, type ReadingFlags, readingOptions } from "./reading-options.ts";

interface PlotFlags extends ReadingFlags {
  readonly number: string;
  readonly svg?: string;
}

/** Columns of one chart: more are no picture any more. */
const MAX_COLUMNS = 12;
const EXPLANATION = `
A gap is a commit without the value, or with NaN. Where there are more commits
than dots, a column of dots shows how far the values of its commits reach.
--json, --csv and --md write the figures instead.`;

/** Adds `tidemark plot`. */
export function register(program: Command, context: CommandContext): void {
  const command = program
    .command("plot")
    .description("a line chart of columns over the commits of a branch")
    .argument("<columns...>", "path:key, a key, or the end of a key; a repository may stand before them")
    .addOption(
      program.createOption("-n, --number <commits>", "only the newest commits; 0: the whole history").default("0", "0"),
    )
    .option("--svg <file>", "write the chart to an SVG file");
  addReadingOptions(command, { branch: true })
    .addHelpText("after", EXPLANATION)
    .addHelpText(
      "after",
      examples(
        ["tidemark plot accuracy", "over the whole history"],
        ["tidemark plot loss latency_ms -n 100", "two charts of the newest hundred commits"],
        ["tidemark plot accuracy --svg accuracy.svg", "a picture for a page or a report"],
      ),
    )
    .action((words: readonly string[], flags: PlotFlags) => context.run(() => plot(words, flags, context)));
}

async function plot(words: readonly string[], flags: PlotFlags, context: CommandContext): Promise<number> {
  const { place, rest: names } = await takePlace(words, context.effects.cwd);
  if (names.length === 0 || names.length > MAX_COLUMNS) {
    const found = names.length === 0 ? "no column" : `${names.length} columns`;
    throw badArgument("columns", names.join(" "), found, `one to ${MAX_COLUMNS}: path:key, a key, or the end of a key`);
  }
  const options = readingOptions(place, flags);
  const count = readCount(flags.number);
  if (flags.svg !== undefined && options.format !== "table")
    throw badArgument("option", `--${options.format}`, "--svg too", "one of the two");
  return onRepository(options, context, async ({ repository, effects }) => {
    const branch = await findBranch(repository, options.branch);
    const scope = { place: repository.name, paths: options.paths, count, view: "line" } as const;
    const reading = await readAll({ repository, branch }, scope, effects);
    if (reading.columns.length === 0) refuseUnread(names.join(" "), repository.name, reading);
    const columns = findColumns(names, reading.columns, repository.name);
    if (options.format !== "table") {
      const log = {
        ...options,
        ...scope,
        columns: columns.map(idOf),
        onlyChanged: false,
        sort: null,
        where: null,
        from: null,
      };
      writeReading(reading, log, effects);
      return EXIT.done;
    }
    requireNumbers(columns);
    const series = columns.map((column) => seriesOf(reading, column));
    const drawn: Plot = { series, commits: reading.commits, branch: branch.title };
    const { out } = effects;
    if (flags.svg === undefined) out.write(`${plotLines(drawn, out.width, paintFor(out.colour)).join("\n")}\n`);
    else await writeSvg(flags.svg, drawn, effects);
    return EXIT.done;
  });
}

function requireNumbers(columns: readonly CatalogueColumn[]): void {
  const other = columns.find(({ kind }) => kind !== "number" && kind !== "mixed");
  if (other === undefined) return;
  const found = other.kind === "empty" ? "no values" : `values that are no numbers (${other.kind})`;
  const parts = {
    attempt: "draw the column",
    value: escapeControls(idOf(other)),
    found,
    wanted: "a column of numbers",
  };
  throw new TidemarkError("bad-argument", parts);
}

/** @throws TidemarkError `file-unwritable` when the file cannot be written */
async function writeSvg(file: string, drawn: Plot, { cwd, out }: Effects): Promise<void> {
  const path = resolve(cwd, file);
  try {
    await writeFile(path, plotSvg(drawn));
  } catch (error) {
    const found = svgReason(error as NodeJS.ErrnoException);
    const parts = { attempt: "write the file", value: file, found, wanted: "a file in a folder that can be written" };
    throw new TidemarkError("file-unwritable", parts, { cause: error });
  }
  out.write(`${escapeControls(file)} is written.\n`);
}

function svgReason(error: NodeJS.ErrnoException): string {
  const own = { EISDIR: "a folder", ENOENT: "no such folder", ENOTDIR: "a file where a folder has to be" };
  return own[error.code as keyof typeof own] ?? folderReason(error);
}
