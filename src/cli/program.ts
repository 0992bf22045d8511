// The command line as a whole: which commands there are, how they are loaded, and how errors are said.
import { Command, CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import type { Config } from "../config.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { isTidemarkError, type ErrorCode } from "../errors.ts";
import { defectText } from "../log.ts";
import type { CommandContext, CommandModule } from "./context.ts";
import { countedWords } from "./count-alias.ts";
import { type Effects, EXIT } from "./effects.ts";
import { meantCommand, spoken, usageError } from "./usage-error.ts";

interface Listed {
  readonly summary: string;
  load(): Promise<CommandModule>;
}

/** Every command with the line that help shows; its file is loaded when it is called. */
const COMMANDS: Readonly<Record<string, Listed>> = {
  log: { summary: "what every commit did to the numbers, as a table", load: () => import("./log.ts") },
  diff: { summary: "what two commits differ in, with an exit code for CI", load: () => import("./diff.ts") },
  plot: { summary: "a line chart of columns, in the terminal or as SVG", load: () => import("./plot.ts") },
  columns: { summary: "every column: unit, goal, changes, the best value", load: () => import("./columns.ts") },
  blame: { summary: "which commit last changed a column", load: () => import("./blame.ts") },
  best: { summary: "the best commits by a column", load: () => import("./best.ts") },
  files: { summary: "which files are read, and what else may be", load: () => import("./files.ts") },
  serve: { summary: "the server with everything embedded", load: () => import("./serve.ts") },
  web: { summary: "the server without a worker", load: () => import("./web.ts") },
  worker: { summary: "brings repositories up to date beside the server", load: () => import("./worker.ts") },
  archiver: { summary: "archives old commits beside the server", load: () => import("./archiver.ts") },
  archive: { summary: "old commits outside of the database", load: () => import("./archive.ts") },
  repository: { summary: "add, list, sync, rename and remove repositories", load: () => import("./repository.ts") },
  events: { summary: "what happened to a repository, and why", load: () => import("./events.ts") },
  account: { summary: "accounts at Git servers, for private repositories", load: () => import("./account.ts") },
  secrets: { summary: "seal tokens and secrets with a new key", load: () => import("./secrets.ts") },
  "owner-link": { summary: "a new link that signs the owner in", load: () => import("./owner-link.ts") },
  db: { summary: "versions of the database: upgrade, downgrade, check …", load: () => import("./db.ts") },
  completion: { summary: "completion of commands and columns for a shell", load: () => import("./completion.ts") },
};

const INTRODUCTION = "Shows what every commit did to the numbers in a Git repository's metric files.";
const EXAMPLES = `
For example:
  tidemark log                          the repository you are in
  tidemark log <git URL or folder>      any other
  tidemark diff main...HEAD             what a branch did since it began
  tidemark serve <git URL or folder>    its whole history in the browser

tidemark <command> --help tells the rest.
Exit codes: 0 done, 1 failed, 2 called the wrong way, 130 stopped;
3 something is worse (tidemark diff --fail-on worse).`;

/** What was typed is wrong, not what was met on the way. */
const WRONG_CALLS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "address-not-allowed",
  "bad-address",
  "bad-argument",
  "bad-filter",
  "bad-key",
  "bad-setting",
]);

/**
 * Runs one command line.
 * @param argv the words after `tidemark`
 * @returns the exit code, one of EXIT
 */
export async function runProgram(argv: readonly string[], effects: Effects, config: () => Config): Promise<number> {
  let exitCode: number = EXIT.done;
  const context: CommandContext = {
    effects,
    config,
    wholeProgram: () => wholeProgram(context),
    run: async (work) => {
      exitCode = await work();
    },
  };
  const words = askedForHelp(argv);
  const program = await makeProgram(words, context);
  try {
    await program.parseAsync([...countedWords(meantCommand(program, words), words)], { from: "user" });
    return exitCode;
  } catch (error) {
    if (effects.signal.aborted) return EXIT.stopped; // what was broken off says so in many ways
    if (!(error instanceof CommanderError)) return sayError(error, effects);
    if (error.exitCode === 0) return EXIT.done;
    if (error.code === "commander.help") return EXIT.usage;
    const command = meantCommand(program, words);
    const code = sayError(usageError(error, command), effects);
    effects.err.write(`${spoken(command)} --help shows what can be said.\n`);
    return code;
  }
}

/** @returns the program with every command loaded; to be looked at */
export async function wholeProgram(context: CommandContext): Promise<Command> {
  const program = new Command("tidemark").description(INTRODUCTION);
  for (const listed of Object.values(COMMANDS)) (await listed.load()).register(program, context);
  return program;
}

/** @returns `help log` as `log --help`, which the command answers itself once it is loaded */
function askedForHelp(argv: readonly string[]): readonly string[] {
  return argv[0] === "help" && argv[1] !== undefined ? [...argv.slice(1), "--help"] : argv;
}

/** Loads the command that is called; of the others only name and summary are needed. */
async function makeProgram(words: readonly string[], context: CommandContext): Promise<Command> {
  const { effects } = context;
  const program = new Command("tidemark")
    .description(INTRODUCTION)
    .version(packageJson.version, "-V, --version")
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => effects.out.write(text),
      writeErr: (text) => effects.err.write(text),
      outputError: () => undefined, // said in our own words afterwards
      getOutHelpWidth: () => helpWidth(effects.out.width),
      getErrHelpWidth: () => helpWidth(effects.err.width),
    });
  const called = COMMANDS[words[0] ?? ""];
  if (called === undefined) {
    for (const [name, { summary }] of Object.entries(COMMANDS)) program.command(name).description(summary);
  } else (await called.load()).register(program, context);
  return program;
}

/** Lines of help are no longer than people read well. */
function helpWidth(width: number): number {
  return Math.min(width, 100);
}

/** Errors of ours are one sentence; anything else is a defect and shows its stack. */
function sayError(error: unknown, effects: Effects): number {
  if (isTidemarkError(error)) {
    effects.err.write(`tidemark: ${escapeControls(error.message)}\n`);
    return WRONG_CALLS.has(error.code) ? EXIT.usage : EXIT.failed;
  }
  return sayDefect(error, effects.err);
}

/** Says an error that is none of ours, for whoever reports it. @returns the exit code */
export function sayDefect(error: unknown, err: Pick<Effects["err"], "write">): number {
  err.write(`tidemark: this should not happen, please report it:\n${defectText(error)}\n`);
  return EXIT.failed;
}
