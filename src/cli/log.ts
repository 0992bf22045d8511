// `tidemark log`: what every commit did to the numbers, in any repository, without a server and without a database.
import type { Command } from "commander";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./effects.ts";
import { findBranch } from "./log-branch.ts";
import type { LogFlags, LogOptions } from "./log-options.ts";
import { openLogSource } from "./log-source.ts";

/** Commits shown unless told otherwise. */
const DEFAULT_COMMITS = "40";

/** Adds `tidemark log`. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("log")
    .description("what every commit did to the numbers, newest first; needs no server")
    .argument("[repository]", "a folder or a Git URL (default: the current folder)")
    .addOption(
      program
        .createOption("-n, --number <commits>", "how many commits; 0: the whole history")
        .default(DEFAULT_COMMITS, DEFAULT_COMMITS), // said without the quotes of a text
    )
    .option("--branch <name>", "a branch other than the current one")
    .option("--files <globs...>", "read these files instead of the known ones")
    .option("--columns <names...>", "show these columns: path:key, a key, or the end of a key")
    .option("--only-changed", "leave out commits in which none of the shown columns changed")
    .option("-C <repository>", "the same as the first argument")
    .option("--json", "one array of commits, for programs")
    .option("--csv", "comma-separated values")
    .option("--md", "a Markdown table")
    .action((place: string | undefined, flags: LogFlags) => run(context, place, flags));
}

function run(context: CommandContext, place: string | undefined, flags: LogFlags): Promise<void> {
  return context.run(async () => {
    const { logOptions } = await import("./log-options.ts");
    return log(logOptions(place, flags), context);
  });
}

/**
 * Runs the command. What reads and draws is loaded while git already looks for the branch.
 * @returns the exit code
 * @throws TidemarkError `branch-not-found`, `repository-empty`, and those of `openLogSource()` and `writeLog()`
 */
export async function log(options: LogOptions, context: CommandContext): Promise<number> {
  const { effects } = context;
  const opening = openLogSource(options.place, context);
  opening.catch(() => undefined); // thrown by the await below
  const output = import("./log-output.ts");
  const source = await opening;
  try {
    const branch = await findBranch(source.repository, options.branch);
    for (const notice of source.notices) effects.err.write(`note: ${notice}\n`);
    const { writeLog } = await output;
    // errors call it by its name: "." says nothing
    await writeLog({ repository: source.repository, branch }, { ...options, place: source.repository.name }, effects);
    return EXIT.done;
  } catch (error) {
    if (effects.signal.aborted) return EXIT.stopped;
    throw error;
  } finally {
    await source.close();
  }
}
