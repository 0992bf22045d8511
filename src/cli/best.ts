// `tidemark best`: the commits of the whole history with the best values of a column.
import type { Command } from "commander";
import { type Best, bestCommits, rankingGoal } from "./best-commits.ts";
import { bestReport } from "./best-output.ts";
import { findBranch } from "./branch-tip.ts";
import { findColumn } from "./column-names.ts";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { onRepository } from "./on-repository.ts";
import { takeColumn } from "./place.ts";
import { refuseUnread } from "./problems.ts";
import { readAll } from "./reading.ts";
import { addReadingOptions, badArgument, readCount, type ReadingFlags, readingOptions } from "./reading-options.ts";
import { writeReport } from "./report.ts";

interface BestFlags extends ReadingFlags {
  readonly number: string;
  readonly goal?: string;
}

/** Commits shown unless told otherwise. */
const DEFAULT_COMMITS = "10";

const EXPLANATION = `
Only commits that brought a value in are ranked: those of every branch, or with
--branch those of its line. Of commits with the same value the oldest is first.`;

/** Adds `tidemark best`. */
export function register(program: Command, context: CommandContext): void {
  const command = program
    .command("best")
    .description("the commits of the whole history with the best values of a column")
    .argument("<column...>", "path:key, a key, or the end of a key; a repository may stand before it")
    .addOption(
      program
        .createOption("-n, --number <commits>", "how many commits; 0: all")
        .default(DEFAULT_COMMITS, DEFAULT_COMMITS),
    )
    .option("--goal <goal>", "higher or lower: which way is better, where the column does not say");
  addReadingOptions(command, { branch: true })
    .addHelpText("after", EXPLANATION)
    .addHelpText(
      "after",
      examples(
        ["tidemark best accuracy", "the ten best there ever were, on any branch"],
        ["tidemark best samples --goal higher --branch main -n 3", "a column without a goal"],
      ),
    )
    .action((words: readonly string[], flags: BestFlags) => context.run(() => best(words, flags, context)));
}

async function best(words: readonly string[], flags: BestFlags, context: CommandContext): Promise<number> {
  const { place, column: name } = await takeColumn(words, context.effects.cwd);
  const goal = readGoal(flags.goal);
  const count = readCount(flags.number);
  const options = readingOptions(place, flags);
  return onRepository(options, context, async ({ repository, effects }) => {
    const branch = await findBranch(repository, options.branch);
    const view = options.branch === null ? "all" : "line";
    const scope = { place: repository.name, paths: options.paths, count: 0, view } as const;
    const reading = await readAll({ repository, branch }, scope, effects);
    if (reading.columns.length === 0) refuseUnread(name, repository.name, reading);
    const column = findColumn(name, reading.columns, repository.name);
    const ranking = rankingGoal(column, goal);
    const ranked = bestCommits(reading, column, ranking);
    const result: Best = { column, goal: ranking, ranked, shown: count === 0 ? ranked : ranked.slice(0, count) };
    writeReport(bestReport(result, reading, view === "all" ? "all branches" : branch.title), options.format, effects);
    return EXIT.done;
  });
}

function readGoal(text: string | undefined): "higher" | "lower" | null {
  if (text === undefined || text === "higher" || text === "lower") return text ?? null;
  throw badArgument("goal", text, "no such goal", "higher or lower");
}
