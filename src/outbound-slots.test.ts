// Tests of turns: so many at one host, the others in order, and nobody's place is lost or taken twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HostSlots } from "./outbound-slots.ts";

const never = new AbortController().signal;

/** Lets everything that is ready happen. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test("HostSlots lets so many at one host and the others wait in order", async () => {
  const slots = new HostSlots(2);
  const order: string[] = [];
  const leaving: (() => void)[] = [];
  const go = async (name: string, host = "a"): Promise<void> => {
    leaving.push(await slots.take(host, never));
    order.push(name);
  };
  const all = [go("1"), go("2"), go("3"), go("4"), go("other", "b")];
  await settle();
  assert.deepEqual(order, ["1", "2", "other"]);
  leaving[0]?.();
  await settle();
  assert.deepEqual(order, ["1", "2", "other", "3"]);
  leaving[1]?.();
  await Promise.all(all);
  assert.equal(order.at(-1), "4");
  for (const leave of leaving.slice(2)) leave();
  // all places are free again
  for (const leave of await Promise.all([slots.take("a", never), slots.take("a", never)])) leave();
});

test("HostSlots lets go of who waits no longer, and gives her place to the next", async () => {
  const slots = new HostSlots(1);
  const leave = await slots.take("a", never);
  const stop = new AbortController();
  const gone = slots.take("a", stop.signal);
  const next = slots.take("a", never);
  stop.abort(new Error("stopped"));
  await assert.rejects(gone, /stopped/);
  await assert.rejects(slots.take("a", stop.signal), /stopped/);
  leave();
  (await next)();
  (await slots.take("a", never))();
});
