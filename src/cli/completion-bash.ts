// The completion script for bash. Names from a repository are compared and quoted, never expanded.
import type { CompletedCommand, WordKind } from "./completion-model.ts";

const KINDS: Readonly<Record<string, string>> = {
  columns: "_tidemark_ask columns",
  order: "_tidemark_ask columns",
  branches: "_tidemark_ask branches",
  folders: "_tidemark_folders",
  files: ":",
  any: ":",
};

/** @returns a script to be sourced */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const paths = commands.map(({ path }) => path).filter((path) => path !== "");
  return `# bash completion of tidemark. To load it now:  source <(tidemark completion bash)

# Offers those lines of the standard input that begin as what was typed. A colon and an equals sign end a word of bash.
_tidemark_offer() {
  local candidate quoted begun="\${current%"\${current##*[:=]}"}"
  while IFS= read -r candidate; do
    printf -v quoted %q "$candidate"
    if [[ $candidate == "$current"* ]]; then
      COMPREPLY+=("\${quoted#"$(printf %q "$begun")"}")
    elif [[ $quoted == "$current"* ]]; then
      COMPREPLY+=("\${quoted#"$begun"}")
    fi
  done
}

_tidemark_words() {
  printf '%s\\n' "$@"
}

# Whole ids are offered once something is typed. What stands before a name is kept: a minus, the first end of a range.
_tidemark_ask() {
  local list="$1" before= name
  case "$list:$current" in
    branches:*..*) before="\${current%"\${current##*..}"}" ;;
    branches:*) ;;
    *:-*) before=- ;;
  esac
  while [[ $list == branches && $current == "$before".* ]]; do before+=.; done
  if [[ $list == columns && $current != "$before" ]]; then list=ids; fi
  "\${words[0]}" completion "$list" -C "$place" 2>/dev/null | while IFS= read -r name; do
    printf '%s%s\\n' "$before" "$name"
  done
}

_tidemark_folders() {
  compgen -d -- "$current"
}

_tidemark() {
  local line="\${COMP_LINE:0:COMP_POINT}" current path= option= place=. word i
  local -a words
  current="\${line##*[[:space:]]}"
  read -r -a words <<< "\${line%"$current"}"
  for ((i = 1; i < \${#words[@]}; i++)); do
    word="\${words[i]}"
    [[ \${words[i - 1]} == -C ]] && place="$word"
    if [[ $word == -* ]]; then
      option="$word"
    else
      case "\${path:+$path }$word" in
        ${paths.map(quoted).join(" | ")}) path="\${path:+$path }$word" option= ;;
        *) case "$path $option" in
${manyCases(commands)}
          *) option= ;;
        esac ;;
      esac
    fi
  done
  COMPREPLY=()
  if [[ $current == -* && $option != --sort ]]; then option=; fi
  case "$path $option" in
${valueCases(commands)}
  esac
  case "$path" in
${commands.map(commandCase).join("\n")}
  esac
}

complete -o default -F _tidemark tidemark
`;
}

function manyCases(commands: readonly CompletedCommand[]): string {
  const many = commands.flatMap(({ path, options }) =>
    options.filter(({ isMany }) => isMany).flatMap(({ names }) => names.map((name) => quoted(`${path} ${name}`))),
  );
  return many.length === 0 ? "" : `          ${many.join(" | ")}) ;;`;
}

function valueCases(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap(({ path, options }) =>
      options.flatMap(({ names, value }) =>
        value === null
          ? []
          : [`    ${names.map((name) => quoted(`${path} ${name}`)).join(" | ")}) ${offer(value)} return ;;`],
      ),
    )
    .join("\n");
}

function commandCase({ path, commands, options, argument }: CompletedCommand): string {
  const flags = options.flatMap(({ names }) => names);
  const words = commands.length > 0 ? commands.map(({ name }) => name) : argument;
  return `    ${quoted(path)}) if [[ $current == -* ]]; then ${offer(flags)} else ${offer(words)} fi ;;`;
}

function offer(kind: WordKind): string {
  const source = typeof kind === "string" ? (KINDS[kind] as string) : `_tidemark_words ${kind.map(quoted).join(" ")}`;
  return source === ":" ? ":;" : `_tidemark_offer < <(${source});`;
}

function quoted(word: string): string {
  return /^[\w-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
