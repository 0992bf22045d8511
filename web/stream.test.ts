// Tests of following a repository: one connection for all tabs, and what happens when it is refused.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { followRepository, type News, type StreamEnvironment } from "./stream.ts";

/** A browser with tabs: one lock manager, connections that the test opens, closes and speaks through. */
function fakeBrowser(): { environment: StreamEnvironment; sources: FakeSource[] } {
  const sources: FakeSource[] = [];
  class Source extends FakeSource {
    constructor(url: string) {
      super(url);
      sources.push(this);
    }
  }
  const waiting = new Map<string, Promise<unknown>>();
  const locks = {
    request: (name: string, options: LockOptions, run: () => Promise<unknown>): Promise<unknown> => {
      const before = waiting.get(name) ?? Promise.resolve();
      const mine = before.then(() => (options.signal?.aborted === true ? undefined : run()));
      waiting.set(name, mine);
      return mine;
    },
  };
  const environment = { EventSource: Source, BroadcastChannel, locks } as unknown as StreamEnvironment;
  return { environment, sources };
}

class FakeSource extends EventTarget {
  readonly CLOSED = 2;
  readonly url: string;
  readyState = 0;
  constructor(url: string) {
    super();
    this.url = url;
  }
  close(): void {
    this.readyState = this.CLOSED;
  }
  say(type: string, data: object): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until what another tab was told has arrived. */
async function heard(news: readonly News[], length: number): Promise<void> {
  while (news.length < length) await soon();
}

test("followRepository() opens one connection for two tabs, and both hear", async () => {
  const { environment, sources } = fakeBrowser();
  const [first, second]: [News[], News[]] = [[], []];
  const ends = [first, second].map((news) => followRepository("a/b", (each) => news.push(each), environment));
  await soon();
  assert.deepEqual(
    sources.map(({ url }) => url),
    ["/api/v1/repositories/a%2Fb/stream"],
  );
  sources[0]?.say("synced", { type: "synced", commits: 2, version: 7 });
  await heard(second, 1);
  assert.deepEqual(
    [first, second],
    [[{ type: "synced", commits: 2, version: 7 }], [{ type: "synced", commits: 2, version: 7 }]],
  );
  for (const end of ends) end();
});

test("followRepository() lets the next tab connect when the first is closed", async () => {
  const { environment, sources } = fakeBrowser();
  const news: News[] = [];
  const endFirst = followRepository("a", () => undefined, environment);
  const endSecond = followRepository("a", (each) => news.push(each), environment);
  await soon();
  endFirst();
  while (sources.length < 2) await soon();
  assert.equal(sources[0]?.readyState, 2);
  sources[1]?.say("imported", { type: "imported", commits: 1, version: 1 });
  assert.deepEqual(news, [{ type: "imported", commits: 1, version: 1 }]);
  endSecond();
});

test("followRepository() says when a connection is back or refused, and tries a refused one again after a pause", async () => {
  const { environment, sources } = fakeBrowser();
  const news: News[] = [];
  mock.timers.enable({ apis: ["setTimeout"] });
  const end = followRepository("a", (each) => news.push(each), { ...environment, locks: undefined });
  sources[0]?.dispatchEvent(new Event("open"));
  assert.deepEqual(news, []);
  sources[0]?.dispatchEvent(new Event("error"));
  assert.equal(sources.length, 1, "a broken connection is the browser's to mend");
  sources[0]?.dispatchEvent(new Event("open"));
  assert.deepEqual(news, [{ type: "missed" }]);
  sources[0]?.close();
  sources[0]?.dispatchEvent(new Event("error"));
  assert.equal(news.length, 2, "a page whose stream is refused looks for itself");
  mock.timers.tick(30_000);
  assert.equal(sources.length, 2);
  sources[1]?.dispatchEvent(new Event("open"));
  assert.equal(news.length, 3);
  end();
  assert.equal(sources[1]?.readyState, 2);
  mock.timers.reset();
});
