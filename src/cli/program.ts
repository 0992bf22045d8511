// The command line as a whole: which commands there are, how they are loaded, and how errors are said.
import { Command, CommanderError } from "commander";
import type { Config } from "../config.ts";
import { isTidemarkError } from "../errors.ts";
import type { CommandContext, CommandModule } from "./context.ts";
import { type Effects, EXIT } from "./effects.ts";

interface Listed {
  readonly summary: string;
  load(): Promise<CommandModule>;
}

/** Every command with the line that help shows; its file is loaded when it is called. */
const COMMANDS: Readonly<Record<string, Listed>> = {
  log: { summary: "what every commit did to the numbers, as a table", load: () => import("./log.ts") },
  serve: { summary: "the server with everything embedded", load: () => import("./serve.ts") },
  repository: { summary: "add, list, sync and remove repositories", load: () => import("./repository.ts") },
  "owner-link": { summary: "a new link that signs the owner in", load: () => import("./owner-link.ts") },
  db: { summary: "versions of the database: upgrade, downgrade, check …", load: () => import("./db.ts") },
};

const INTRODUCTION = "Shows what every commit did to the numbers in a Git repository's metric files.";

/**
 * Runs one command line.
 * @param argv the words after `tidemark`
 * @returns the exit code: 0 done, 1 failed, 2 called the wrong way
 */
export async function runProgram(argv: readonly string[], effects: Effects, config: () => Config): Promise<number> {
  let exitCode: number = EXIT.done;
  const context: CommandContext = {
    effects,
    config,
    run: async (work) => {
      exitCode = await work();
    },
  };
  const program = new Command("tidemark")
    .description(INTRODUCTION)
    .version("0.1.0", "-V, --version")
    .exitOverride()
    .configureOutput({ writeOut: (text) => effects.out.write(text), writeErr: (text) => effects.err.write(text) })
    .showHelpAfterError("Run with --help to see what can be said.");
  const called = COMMANDS[argv[0] ?? ""];
  if (called === undefined) {
    for (const [name, { summary }] of Object.entries(COMMANDS)) program.command(name).description(summary);
  } else {
    (await called.load()).register(program, context);
    for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return sayError(error, effects);
  }
}

/** Errors of ours are one sentence; anything else is a defect and shows its stack. */
function sayError(error: unknown, effects: Effects): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (isTidemarkError(error)) {
    effects.err.write(`tidemark: ${error.message}\n`);
    return error.code === "bad-argument" || error.code === "bad-setting" ? EXIT.usage : EXIT.failed;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  effects.err.write(`tidemark: this should not happen, please report it:\n${text}\n`);
  return EXIT.failed;
}
