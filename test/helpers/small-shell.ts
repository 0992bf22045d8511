// Starts programs for a test process by a small shell: to start it from a large process copies the table of all its memory,
// several times what a run of git takes.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes of a status and its line break, far more than there are. */
const STATUS_BYTES = 16;

interface Shell {
  /** where the output, the complaints and the input of one program lie meanwhile */
  readonly folder: string;
  readonly commands: number;
  readonly statuses: number;
}

let shell: Shell | null = null;

/** How a program ended that could be started. */
export interface ProgramEnd {
  readonly status: number;
  readonly output: Buffer;
  readonly complaints: string;
}

/**
 * Runs one program to its end.
 * @param env of the shell: the same in all calls
 */
export function runByShell(
  program: readonly string[],
  env: Readonly<Record<string, string>>,
  input?: string | Buffer,
): ProgramEnd {
  shell ??= openShell(env);
  const { folder, commands, statuses } = shell;
  if (input !== undefined) writeFileSync(join(folder, "in"), input);
  const from = input === undefined ? "/dev/null" : "$T/in";
  writeWhole(commands, `${program.map(quoted).join(" ")} <${from} >$T/out 2>$T/err; echo $? >&3\n`);
  const answer = Buffer.alloc(STATUS_BYTES);
  const size = readSync(statuses, answer);
  if (size === 0) throw new Error(`the shell that starts ${program.join(" ")} has ended`);
  const status = Number(answer.toString("latin1", 0, size));
  return {
    status,
    output: readFileSync(join(folder, "out")),
    complaints: readFileSync(join(folder, "err"), "utf8"),
  };
}

/** Named pipes and not a child's own streams: those are read in the event loop, and this waits. */
function openShell(env: Readonly<Record<string, string>>): Shell {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-git-"));
  const [commandPipe, statusPipe] = [join(folder, "commands"), join(folder, "statuses")];
  execFileSync("mkfifo", [commandPipe, statusPipe]);
  // opened for both ways first, which waits for nobody; whoever ends is the other one's end of file
  const both = [openSync(commandPipe, "r+"), openSync(statusPipe, "r+")];
  const [commands, statuses] = [openSync(commandPipe, "w"), openSync(statusPipe, "r")];
  const [stdin, stdout] = [openSync(commandPipe, "r"), openSync(statusPipe, "w")];
  const child = spawn("sh", ["-s"], {
    env: { ...env, T: folder },
    stdio: [stdin, "ignore", "inherit", stdout],
  });
  for (const descriptor of [...both, stdin, stdout]) closeSync(descriptor);
  child.unref();
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return { folder, commands, statuses };
}

/** One word of a shell's command: within single quotes nothing means anything but a single quote. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}
