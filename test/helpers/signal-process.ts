// Signals for processes that may have ended by themselves meanwhile.

/** @returns whether there was such a process: of one that is gone nothing is said */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
