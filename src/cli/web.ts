// `tidemark web`: pages, API and deliveries alone; `tidemark worker` brings repositories up to date.
import type { Command } from "commander";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION } from "./data-folder.ts";
import { examples } from "./examples.ts";
import { serve, type ServeOptions } from "./serve.ts";

/** Adds `tidemark web`. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("web")
    .description("the server without a worker: pages, API, deliveries of webhooks; beside it tidemark worker")
    .option(...DATA_OPTION)
    .option("--port <number>", "where it listens on 127.0.0.1; 0 takes any free port")
    .addHelpText(
      "after",
      examples(["tidemark web", "on the data folder or DATABASE_URL; then, beside it: tidemark worker"]),
    )
    .action((options: ServeOptions) => context.run(() => serve(context, options, { addresses: [], works: false })));
}
