// Starts one process with streams of its own, in a group of its own: by the starter where there is one, else by ourselves.
import { type ChildProcess, spawn } from "node:child_process";
import { Readable } from "node:stream";
import { type ProcessCommand, type StartedProcess, startByStarter } from "./starter.ts";

/** Starts a process. @throws never: what cannot be started rejects `ended` */
export function startProcess(command: ProcessCommand): StartedProcess {
  return startByStarter(command) ?? startOurselves(command);
}

function startOurselves({ command, args, env, hasInput }: ProcessCommand): StartedProcess {
  const child = spawn(command, [...args], {
    cwd: "/",
    env,
    stdio: [hasInput ? "pipe" : "ignore", "pipe", "pipe"],
    detached: true, // a process group of its own, so that helpers die with it
  });
  const ended = new Promise<{ status: number | null; signal: string | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ status, signal }));
  });
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      child.kill("SIGKILL"); // no group: it is gone already
    }
  };
  // without a file descriptor left there are no streams; `ended` says so
  const { stdin, stdout, stderr } = child as { [Name in "stdin" | "stdout" | "stderr"]?: ChildProcess[Name] };
  return {
    stdin: stdin ?? null,
    stdout: stdout ?? Readable.from([]),
    stderr: stderr ?? Readable.from([]),
    ended,
    kill,
  };
}
