// What the command line gives to each of its commands.
import type { Command } from "commander";
import type { Config } from "../config.ts";
import type { Effects } from "./effects.ts";

/** What a command's file exports: it adds itself to the program; its action resolves to the exit code. */
export interface CommandModule {
  register(program: Command, context: CommandContext): void;
}

/** What every command gets. Settings are read when asked for: `log` needs none, and a wrong one must not stop it. */
export interface CommandContext {
  readonly effects: Effects;
  config(): Config;
  /** every command with all its options: for completion, which speaks of them all */
  wholeProgram(): Promise<Command>;
  /** Runs a command's work; what it resolves to becomes the exit code. */
  run(work: () => Promise<number>): Promise<void>;
}
