// A repository's events as they happen. The tabs of a browser share one connection: it may have only a few.
import type { StreamEvent } from "../src/api/contract/stream.ts";
import { api } from "./paths.ts";

/** What a page hears: an event of the server, or that some may have been missed: the connection is back, or refused. */
export type News = StreamEvent | { readonly type: "missed" };

/** Pause before a refused stream is tried again, in milliseconds: the server has a limit and others must end first. */
const REFUSED_PAUSE_MS = 30_000;

const EVENT_TYPES = [
  "progress",
  "imported",
  "synced",
  "warnings",
  "archived",
  "failed",
] as const satisfies readonly StreamEvent["type"][];

/** What following needs of the browser; `locks` is missing on pages that are neither https nor loopback. */
export interface StreamEnvironment {
  readonly EventSource: new (url: string) => EventSource;
  readonly BroadcastChannel: new (name: string) => BroadcastChannel;
  readonly locks: Pick<LockManager, "request"> | undefined;
}

function browser(): StreamEnvironment {
  return { EventSource, BroadcastChannel, locks: (navigator as { locks?: LockManager }).locks };
}

/**
 * Follows a repository until the answer is called. One tab holds the lock, has the connection and tells the others.
 * @param repository its name or id, as in the page's address
 * @param hear called with each event, in every tab
 */
export function followRepository(
  repository: string,
  hear: (news: News) => void,
  environment: StreamEnvironment = browser(),
): () => void {
  const name = `tidemark-stream ${repository}`;
  const ending = new AbortController();
  if (environment.locks === undefined) {
    listen(repository, hear, ending.signal, environment);
    return () => ending.abort();
  }
  const channel = new environment.BroadcastChannel(name);
  channel.addEventListener("message", (message: MessageEvent<News>) => hear(message.data));
  const tellAll = (news: News): void => {
    hear(news);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin and takes none
    channel.postMessage(news);
  };
  const held = environment.locks.request(name, { signal: ending.signal }, async () => {
    listen(repository, tellAll, ending.signal, environment);
    await new Promise((resolve) => ending.signal.addEventListener("abort", resolve, { once: true }));
  });
  // a request that is given up while it waits for the lock rejects: that is the end that was asked for
  held.catch(() => undefined);
  return () => {
    ending.abort();
    channel.close();
  };
}

function listen(
  repository: string,
  hear: (news: News) => void,
  ending: AbortSignal,
  { EventSource }: StreamEnvironment,
) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let opened = false;
  const open = (): void => {
    const source = new EventSource(api.stream(repository));
    source.addEventListener("open", () => {
      if (opened) hear({ type: "missed" });
      opened = true;
    });
    for (const type of EVENT_TYPES) {
      source.addEventListener(type, (message: MessageEvent<string>) => hear(JSON.parse(message.data) as StreamEvent));
    }
    source.addEventListener("error", () => {
      // the browser connects again by itself unless it was refused
      if (source.readyState === source.CLOSED && !ending.aborted) {
        opened = true;
        // it may be refused because the repository has another name by now: what the page asks for itself finds that
        hear({ type: "missed" });
        timer = setTimeout(open, REFUSED_PAUSE_MS);
      }
    });
    ending.addEventListener("abort", () => source.close(), { once: true });
  };
  ending.addEventListener("abort", () => clearTimeout(timer), { once: true });
  open();
}
