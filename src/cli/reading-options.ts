// What every command that reads a repository can be told: which one, which files, which branch, and how to write it.
import type { Command } from "commander";
import { storedPattern } from "../domain/metric-paths.ts";
import type { MetricPath } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";

/** Commits that can be asked for at a time, other than all of them: what is shown as a table is held in memory. */
const MAX_COMMITS = 100_000;

/** Which commits there are to see: a branch's line, that without commits that changed no metric file, those of all. */
export const VIEWS = ["line", "touching", "all"] as const;
/** One of them. */
export type View = (typeof VIEWS)[number];

/** The options as commander gives them. */
export interface ReadingFlags {
  readonly branch?: string;
  readonly files?: readonly string[];
  readonly C?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly md?: boolean;
  readonly pager: boolean;
}

/** What to read, and how to write it. */
export interface ReadingOptions {
  /** a folder or a Git URL */
  readonly place: string;
  /** null: the current one */
  readonly branch: string | null;
  /** what else was typed that names a commit */
  readonly names?: readonly string[];
  /** null: what is built in and what the repository declares */
  readonly paths: readonly MetricPath[] | null;
  readonly format: "table" | "json" | "csv" | "md";
  /** whether a terminal's pager may be used */
  readonly pager: boolean;
}

/** Adds the options to a command, below its own. */
export function addReadingOptions(command: Command, { branch }: { readonly branch: boolean }): Command {
  if (branch) command.option("--branch <name>", "a branch other than the current one");
  return command
    .option("--files <globs...>", "read these files instead of the known ones")
    .option("-C <repository>", "a folder or a Git URL (default: the current folder)")
    .option("--json", "JSON, for programs")
    .option("--csv", "comma-separated values")
    .option("--md", "a Markdown table")
    .option("--no-pager", "write to the terminal as it is");
}

/**
 * @param place a repository named by a word, if there is one
 * @throws TidemarkError `bad-argument`
 */
export function readingOptions(place: string | undefined, flags: ReadingFlags): ReadingOptions {
  if (place !== undefined && flags.C !== undefined && flags.C !== place) {
    throw badArgument("repository", place, `another one beside -C ${flags.C}`, "one repository");
  }
  const formats = (["json", "csv", "md"] as const).filter((format) => flags[format] === true);
  if (formats.length > 1)
    throw badArgument("option", `--${formats[1]}`, `--${formats[0]} too`, "one of --json, --csv and --md");
  return {
    place: place ?? flags.C ?? ".",
    branch: flags.branch ?? null,
    paths: flags.files === undefined ? null : flags.files.map(chosenPath),
    format: formats[0] ?? "table",
    pager: flags.pager,
  };
}

/** Reads how many commits were asked for; 0: all. @throws TidemarkError `bad-argument` */
export function readCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count <= MAX_COMMITS) return count;
  const found = Number.isNaN(count) ? "no whole number" : `more than ${MAX_COMMITS}`;
  throw badArgument("number of commits", text, found, `a whole number up to ${MAX_COMMITS}, or 0 for all`);
}

/** @returns an error about something that was typed */
export function badArgument(what: string, value: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("bad-argument", { attempt: `use the ${what}`, value, found, wanted });
}

function chosenPath(typed: string): MetricPath {
  return { pattern: storedPattern(typed), source: "chosen", identity: null, enabled: true };
}
