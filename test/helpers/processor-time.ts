// The processor's time of this process: what a watchdog looks at, since a busy machine may let a process wait as long as it likes.

/** @returns milliseconds that the processors have worked for this process so far */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
