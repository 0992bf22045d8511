// What open pages are told, how often the database is asked for it, and how many there may be.
import assert from "node:assert/strict";
import { test } from "node:test";
import { quietLog } from "../../test/helpers/test-database.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { RepositoryPulse } from "../store/repository-page.ts";
import { StreamEvent } from "./contract/stream.ts";
import { eventsBetween, StreamHub } from "./stream-hub.ts";

const LIMITS = { perSession: 3, perOrganization: 5, perProcess: 7, pauseMs: 0 };

const ready: RepositoryPulse = { state: "ready", progress: null, problem: null, version: 5, syncedAt: new Date(1_000) };
const importing: RepositoryPulse = { ...ready, state: "importing", syncedAt: null };

function types(before: RepositoryPulse, now: RepositoryPulse): string[] {
  return eventsBetween(before, now).map((event) => StreamEvent.parse(event).type);
}

test("eventsBetween() tells what happened, in order", () => {
  const later = new Date(2_000);
  assert.deepEqual(types(importing, { ...importing, version: 6 }), ["progress"]);
  assert.deepEqual(types(importing, { ...ready, version: 6 }), ["progress", "imported"]);
  assert.deepEqual(types(ready, { ...ready, state: "syncing" }), ["progress"]);
  assert.deepEqual(types({ ...ready, state: "syncing" }, { ...ready, syncedAt: later }), ["progress", "synced"]);
  assert.deepEqual(types(ready, { ...ready, syncedAt: later }), ["progress", "synced"], "a sync that was over at once");
  assert.deepEqual(types(ready, ready), ["progress"]);
  const failed: RepositoryPulse = { ...importing, state: "failed", problem: "no such host" };
  assert.deepEqual(eventsBetween(importing, failed), [{ type: "failed", problem: "no such host", version: 5 }]);
  assert.deepEqual(types(failed, failed), [], "told once");
  assert.deepEqual(types(failed, { ...failed, problem: "another" }), ["failed"]);
  assert.deepEqual(types(failed, { ...failed, state: "waiting", problem: null }), ["progress"]);
});

/** A hub whose readings are counted and answered by the test. */
class Bench {
  readonly hub: StreamHub;
  reads = 0;
  pulse: RepositoryPulse | null = importing;
  #wakeUps: (() => void)[] = [];

  constructor(limits = LIMITS) {
    this.hub = new StreamHub(
      () => {
        this.reads++;
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

  open(session: string, organization = "1", repository = "9") {
    const told: string[] = [];
    let ended = 0;
    const over = Promise.withResolvers<void>();
    let heard: (() => void) | null = null;
    const opened = this.hub.open({
      organizationId: organization as OrganizationId,
      repositoryId: repository as RepositoryId,
      session,
      send: (text) => {
        told.push(text);
        heard?.();
      },
      end: () => {
        ended++;
        over.resolve();
      },
    });
    const hears = () =>
      new Promise<void>((resolve) => {
        heard = resolve;
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
  assert.match(a.told[1] ?? "", /^event: progress\ndata: \{"type":"progress".*"version":6\}\n\n$/);
  assert.deepEqual(a.told.slice(0, 2), b.told.slice(0, 2));
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
