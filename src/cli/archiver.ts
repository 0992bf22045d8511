// `tidemark archiver`: archives old commits beside the server, in a process of its own.
import type { Command } from "commander";
import { createLog } from "../log.ts";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION, type DataOption, withData } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";

/** Adds `tidemark archiver`. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("archiver")
    .description(
      "archives old commits to TIDEMARK_ARCHIVE, beside the server of DATABASE_URL or of the data folder; it ends when it is told to",
    )
    .option(...DATA_OPTION)
    .addHelpText(
      "after",
      examples([
        "TIDEMARK_ARCHIVE=s3://bucket/prefix tidemark archiver",
        "a process that does nothing else, where tidemark web and worker run",
      ]),
    )
    .action((options: DataOption) => context.run(() => archive(context, options)));
}

async function archive(context: CommandContext, options: DataOption): Promise<number> {
  const { effects } = context;
  const config = withData(context, options);
  const log = createLog({ level: config.logLevel, pretty: effects.err.isTerminal, destination: effects.err });
  const { startArchiverProcess } = await import("../archiver-process.ts");
  const process = await startArchiverProcess({ config, log, now: () => effects.now() });
  effects.out.write("Archiving. Ctrl-C stops it: what is under way does not count, and is done again.\n");
  const reason = await Promise.race([effects.stop.then(() => null), process.failed]);
  await process.close();
  if (reason === null) return EXIT.done;
  log.error({ err: reason }, "the archiver cannot go on");
  return EXIT.failed;
}
