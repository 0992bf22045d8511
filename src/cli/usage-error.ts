// What is wrong with a command line, in our words: commander knows it as a code and a sentence of its own.
import type { Command, CommanderError } from "commander";
import { TidemarkError } from "../errors.ts";

/** What commander quotes in its sentences: the thing that was typed or is missing. */
const QUOTED = /'([^']*)'/;
const COUNTS = /Expected (\d+) arguments? but got (\d+)/;
const SUGGESTED = /Did you mean (?:one of )?([^?]{1,500})\?/;

/**
 * Finds the command that a command line means, as far as it can be told.
 * @param argv the words after `tidemark`
 */
export function meantCommand(program: Command, argv: readonly string[]): Command {
  let found = program;
  for (const word of argv) {
    const next = found.commands.find((command) => command.name() === word);
    if (next === undefined) return found;
    found = next;
  }
  return found;
}

/** @returns a command as people type it: "tidemark repository add" */
export function spoken(command: Command): string {
  return command.parent === null ? command.name() : `${spoken(command.parent)} ${command.name()}`;
}

/**
 * Says what commander found in our four parts.
 * @param error any of commander's but those that show help or the version
 * @param command the one that was called
 */
export function usageError(error: CommanderError, command: Command): TidemarkError {
  const name = spoken(command);
  const quoted = QUOTED.exec(error.message)?.[1] ?? "";
  const bad = (attempt: string, value: string, found: string, wanted: string): TidemarkError =>
    new TidemarkError("bad-argument", { attempt, value, found, wanted }, { cause: error });
  switch (error.code) {
    case "commander.unknownCommand":
      return bad("run the command", quoted, `no such command of ${name}`, `one of ${namesOf(command).join(", ")}`);
    case "commander.unknownOption": {
      const near = SUGGESTED.exec(error.message)?.[1];
      const wanted = near === undefined ? `one that ${name} --help lists` : `${near}, or another of its own`;
      return bad("use the option", quoted, `no such option of ${name}`, wanted);
    }
    case "commander.missingArgument":
      return bad("run", name, `no <${quoted}> behind it`, `${name} <${quoted}>`);
    case "commander.optionMissingArgument":
      return bad("use the option", quoted, "nothing behind it", "a value");
    case "commander.missingMandatoryOptionValue":
      return bad("run", name, "an option missing", quoted);
    case "commander.excessArguments": {
      const [, most = "", got = ""] = COUNTS.exec(error.message) ?? [];
      return bad("run", name, `${got} words behind it`, most === "0" ? "none" : `at most ${most}`);
    }
    default:
      return bad("run", name, error.message.replace(/^error: /, ""), `what ${name} --help says`);
  }
}

function namesOf(command: Command): string[] {
  return command.commands.map((each) => each.name());
}
