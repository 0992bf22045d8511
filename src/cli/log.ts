// `tidemark log`: what every commit did to the numbers, in any repository, without a server and without a database.
import type { Command } from "commander";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import type { LogFlags, LogOptions } from "./log-options.ts";
import { onRepository } from "./on-repository.ts";
import { addReadingOptions } from "./reading-options.ts";

/** Commits shown unless told otherwise. */
const DEFAULT_COMMITS = "40";

const EXPLANATION = `
A filter compares columns, delta(column), best(column), branch, author, message,
sha, date and warnings with a number, a word or a "text" by < <= > >= = != or ~,
which is "holds the text"; missing(column) stands alone. It joins them by and,
or, not and parentheses. delta is the change from the baseline; best is true or
false, among the commits that are searched. date is when it was committed; before
1970 counts as 1970, and after tomorrow as tomorrow, whatever the table shows.
What is missing is neither equal nor unequal nor less.`;

/** Adds `tidemark log`. */
export function register(program: Command, context: CommandContext): void {
  const command = program
    .command("log")
    .description("what every commit did to the numbers, newest first")
    .argument("[repository]", "a folder or a Git URL (default: the current folder)")
    .argument("[from]", "where to begin: a branch, a commit as git names it, or A..B: what B has and A has not")
    .addOption(
      program
        .createOption("-n, --number <commits>", "how many commits; 0: the whole history")
        .default(DEFAULT_COMMITS, DEFAULT_COMMITS), // said without the quotes of a text
    )
    .option("--columns <names...>", "show these columns: path:key, a key, or the end of a key")
    .option("--only-changed", "leave out commits in which none of the shown columns changed")
    .option("--sort <column>", "sort the whole history by a column, the smallest first; -column: the largest first")
    .option("--where <filter>", "search the whole history for commits that a filter holds for, as told below")
    .addOption(
      program
        .createOption(
          "--view <commits>",
          "line: of one branch; touching: those that changed metric files; all: of all branches",
        )
        .default("line", "line"),
    );
  addReadingOptions(command, { branch: true })
    .addHelpText("after", EXPLANATION)
    .addHelpText(
      "after",
      examples(
        ["tidemark log -n 10 --columns accuracy latency_ms", "ten commits, two columns"],
        ["tidemark log -3 HEAD~2", "three commits, from the third one down"],
        ["tidemark log --sort -accuracy -n 5", "the five commits with the highest accuracy"],
        ["tidemark log --where 'delta(accuracy) < 0 and date >= 2026-09-01'", "what made it worse since then"],
        ["tidemark log -n 0 --json", "the whole history, for a program"],
      ),
    )
    .action((place: string | undefined, from: string | undefined, flags: LogFlags) =>
      run(
        context,
        [place, from].filter((word) => word !== undefined),
        flags,
      ),
    );
}

function run(context: CommandContext, words: readonly string[], flags: LogFlags): Promise<void> {
  return context.run(async () => {
    const { logOptions } = await import("./log-options.ts");
    return log(await logOptions(words, flags, context.effects.cwd), context);
  });
}

/**
 * Runs the command. What reads and draws is loaded while git already looks for the branch.
 * @throws TidemarkError those of `onRepository()`, `findStart()` and `writeLog()`
 */
function log(options: LogOptions, context: CommandContext): Promise<number> {
  return onRepository(options, context, async ({ repository, effects }) => {
    const { findStart } = await import("./log-start.ts");
    const [branch, { writeLog }] = await Promise.all([findStart(repository, options), import("./log-output.ts")]);
    if (branch.size === 0) {
      if (options.format === "json") effects.out.write("[]\n");
      effects.err.write(`note: no commit in ${branch.title}\n`);
      return EXIT.done;
    }
    // errors call it by its name: "." says nothing
    await writeLog({ repository, branch }, { ...options, place: repository.name }, effects);
    return EXIT.done;
  });
}
