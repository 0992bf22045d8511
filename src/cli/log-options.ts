// What was asked of `tidemark log`, checked.
import { storedPattern } from "../domain/metric-paths.ts";
import type { MetricPath } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";

/** Commits that can be asked for at a time, other than all of them: what is shown as a table is held in memory. */
const MAX_LOG_COMMITS = 100_000;

/** The options as commander gives them. */
export interface LogFlags {
  readonly number: string;
  readonly branch?: string;
  readonly files?: readonly string[];
  readonly columns?: readonly string[];
  readonly onlyChanged?: boolean;
  readonly C?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly md?: boolean;
}

/** What to read, and how to write it. */
export interface LogOptions {
  /** a folder or a Git URL */
  readonly place: string;
  /** 0: all */
  readonly count: number;
  /** null: the current one */
  readonly branch: string | null;
  /** null: what is built in and what the repository declares */
  readonly paths: readonly MetricPath[] | null;
  /** null: those that changed most lately */
  readonly columns: readonly string[] | null;
  readonly onlyChanged: boolean;
  readonly format: "table" | "json" | "csv" | "md";
}

/**
 * @param place the first word, if there is one
 * @throws TidemarkError `bad-argument`
 */
export function logOptions(place: string | undefined, flags: LogFlags): LogOptions {
  if (place !== undefined && flags.C !== undefined && flags.C !== place) {
    throw badArgument("repository", place, `another one beside -C ${flags.C}`, "one repository");
  }
  const formats = (["json", "csv", "md"] as const).filter((format) => flags[format] === true);
  if (formats.length > 1)
    throw badArgument("option", `--${formats[1]}`, `--${formats[0]} too`, "one of --json, --csv and --md");
  return {
    place: place ?? flags.C ?? ".",
    count: readCount(flags.number),
    branch: flags.branch ?? null,
    paths: flags.files === undefined ? null : flags.files.map(chosenPath),
    columns: flags.columns ?? null,
    onlyChanged: flags.onlyChanged === true,
    format: formats[0] ?? "table",
  };
}

function readCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count <= MAX_LOG_COMMITS) return count;
  const found = Number.isNaN(count) ? "no whole number" : `more than ${MAX_LOG_COMMITS}`;
  throw badArgument("number of commits", text, found, `a whole number up to ${MAX_LOG_COMMITS}, or 0 for all`);
}

function chosenPath(typed: string): MetricPath {
  return { pattern: storedPattern(typed), source: "chosen", identity: null, enabled: true };
}

function badArgument(what: string, value: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("bad-argument", { attempt: `use the ${what}`, value, found, wanted });
}
