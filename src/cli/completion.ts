// `tidemark completion`: a script that makes a shell complete commands, options, columns and branches.
import type { Command } from "commander";
import { formatColumnId } from "../domain/key.ts";
import { hasUnsafeText } from "../domain/safe-text.ts";
import { isTidemarkError } from "../errors.ts";
import { listRefs } from "../git/refs.ts";
import { findBranch } from "./branch-tip.ts";
import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { completedCommands, SHELLS } from "./completion-model.ts";
import { zshCompletion } from "./completion-zsh.ts";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { placeOf } from "./place.ts";
import { badArgument } from "./reading-options.ts";
import { readAll } from "./reading.ts";
import { openSource } from "./source.ts";

/** Names that are offered at most: more are not read, and a shell takes its time. */
const MAX_NAMES = 2_000;
/** Commits whose columns are offered: reading more takes longer than somebody waits behind a key. */
const COMMITS = 40;

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
/** What the scripts ask for. */
const NAMES = ["columns", "ids", "branches"] as const;

/** Adds `tidemark completion`. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("completion")
    .description("a script that lets a shell complete commands, options, columns and branches")
    .argument("<shell>", "bash, zsh or fish; columns, ids and branches list what the scripts ask for")
    .option("-C <repository>", "the folder whose columns or branches are listed (default: the current folder)")
    .addHelpText(
      "after",
      examples(
        ["source <(tidemark completion bash)", "in ~/.bashrc"],
        ["source <(tidemark completion zsh)", "in ~/.zshrc, below compinit"],
        ["tidemark completion fish | source", "in ~/.config/fish/config.fish"],
      ),
    )
    .action((shell: string, { C = "." }: { readonly C?: string }) => context.run(() => completion(shell, C, context)));
}

async function completion(shell: string, place: string, context: CommandContext): Promise<number> {
  const { out } = context.effects;
  const known = SHELLS.find((each) => each === shell);
  if (known !== undefined) {
    out.write(SCRIPTS[known](completedCommands(await context.wholeProgram())));
    return EXIT.done;
  }
  const asked = NAMES.find((each) => each === shell);
  if (asked === undefined) throw badArgument("shell", shell, "no such shell", `one of ${SHELLS.join(", ")}`);
  const names = await namesOf(asked, place, context);
  for (const name of names.filter((each) => !hasUnsafeText(each)).slice(0, MAX_NAMES)) out.write(`${name}\n`);
  return EXIT.done;
}

/** @returns nothing where nothing can be read: a shell that completes has no place for an error. Never asks a server. */
async function namesOf(
  asked: (typeof NAMES)[number],
  place: string,
  context: CommandContext,
): Promise<readonly string[]> {
  if ("url" in placeOf(place, context.effects.cwd)) return [];
  try {
    const { repository } = await openSource(place, context);
    if (asked === "branches") return (await listRefs(repository)).refs.map(({ name }) => name);
    const branch = await findBranch(repository, null);
    const scope = { place: repository.name, paths: null, count: COMMITS, view: "line" } as const;
    const { columns } = await readAll({ repository, branch }, scope, context.effects);
    const times = new Map<string, number>();
    for (const { key } of columns) times.set(key, (times.get(key) ?? 0) + 1);
    const ids = columns.map(({ path, key }) => formatColumnId(path, key));
    const short = columns.map(({ key }, index) => (times.get(key) === 1 ? key : (ids[index] as string)));
    return asked === "columns" ? short : [...new Set([...short, ...ids])];
  } catch (error) {
    if (isTidemarkError(error)) return [];
    throw error;
  }
}
