// How a worker process is named in a lease, and whether the process of such a name is known to be dead.
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** What the system knows of a process. */
export interface ProcessTable {
  /** names this machine until its next start; a container has a host name of its own */
  readonly machine: string;
  readonly pid: number;
  /** When a process was started, in the system's own unit; null when there is none; "" when it cannot be known. */
  startOf(pid: number): string | null;
}

/** @returns the name of this process as a lease's holder: machine, process id and its start */
export function holderName(table: ProcessTable): string {
  return `${table.machine}:${table.pid}:${table.startOf(table.pid) ?? ""}`;
}

/** @returns the beginning of the names of all holders on this machine */
export function holderPrefix(table: ProcessTable): string {
  return `${table.machine}:`;
}

/**
 * @returns true only when the holder was a process of this machine that is not there any more. A process id that is in
 *   use again by another process is told by its start.
 */
export function isDeadHolder(holder: string, table: ProcessTable): boolean {
  if (!holder.startsWith(holderPrefix(table))) return false;
  const [pid, start] = holder.slice(holderPrefix(table).length).split(":");
  if (pid === undefined || start === undefined || !/^\d+$/.test(pid)) return false;
  const now = table.startOf(Number(pid));
  if (now === null) return true;
  return now !== "" && start !== "" && now !== start;
}

/** The processes of this machine: from /proc where there is one, else by a signal that does nothing. */
export function systemProcesses(): ProcessTable {
  return { machine: `${hostname().replaceAll(":", "-")}/${bootId()}`, pid: process.pid, startOf };
}

/** The machine's start, so that a process id from before a restart is not taken for a living one. */
function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
  } catch {
    return "";
  }
}

function startOf(pid: number): string | null {
  if (!isAlive(pid)) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // the program's name is in brackets and may hold anything; the fields are counted behind it
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    return state === "Z" || state === "X" ? null : (fields[19] ?? "");
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it is there, but somebody else's
  }
}
