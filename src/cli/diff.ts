// `tidemark diff`: two commits side by side, and an exit code that says whether something got worse.
import type { Command } from "commander";
import { TidemarkError } from "../errors.ts";
import { MAX_COMMIT_FILES } from "../history/file-sets.ts";
import { isUnreadAt } from "../history/history-batch.ts";
import { findColumns } from "./column-names.ts";
import type { CommandContext } from "./context.ts";
import { compareSides, type DiffColumn, isWorse } from "./diff-columns.ts";
import { type DiffFlags, type DiffOptions, diffOptions } from "./diff-options.ts";
import { diffReport, namedColumns } from "./diff-output.ts";
import { type DiffReading, type DiffSide, readDiff } from "./diff-reading.ts";
import { type Effects, EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { onRepository } from "./on-repository.ts";
import { unreadColumn } from "./problems.ts";
import { addReadingOptions } from "./reading-options.ts";
import { writeReport } from "./report.ts";

/** Columns that the last line names. */
const NAMED = 5;

const EXPLANATION = `
Without a commit, HEAD is compared with its parent; one commit is compared with
HEAD. A..B compares A with B; A...B compares the merge base of both with B: what
a branch did since it began. A commit is whatever git knows it by: HEAD~3, a tag,
a branch, an id. A change within either tolerance does not count. Which way is
better is the column's goal: tidemark columns shows it.

Exit codes: 0 fine, 1 failed, 2 called the wrong way, 3 something is worse beyond
tolerance (--fail-on worse only).`;

/** Adds `tidemark diff`. */
export function register(program: Command, context: CommandContext): void {
  const command = program
    .command("diff")
    .description("what two commits differ in, and whether that is better or worse")
    .argument("[commits...]", "up to two commits, or a range; a repository may stand before them")
    .option("--columns <names...>", "compare these columns: path:key, a key, or the end of a key")
    .option("--all", "show also columns that are the same, or within tolerance")
    .option("--rtol <part>", "relative tolerance: 1% or 0.01")
    .option("--atol <number>", "absolute tolerance, in the column's unit: 0.001")
    .option("--fail-on <reason>", "worse: exit with 3 when a column is worse beyond tolerance");
  addReadingOptions(command, { branch: false })
    .addHelpText("after", EXPLANATION)
    .addHelpText(
      "after",
      examples(
        ["tidemark diff", "what the newest commit did"],
        ["tidemark diff HEAD~20 --columns accuracy latency_ms", "two figures, twenty commits ago and now"],
        ["tidemark diff main...quantise --fail-on worse --rtol 1%", "for CI: what a branch did since it began"],
      ),
    )
    .action((words: readonly string[], flags: DiffFlags) =>
      context.run(async () => diff(await diffOptions(words, flags, context.effects.cwd), context)),
    );
}

function diff(options: DiffOptions, context: CommandContext): Promise<number> {
  return onRepository(options, context, async ({ repository, effects }) => {
    const reading = await readDiff(repository, options, effects.signal);
    const held = reading.columns.filter(({ kind }) => kind !== "empty");
    const [asked] = options.columns ?? [];
    const [lost] = reading.to.unread;
    if (asked !== undefined && held.length === 0 && lost !== undefined)
      throw unreadColumn(
        asked,
        repository.name,
        `${reading.to.facts.sha.slice(0, 7)} ${lost.path}`,
        lost.problem.message,
      );
    const columns = options.columns === null ? held : findColumns(options.columns, held, repository.name);
    const compared = compareSides(reading, columns, options.tolerance);
    writeReport(diffReport(reading, compared, options), options.format, effects);
    return options.failOnWorse ? judged(reading, compared, context.effects) : EXIT.done;
  });
}

/** @throws TidemarkError `file-unreadable` when nothing is known to be worse, but not all could be judged */
function judged({ from, to }: DiffReading, compared: readonly DiffColumn[], { err }: Effects): number {
  const worse = compared.filter(isWorse);
  if (worse.length > 0) {
    err.write(`tidemark: worse beyond tolerance: ${namedColumns(worse, NAMED)}\n`);
    return EXIT.worse;
  }
  const isTooMany = (side: DiffSide | null, path: string): side is DiffSide =>
    side !== null && !side.documents.has(path) && isUnreadAt(side, path);
  const unknown = compared.filter(({ state }) => state === "unknown");
  for (const { path } of unknown.map(({ column }) => column)) {
    const side = [to, from].find((each) => isTooMany(each, path));
    if (side == null) continue;
    throw new TidemarkError("file-unreadable", {
      attempt: "tell whether anything is worse in",
      value: path,
      found: `more metric files at ${side.facts.sha.slice(0, 7)} than are read (${MAX_COMMIT_FILES}), and it left unread`,
      wanted: "fewer: --files names those that count",
    });
  }
  const lost = unknown.find(({ before }) => before !== null);
  const unread = to.unread.find(({ path }) => path === lost?.column.path);
  if (unread === undefined) return EXIT.done;
  throw new TidemarkError("file-unreadable", {
    attempt: "tell whether anything is worse in",
    value: unread.path,
    found: `a version at ${to.facts.sha.slice(0, 7)} that cannot be read`,
    wanted: "one that can be",
  });
}
