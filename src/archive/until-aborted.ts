// Waiting for what knows no signal: the AWS SDK's pause between two attempts.

/** @returns what is promised. @throws the signal's reason, as soon as it is aborted: then nobody hears of the promise's failure */
export async function untilAborted<T>(promised: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promised, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
    promised.catch(() => undefined);
  }
}
