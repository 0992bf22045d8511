// `tidemark blame`: which commit last changed a column, and the ones before.
import type { Command } from "commander";
import { blameReport } from "./blame-output.ts";
import { readBlame } from "./blame-reading.ts";
import { findBranch } from "./branch-tip.ts";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { onRepository } from "./on-repository.ts";
import { takeColumn } from "./place.ts";
import { addReadingOptions, readCount, type ReadingFlags, readingOptions } from "./reading-options.ts";
import { writeReport } from "./report.ts";

interface BlameFlags extends ReadingFlags {
  readonly number: string;
}

/** Changes shown unless told otherwise: the last one, and the one before. */
const DEFAULT_CHANGES = "2";

/** Adds `tidemark blame`. */
export function register(program: Command, context: CommandContext): void {
  const command = program
    .command("blame")
    .description("which commit last changed a column, and the one before")
    .argument("<column...>", "path:key, a key, or the end of a key; a repository may stand before it")
    .addOption(
      program
        .createOption("-n, --number <changes>", "how many changes; 0: all")
        .default(DEFAULT_CHANGES, DEFAULT_CHANGES),
    );
  addReadingOptions(command, { branch: true })
    .addHelpText(
      "after",
      examples(
        ["tidemark blame latency_ms", "the last two commits that changed it"],
        ["tidemark blame params.yaml:train.lr -n 0", "every change there was"],
      ),
    )
    .action((words: readonly string[], flags: BlameFlags) => context.run(() => blame(words, flags, context)));
}

async function blame(words: readonly string[], flags: BlameFlags, context: CommandContext): Promise<number> {
  const { place, column } = await takeColumn(words, context.effects.cwd);
  const count = readCount(flags.number);
  const options = readingOptions(place, flags);
  return onRepository(options, context, async ({ repository, effects }) => {
    const branch = await findBranch(repository, options.branch);
    const scope = { place: repository.name, paths: options.paths, count: 0, view: "line" } as const;
    const read = await readBlame({ repository, branch }, scope, { column, count }, effects);
    writeReport(blameReport(read, branch.title), options.format, effects);
    return EXIT.done;
  });
}
