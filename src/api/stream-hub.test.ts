// What open pages are told, how often the database is asked for it, and how many there may be.
import assert from "node:assert/strict";
import { test } from "node:test";
import { quietLog } from "../../test/helpers/test-database.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { RepositoryPulse } from "../store/repository-page.ts";
import { STREAM_LIMITS, StreamHub } from "./stream-hub.ts";
import { readMark, type StreamMark } from "./stream-news.ts";

const LIMITS = { ...STREAM_LIMITS, perSession: 3, perOrganization: 5, perProcess: 7, pauseMs: 0 };

const counts = { version: 5, commits: 10, files: 20, warnings: 0, archived: 0, cold: 0 };
const ready: RepositoryPulse = { state: "ready", progress: null, problem: null, syncedAt: new Date(1_000), ...counts };
const importing: RepositoryPulse = { ...ready, state: "importing", syncedAt: null };

/** A hub whose readings are counted and answered by the test. */
class Bench {
  readonly hub: StreamHub;
  reads = 0;
  /** what the last reading took for known */
  known: number | null = null;
  pulse: RepositoryPulse | null = importing;
  #wakeUps: (() => void)[] = [];

  constructor(limits = LIMITS) {
    this.hub = new StreamHub(
      (_organization, _repository, known) => {
        this.reads++;
        this.known = known;
        for (const wake of this.#wakeUps.splice(0)) wake();
        return Promise.resolve(this.pulse);
      },
      quietLog,
      limits,
    );
  }

  /** Resolves when something is read next. */
  nextRead(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeUps.push(resolve);
    });
  }

  open(session: string, organization = "1", repository = "9", heard: StreamMark | null = null) {
    const told: string[] = [];
    let ended = 0;
    const over = Promise.withResolvers<void>();
    let wake: (() => void) | null = null;
    const opened = this.hub.open({
      organizationId: organization as OrganizationId,
      repositoryId: repository as RepositoryId,
      session,
      heard,
      send: (text) => {
        told.push(text);
        wake?.();
      },
      end: () => {
        ended++;
        over.resolve();
      },
    });
    const hears = () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      });
    return { opened, told, hears, over: over.promise, ended: () => ended };
  }
}

test("StreamHub.changed() reads once for all listeners, and once more for all changes meanwhile", async () => {
  const bench = new Bench();
  const [a, b] = [bench.open("a"), bench.open("b")];
  await Promise.all([a.opened, b.opened]);
  assert.equal(bench.reads, 2, "each hears first how it is");
  const heard = b.hears();
  const again = bench.nextRead().then(() => bench.nextRead());
  bench.pulse = { ...importing, version: 6 };
  for (let i = 0; i < 50; i++) bench.hub.changed("9" as RepositoryId);
  await heard;
  for (let i = 0; i < 50; i++) bench.hub.changed("9" as RepositoryId);
  await again;
  assert.equal(bench.reads, 4);
  bench.hub.changed("10" as RepositoryId);
  assert.equal(bench.reads, 4, "nobody waits for that one");
  assert.match(a.told[1] ?? "", /^id: 5-10-20\nevent: progress\ndata: \{"type":"progress".*"version":6\}\n\n$/);
  assert.deepEqual(a.told.slice(0, 2), b.told.slice(0, 2));
  bench.hub.close();
});

test("StreamHub tells the begin and the end of a sync at once, and reads no third time within two pauses", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const bench = new Bench({ ...LIMITS, pauseMs: 3_600_000 });
  await bench.open("a").opened;
  for (const reads of [2, 3]) {
    const read = bench.nextRead();
    bench.hub.changed("9" as RepositoryId);
    await read;
    assert.equal(bench.reads, reads);
    await new Promise(setImmediate);
  }
  for (let i = 0; i < 50; i++) bench.hub.changed("9" as RepositoryId);
  await new Promise(setImmediate);
  t.mock.timers.tick(2 * 3_600_000 - 60_000);
  await new Promise(setImmediate);
  assert.equal(bench.reads, 3);
  const read = bench.nextRead();
  t.mock.timers.tick(60_000);
  await read;
  assert.equal(bench.reads, 4);
  bench.hub.close();
});

test("StreamHub.open() counts streams by session, organisation and process, and forgets those that are closed", async () => {
  const bench = new Bench();
  const refused = (session: string, organization: string, code: string) =>
    assert.rejects(bench.open(session, organization).opened, { code });
  const first = await bench.open("a").opened;
  await bench.open("a").opened;
  await bench.open("a").opened;
  await refused("a", "1", "too-many-requests");
  first?.();
  first?.();
  await bench.open("a").opened;
  await refused("a", "1", "too-many-requests");
  await bench.open("b").opened;
  await bench.open("b").opened;
  await refused("c", "1", "too-many-requests");
  await bench.open("d", "2").opened;
  await bench.open("d", "2").opened;
  await refused("e", "3", "server-busy");
  bench.hub.close();
});

test("StreamHub.open() gives null for a repository that is not there, and counts nothing", async () => {
  const bench = new Bench({ ...LIMITS, perProcess: 1 });
  bench.pulse = null;
  assert.equal(await bench.open("a").opened, null);
  assert.equal(await bench.open("a").opened, null);
  bench.pulse = ready;
  assert.notEqual(await bench.open("a").opened, null);
});

test("StreamHub ends the streams of a repository that is gone, and all when it is closed", async () => {
  const bench = new Bench();
  const [one, other] = [bench.open("a", "1", "1"), bench.open("b", "1", "2")];
  await Promise.all([one.opened, other.opened]);
  bench.pulse = null;
  const read = bench.nextRead();
  bench.hub.changed("1" as RepositoryId);
  await read;
  await one.over;
  assert.deepEqual([one.ended(), other.ended()], [1, 0]);
  bench.hub.close();
  assert.equal(other.ended(), 1);
});

test("StreamHub gives an event the id of what was told of rows, and counts a sync whole that is read in pieces", async () => {
  const bench = new Bench();
  bench.pulse = ready;
  const page = bench.open("a");
  await page.opened;
  for (const next of [
    { ...ready, state: "syncing", version: 6, commits: 12, files: 24, warnings: 1 },
    { ...ready, state: "ready", version: 7, commits: 13, files: 25, warnings: 1, syncedAt: new Date(2_000) },
    { ...ready, state: "ready", version: 7, commits: 13, files: 25, warnings: 0, syncedAt: new Date(3_000) },
  ] as const) {
    bench.pulse = next;
    const heard = page.hears();
    bench.hub.changed("9" as RepositoryId);
    await heard;
  }
  assert.equal(bench.known, 25, "warnings are counted from the file versions that are known");
  const told = page.told
    .join("")
    .trim()
    .split("\n\n")
    .map((text) => /^id: (\S+)\nevent: (\w+)\ndata: (.*)$/.exec(text) ?? []);
  assert.deepEqual(
    told.map(([, id, type, data]) => {
      const { commits, warnings } = JSON.parse(data ?? "") as Record<string, unknown>;
      return [id, type, commits ?? warnings];
    }),
    [
      ["5-10-20", "progress", undefined],
      ["5-10-20", "progress", undefined],
      ["7-13-25", "progress", undefined],
      ["7-13-25", "synced", 3],
      ["7-13-25", "warnings", 2],
      ["7-13-25", "progress", undefined],
      ["7-13-25", "synced", 0],
    ],
  );
  bench.hub.close();
});

test("StreamHub.open() tells a page that comes back what it has missed", async () => {
  const bench = new Bench();
  bench.pulse = { ...ready, version: 9, commits: 12, files: 23, warnings: 1 };
  const heard = readMark("5-10-20") ?? assert.fail();
  const page = bench.open("a", "1", "9", heard);
  await page.opened;
  assert.equal(bench.known, 20);
  assert.deepEqual(
    [...page.told.join("").matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? "") as object).slice(1),
    [
      { type: "synced", commits: 2, version: 9 },
      { type: "warnings", warnings: 1, version: 9 },
    ],
  );
  assert.match(page.told[0] ?? "", /^id: 9-12-23\nevent: progress\n/);
  bench.hub.close();
});

test("StreamHub.open() while the server is being stopped says so, not that there is no such repository", async () => {
  const bench = new Bench();
  bench.hub.close();
  await assert.rejects(bench.open("a").opened, { code: "server-busy" });
});
