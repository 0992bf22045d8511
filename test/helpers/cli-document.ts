// Writes docs/cli.md from the commands themselves: what each says of itself, and what its examples say of the demo.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXAMPLES_HEAD } from "../../src/cli/examples.ts";
import { makeDemoRepository } from "../../src/workspace/demo-history.ts";
import { commandIn } from "./log-command.ts";

/** The demo that everybody sees. */
const SEED = 1;
const WIDTH = 80;
/** Lines that the document shows of an answer. */
const MAX_LINES = 22;
/** Commands whose examples need no server and change nothing but the demo's folder. */
const READING = ["log", "diff", "plot", "columns", "blame", "best", "files"];
const OTHERS = [
  "completion",
  "serve",
  "web",
  "worker",
  "archiver",
  "archive",
  "repository",
  "events",
  "account",
  "secrets",
  "owner-link",
  "db",
];

const INTRODUCTION = `# The command line

Written from the commands themselves by \`npm run docs\`; a test keeps it true. What \`tidemark <command> --help\` says,
and what each example answers in the demo's repository, which \`tidemark serve\` shows at first.

The first seven read any Git repository where it stands, without a server and without a database: the folder you are in,
\`-C <folder or URL>\`, or a folder or URL as the first word. They write \`--json\`, \`--csv\` and \`--md\` too; on a
terminal long output goes through a pager (\`PAGER\`, else less; not with \`--no-pager\`), and \`NO_COLOR\` is heeded.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | failed: a repository, commit, column or file that cannot be found or read |
| 2 | called the wrong way |
| 3 | \`tidemark diff --fail-on worse\`: a column is worse beyond tolerance |
| 130 | stopped by Ctrl-C |
`;

/** An example of the help, run on the demo. */
export interface RunExample {
  readonly command: string;
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The document, and what its examples answered. */
export interface CliDocument {
  readonly markdown: string;
  readonly examples: readonly RunExample[];
}

/** Asks every command for its help and runs the examples of those that need no server. */
export async function cliDocument(): Promise<CliDocument> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-docs-"));
  try {
    const demo = join(folder, "demo.git");
    await makeDemoRepository(demo, { seed: SEED });
    const run = commandIn(folder);
    const ask = (words: readonly string[]) => run(words, { cwd: demo, width: WIDTH });
    const examples: RunExample[] = [];
    const parts = [INTRODUCTION];
    for (const name of [...READING, ...OTHERS]) {
      const { out: help } = await ask([name, "--help"]);
      parts.push(`## tidemark ${name}\n\n${fenced(help.trimEnd())}`);
      if (!READING.includes(name)) continue;
      for (const command of commandsOf(help)) {
        const said = await ask(wordsOf(command).slice(1));
        examples.push({ command, ...said });
        parts.push(fenced(`$ ${command}\n${shortened(said.out)}${said.err}`.trimEnd()));
      }
    }
    return { markdown: `${parts.join("\n\n").replaceAll("\n\n\n", "\n\n")}\n`, examples };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The words of a command line as a shell has them. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/** The command lines below "For example:". */
function commandsOf(help: string): string[] {
  const [, lines = ""] = help.split(EXAMPLES_HEAD);
  return [...lines.matchAll(/^ {2}(tidemark .+?)(?: {2,}\S.*)?$/gm)].map(([, command = ""]) => command);
}

function shortened(out: string): string {
  const lines = out.trimEnd().split("\n");
  const shown = lines.slice(0, MAX_LINES).map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line));
  if (lines.length > MAX_LINES) shown.push(`… (${lines.length - MAX_LINES} more lines)`);
  return `${shown.join("\n")}\n`;
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
