// `tidemark worker`: brings repositories up to date beside the server, in a process of its own; as many as one likes.
import type { Command } from "commander";
import { type Config, parseWorkers } from "../config.ts";
import { checkGitVersion } from "../git/program.ts";
import { openStarter } from "../git/starter.ts";
import { createLog } from "../log.ts";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION, type DataOption, withData } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";

interface Options extends DataOption {
  readonly workers?: string;
}

/** The option of every command that brings repositories up to date. */
export const WORKERS_OPTION = ["--workers <number>", "repositories in work at a time (2)"] as const;

/** Adds `tidemark worker`. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("worker")
    .description(
      "brings repositories up to date, beside the server of DATABASE_URL or of the data folder; it ends when it is told to",
    )
    .option(...DATA_OPTION)
    .option(...WORKERS_OPTION)
    .addHelpText(
      "after",
      examples(
        ["tidemark worker --workers 4", "one more process for a server that runs"],
        [
          "DATABASE_URL=postgres://… TIDEMARK_URL=https://… tidemark worker",
          "on another machine: with the address of the server, without which it makes no webhooks",
        ],
      ),
    )
    .action((options: Options) => context.run(() => work(context, options)));
}

/** @returns the settings with what the option says. @throws TidemarkError `bad-setting` */
export function withWorkers(config: Config, { workers }: { readonly workers?: string }): Config {
  return workers === undefined ? config : { ...config, workers: parseWorkers("--workers", workers) };
}

async function work(context: CommandContext, options: Options): Promise<number> {
  const { effects } = context;
  const config = withWorkers(withData(context, options), options);
  const log = createLog({ level: config.logLevel, pretty: effects.err.isTerminal, destination: effects.err });
  const { warning } = await checkGitVersion();
  if (warning !== null) effects.err.write(`${warning}\n`);
  const { startWorkerProcess } = await import("../worker-process.ts");
  const process = await startWorkerProcess({ config, log, now: () => effects.now() });
  const starter = openStarter(); // nobody waits for it
  effects.out.write("Working. Ctrl-C stops it: what is under way ends, or goes on where it was.\n");
  const reason = await Promise.race([effects.stop.then(() => null), process.failed]);
  await process.close();
  await (await starter)();
  if (reason === null) return EXIT.done;
  log.error({ err: reason }, "the worker cannot go on");
  return EXIT.failed;
}
