// What the senders of all simulated providers have in common, and where they differ: events, headers, rules.
import type { RefUpdate } from "./bare-repository.ts";
import type { SimulatedHook, SimulatedRepository, World } from "./world.ts";

/** One thing that happened, as it is told to hooks that subscribed to it. */
export interface SimulatedEvent {
  /** the word for the header: "push", "Push Hook", "repo:push" */
  readonly name: string;
  /** what a hook must subscribe to: "push", "push_events", "repo:push"; null goes to every hook */
  readonly subscription: string | null;
  readonly payload: unknown;
}

/** What happens to a repository as a whole. */
export type SimulatedChange =
  | { readonly kind: "renamed" | "transferred"; readonly from: string }
  | { readonly kind: "archived" | "unarchived" | "private" | "public" | "deleted" };

/** Ids of one delivery. */
export interface DeliveryIds {
  /** of the event: shared by hooks where the provider shares it */
  readonly event: string;
  /** of the event at this hook: the same for each attempt */
  readonly delivery: string;
  /** from 1 */
  readonly attempt: number;
}

/** One provider's way. */
export interface Dialect {
  /** after which no answer is a failure, in ms */
  readonly timeoutMs: number;
  /** what a push makes of it; none at all where the provider drops it */
  pushed(world: World, repository: SimulatedRepository, updates: readonly RefUpdate[]): readonly SimulatedEvent[];
  changed(world: World, repository: SimulatedRepository, change: SimulatedChange): readonly SimulatedEvent[];
  /** what a new hook gets at once, and the test button sends; null where nothing */
  tested(world: World, repository: SimulatedRepository, hook: SimulatedHook): SimulatedEvent | null;
  headers(
    world: World,
    at: { readonly repository: SimulatedRepository; readonly hook: SimulatedHook; readonly event: SimulatedEvent },
    ids: DeliveryIds,
    body: string,
  ): Record<string, string>;
  /** whether the sender tries once more at once. `status` 0: no answer in time */
  repeats(status: number, attempt: number): boolean;
  /** what a failure or a success does to the hook */
  afterwards(world: World, hook: SimulatedHook, status: number): void;
  /** largest body that is sent, in bytes; larger ones are dropped without a word */
  readonly maxBytes: number;
}

/** No rule for failures: the hook goes on whatever happens. */
export function nothingAfterwards(): void {}

/** The time as payloads write it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** `refs/heads/a/b` as its kind and `a/b`. */
export function splitRef(ref: string): { readonly kind: "branch" | "tag"; readonly name: string } {
  return ref.startsWith("refs/tags/")
    ? { kind: "tag", name: ref.slice("refs/tags/".length) }
    : { kind: "branch", name: ref.slice("refs/heads/".length) };
}

/** Owner and name. A group of groups is one owner. */
export function splitName(name: string): { readonly owner: string; readonly short: string } {
  const end = name.lastIndexOf("/");
  return { owner: name.slice(0, end), short: name.slice(end + 1) };
}
