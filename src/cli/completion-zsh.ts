// The completion script for zsh, which quotes what it is given itself.
import type { CompletedCommand, WordKind } from "./completion-model.ts";

/** @returns a script for a folder of `fpath`, or to be sourced */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const paths = commands.map(({ path }) => path).filter((path) => path !== "");
  return `#compdef tidemark
# zsh completion of tidemark. To load it now:  source <(tidemark completion zsh)

# Whole ids are offered once something is typed. What stands before a name is kept: a minus, the first end of a range.
_tidemark_ask() {
  local list="$1" before= current="\${(Q)words[CURRENT]}"
  local -a names
  case "$list:$current" in
    branches:*..*) before="\${current%"\${current##*..}"}" ;;
    branches:*) ;;
    *:-*) before=- ;;
  esac
  if [[ $list == columns && $current != "$before" ]]; then list=ids; fi
  names=("\${(@f)$("\${words[1]}" completion "$list" -C "$place" 2>/dev/null)}")
  compadd -- "\${names[@]/#/$before}"
}

_tidemark() {
  local route= option= place=. word i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${(Q)words[i]}"
    [[ \${words[i - 1]} == -C ]] && place="$word"
    if [[ $word == -* ]]; then
      option="$word"
    else
      case "\${route:+$route }$word" in
        ${paths.map((path) => `(${quoted(path)})`).join("|")}) route="\${route:+$route }$word" option= ;;
        *) case "$route $option" in
${manyCases(commands)}
          *) option= ;;
        esac ;;
      esac
    fi
  done
  [[ \${words[CURRENT]} == -* && $option != --sort ]] && option=
  case "$route $option" in
${valueCases(commands)}
  esac
  case "$route" in
${commands.map(commandCase).join("\n")}
  esac
}

compdef _tidemark tidemark
`;
}

function manyCases(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap(({ path, options }) =>
      options
        .filter(({ isMany }) => isMany)
        .map(({ names }) => `          ${names.map((name) => quoted(`${path} ${name}`)).join("|")}) ;;`),
    )
    .join("\n");
}

function valueCases(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap(({ path, options }) =>
      options.flatMap(({ names, value }) =>
        value === null
          ? []
          : [`    ${names.map((name) => quoted(`${path} ${name}`)).join("|")}) ${offer(value)}; return ;;`],
      ),
    )
    .join("\n");
}

function commandCase({ path, commands, options, argument }: CompletedCommand): string {
  const flags = options.flatMap(({ names }) => names);
  const words = commands.length > 0 ? commands.map(({ name }) => name) : argument;
  return `    ${quoted(path)}) if [[ \${words[CURRENT]} == -* ]]; then ${offer(flags)}; else ${offer(words)}; fi ;;`;
}

function offer(kind: WordKind): string {
  if (typeof kind !== "string") return `compadd -- ${kind.map(quoted).join(" ")}`;
  return {
    columns: "_tidemark_ask columns",
    order: "_tidemark_ask columns",
    branches: "_tidemark_ask branches",
    folders: "_files -/",
    files: "_files",
    any: "_files",
  }[kind];
}

function quoted(word: string): string {
  return /^[\w-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
