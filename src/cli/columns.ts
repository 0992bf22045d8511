// `tidemark columns`: the catalogue of a branch's columns, and what its whole history says about each.
import type { Command } from "commander";
import type { CommandContext } from "./context.ts";
import { columnsReport, matching } from "./columns-output.ts";
import { readCatalogue } from "./columns-reading.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { findBranch } from "./branch-tip.ts";
import { onRepository } from "./on-repository.ts";
import { takePlace } from "./place.ts";
import { addReadingOptions, type ReadingFlags, type ReadingOptions, readingOptions } from "./reading-options.ts";
import { writeReport } from "./report.ts";

const EXPLANATION = `
▲ means that higher is better, ▼ that lower is; "goal by" says who knows: the
file, the tool that wrote it, the unit or the name, which is a guess. A change
is a commit whose value differs from its baseline's.`;

/** Adds `tidemark columns`. */
export function register(program: Command, context: CommandContext): void {
  const command = program
    .command("columns")
    .description("every column there is: unit, goal, changes, the best value")
    .argument("[words...]", "show only columns whose path:key has these words; a repository may stand before them");
  addReadingOptions(command, { branch: true })
    .addHelpText("after", EXPLANATION)
    .addHelpText(
      "after",
      examples(
        ["tidemark columns", "all of them"],
        ["tidemark columns ms forecast", "those with both words in their path or key"],
      ),
    )
    .action((words: readonly string[], flags: ReadingFlags) =>
      context.run(async () => {
        const { place, rest } = await takePlace(words, context.effects.cwd);
        return columns(readingOptions(place, flags), rest, context);
      }),
    );
}

function columns(options: ReadingOptions, words: readonly string[], context: CommandContext): Promise<number> {
  return onRepository(options, context, async ({ repository, effects }) => {
    const branch = await findBranch(repository, options.branch);
    const scope = { place: repository.name, paths: options.paths, count: 0, view: "line" } as const;
    const catalogue = await readCatalogue({ repository, branch }, scope, effects);
    const shown = matching(catalogue.columns, words, repository.name);
    writeReport(await columnsReport(catalogue, shown, { repository, branch }), options.format, effects);
    return EXIT.done;
  });
}
