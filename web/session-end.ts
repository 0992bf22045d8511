// The tabs of a browser share one session: the one in which it ends tells the others.

const CHANNEL = "tidemark-session";

/** Tells the other tabs that nobody is signed in any more. */
export function tellSessionEnded(): void {
  const channel = new BroadcastChannel(CHANNEL);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin and takes none
  channel.postMessage("ended");
  channel.close();
}

/** @param hear called when the session was ended in another tab */
export function onSessionEnded(hear: () => void): void {
  new BroadcastChannel(CHANNEL).addEventListener("message", hear);
}
