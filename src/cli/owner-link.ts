// `tidemark owner-link`: a new link that signs the owner in, for the server that runs on this data.
import type { Command } from "commander";
import { openInstallation } from "../installation.ts";
import { createLog } from "../log.ts";
import { createOwnerLink, OWNER_LINK_MS } from "../store/owner-link.ts";
import { readServerAddress } from "../server-address.ts";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION, type DataOption, withData } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";

/** Adds `tidemark owner-link`. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("owner-link")
    .description("a new link that signs the owner in, valid once and for ten minutes; the one before is void")
    .option(...DATA_OPTION)
    .addHelpText("after", examples(["tidemark owner-link", "prints the link; the server goes on"]))
    .action((options: DataOption) => context.run(() => ownerLink(context, options)));
}

/** The page that takes a link's token, which stands in the fragment: no server and no log ever sees it. */
export function signInLink(origin: string, token: string): string {
  return `${origin}/signin#${token}`;
}

async function ownerLink(context: CommandContext, options: DataOption): Promise<number> {
  const { effects } = context;
  const config = withData(context, options);
  const log = createLog({ level: "warn", pretty: true, destination: effects.err });
  const installation = await openInstallation(config, { purpose: "tidemark owner-link", alone: false, log });
  try {
    const token = await createOwnerLink(installation.database, effects.now());
    const running = readServerAddress(config.dataFolder);
    const origin = config.publicUrl ?? running ?? `http://127.0.0.1:${config.port}`;
    effects.out.write(`${signInLink(origin, token.reveal())}\n`);
    effects.err.write(`Valid once, for ${OWNER_LINK_MS / 60_000} minutes, on this machine.\n`);
    if (running === null)
      effects.err.write("No server runs on this data folder: tidemark serve prints its own link.\n");
    return EXIT.done;
  } finally {
    await installation.close();
  }
}
