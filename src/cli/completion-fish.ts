// The completion script for fish, which takes each line of a command's output as one word.
import type { CompletedCommand, CompletedOption, WordKind } from "./completion-model.ts";

/** @returns a script to be sourced */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  return `# fish completion of tidemark. To load it now:  tidemark completion fish | source

function __tidemark_ask
    set -l words (commandline -opc)
    set -l place .
    if set -l at (contains -i -- -C $words)
        set place $words[(math $at + 1)]
    end
    set -l list $argv[1]
    set -l current (commandline -ct)
    set -l before ''
    if test $list = branches
        set before (string match -r '^.*[.][.]' -- "$current")
    else if string match -q -- '-*' "$current"
        set before -
    end
    if test $list = columns -a "$current" != "$before"
        set list ids
    end
    for name in ($words[1] completion $list -C "$place" 2>/dev/null)
        printf '%s\\n' "$before$name"
    end
end

# Whether the words that are no options begin with these.
function __tidemark_route
    set -l words (commandline -opc)[2..]
    for word in $argv
        test "$words[1]" = "$word"; or return 1
        set -e words[1]
    end
end

complete -c tidemark -f
${commands.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, commands, options, argument }: CompletedCommand): string[] {
  const names = commands.map(({ name }) => name);
  const none = names.length === 0 ? "" : `not __fish_seen_subcommand_from ${names.join(" ")}`;
  const route = path === "" ? "" : `__tidemark_route ${path}`;
  const condition = [route, none].filter(Boolean).join("; and ");
  const when = condition === "" ? "" : ` -n '${condition}'`;
  const below = commands.map(
    ({ name, description }) => `complete -c tidemark${when} -a ${name} -d ${quoted(description)}`,
  );
  const words = commands.length > 0 ? [] : wordsOf(argument).map((shown) => `complete -c tidemark${when}${shown}`);
  return [...below, ...words, ...options.map((option) => `complete -c tidemark${when}${optionText(option)}`)];
}

function optionText({ names, description, value }: CompletedOption): string {
  const flags = names.map((name) => (name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`)).join("");
  const takes = value === null ? "" : value === "files" || value === "any" ? " -r" : ` -x${wordsOf(value).join("")}`;
  return `${flags}${takes} -d ${quoted(description)}`;
}

function wordsOf(kind: WordKind): string[] {
  if (typeof kind !== "string") return [` -a ${quoted(kind.join(" "))}`];
  switch (kind) {
    case "order":
      return [" -a '(__tidemark_ask columns)'"];
    case "columns":
    case "branches":
      return [` -a '(__tidemark_ask ${kind})'`];
    case "folders":
      return [" -a '(__fish_complete_directories)'"];
    case "files":
    case "any":
      return [];
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}
