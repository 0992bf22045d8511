// What can be typed behind `tidemark`: every command with its options, and what kind of word each of them takes.
import type { Command, Option } from "commander";
import { VIEWS } from "./reading-options.ts";

/** What a word can be: one of a few, a column, one with a minus before it or not, a branch or a range of branches of the repository, a folder or file, anything. */
export type WordKind = "columns" | "order" | "branches" | "folders" | "files" | "any" | readonly string[];

/** An option as it is typed. */
export interface CompletedOption {
  /** "-n", "--number" */
  readonly names: readonly string[];
  readonly description: string;
  /** what follows it; null: nothing */
  readonly value: WordKind | null;
  /** whether more than one word may follow */
  readonly isMany: boolean;
}

/** A command as it is typed. */
export interface CompletedCommand {
  /** "repository add"; "" is tidemark itself */
  readonly path: string;
  readonly description: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  readonly argument: WordKind;
}

/** Shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** By the longest name of an option. */
const OPTION_VALUES: Readonly<Record<string, WordKind>> = {
  "--branch": "branches",
  "--columns": "columns",
  "--sort": "order",
  "--view": VIEWS,
  "--goal": ["higher", "lower"],
  "--fail-on": ["worse"],
  "--svg": "files",
  "--data": "folders",
  "-C": "folders",
};
/** By the path of a command. */
const ARGUMENTS: Readonly<Record<string, WordKind>> = {
  log: "folders",
  diff: "branches",
  plot: "columns",
  blame: "columns",
  best: "columns",
  files: "folders",
  serve: "folders",
  "repository add": "folders",
  completion: SHELLS,
};

/** @returns tidemark itself, then every command below it */
export function completedCommands(program: Command): CompletedCommand[] {
  const walk = (command: Command, path: string): CompletedCommand[] => [
    {
      path,
      description: command.description(),
      commands: command.commands.map((each) => ({ name: each.name(), description: each.description() })),
      options: [...command.options.map(optionOf), HELP],
      argument: ARGUMENTS[path] ?? "any",
    },
    ...command.commands.flatMap((each) => walk(each, `${path} ${each.name()}`.trim())),
  ];
  return walk(program, "");
}

const HELP: CompletedOption = {
  names: ["-h", "--help"],
  description: "what can be said",
  value: null,
  isMany: false,
};

function optionOf({ short, long, description, required, optional, variadic }: Option): CompletedOption {
  const names = [short, long].filter((name) => name !== undefined);
  const takes = required || optional;
  return { names, description, value: takes ? (OPTION_VALUES[names.at(-1) ?? ""] ?? "any") : null, isMany: variadic };
}
