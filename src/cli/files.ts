// `tidemark files`: which files are read, by which rule and as what, and what else may be; with a server, its choices.
import type { Command } from "commander";
import { findBranch } from "./branch-tip.ts";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import type { ChoiceOptions, RuleCommand } from "./files-choice.ts";
import { readFiles } from "./files-reading.ts";
import { filesReport } from "./files-output.ts";
import { onRepository } from "./on-repository.ts";
import { addReadingOptions, type ReadingFlags, type ReadingOptions, readingOptions } from "./reading-options.ts";
import { writeReport } from "./report.ts";

const EXPLANATION = `
Without a command it reads a repository where it stands. The commands change
what a server reads, and have it read the history once more.`;

/** Adds `tidemark files` with its commands. */
export function register(program: Command, context: CommandContext): void {
  const files = program
    .command("files")
    .description("which files are read and by which rule, and what else may be")
    .enablePositionalOptions()
    .argument("[repository]", "a folder or a Git URL (default: the current folder)");
  addReadingOptions(files, { branch: true })
    .addHelpText("after", EXPLANATION)
    .addHelpText("after", examples(["tidemark files", "what is read here"], ["tidemark files --json", "for a program"]))
    .action((place: string | undefined, flags: ReadingFlags) =>
      context.run(() => list(readingOptions(place, flags), context)),
    );
  addRuleCommand(files, context, "add", "have a server read a path, or what a glob names");
  addRuleCommand(files, context, "remove", "take back what was added");
  addRuleCommand(files, context, "on", "turn a rule on that is off");
  addRuleCommand(files, context, "off", "turn a rule off, or a path that a glob names");
  files
    .command("identity")
    .description("choose the fields that name the rows of an array")
    .argument("<path>", "a file that is read")
    .argument("<array>", "the array's key without row names: results, runs[].cases; a dot: the whole file")
    .argument("[fields...]", "names of fields, a dot for one that lies deeper")
    .option("--as-found", "leave it to Tidemark again")
    .requiredOption(...REPOSITORY_OPTION)
    .option(...DATA_OPTION)
    .action((path: string, array: string, fields: readonly string[], options: ChoiceOptions) =>
      context.run(async () => {
        const { identity } = await import("./files-choice.ts");
        return identity(context, { path, array, fields }, options);
      }),
    );
}

const REPOSITORY_OPTION = ["--repository <name>", "a repository of the server, by its name or id"] as const;

function addRuleCommand(files: Command, context: CommandContext, name: RuleCommand, description: string): void {
  files
    .command(name)
    .description(description)
    .argument("<pattern>", "a path or a glob; a glob without a folder is meant at any depth")
    .requiredOption(...REPOSITORY_OPTION)
    .option(...DATA_OPTION)
    .action((pattern: string, options: ChoiceOptions) =>
      context.run(async () => {
        const { changeRule } = await import("./files-choice.ts");
        return changeRule(context, { command: name, pattern }, options);
      }),
    );
}

function list(options: ReadingOptions, context: CommandContext): Promise<number> {
  return onRepository(options, context, async ({ repository, effects }) => {
    const branch = await findBranch(repository, options.branch);
    const found = await readFiles({ repository, branch }, options.paths, effects);
    writeReport(filesReport(found, branch.title), options.format, effects);
    return EXIT.done;
  });
}
