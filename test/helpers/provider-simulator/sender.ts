// Sends what happened to the hooks that want it, each in order, with the provider's own time limit, attempts and rules.
import { setImmediate as later } from "node:timers/promises";
import type { RefUpdate } from "./bare-repository.ts";
import type { Dialect, SimulatedChange, SimulatedEvent } from "./dialect.ts";
import { isRefusedByGitea } from "./dialect-gitea.ts";
import type { SimulatedDelivery, SimulatedHook, SimulatedRepository, World } from "./world.ts";

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** The delivery side of a simulated provider. */
export class Sender {
  /** true: nothing is sent, and nobody is told: a hook that fell silent */
  silent = false;
  /** shorter than the provider's own, for tests of receivers that hang, in ms */
  timeoutMs: number;
  readonly #world: World;
  readonly #dialect: Dialect;
  /** the end of each hook's queue */
  readonly #queues = new Map<SimulatedHook, Promise<void>>();

  constructor(world: World, dialect: Dialect) {
    this.#world = world;
    this.#dialect = dialect;
    this.timeoutMs = dialect.timeoutMs;
  }

  /** the largest payload that is sent, in bytes */
  get maxBytes(): number {
    return this.#dialect.maxBytes;
  }

  pushed(repository: SimulatedRepository, updates: readonly RefUpdate[]): void {
    if (updates.length === 0) return;
    this.#tell(repository, this.#dialect.pushed(this.#world, repository, updates));
  }

  changed(repository: SimulatedRepository, change: SimulatedChange): void {
    this.#tell(repository, this.#dialect.changed(this.#world, repository, change));
  }

  /** What a new hook gets, or the test button sends. A test that arrives switches a hook on again. */
  test(repository: SimulatedRepository, hook: SimulatedHook): void {
    const event = this.#dialect.tested(this.#world, repository, hook);
    if (event !== null) this.#queue(repository, hook, event, this.#guid(), { redelivery: false, isTest: true });
  }

  /** Sends one that was sent before once more, under the same id. */
  redeliver(repository: SimulatedRepository, hook: SimulatedHook, delivery: SimulatedDelivery): void {
    const text = delivery.body.startsWith("payload=") ? decodeURIComponent(delivery.body.slice(8)) : delivery.body;
    const event = { name: delivery.event, subscription: null, payload: JSON.parse(text) as unknown };
    this.#queue(repository, hook, event, delivery.guid, { redelivery: true, isTest: false });
  }

  /** When everything that has been told is delivered, given up or dropped. */
  async settled(): Promise<void> {
    for (let waiting = [...this.#queues.values()]; waiting.length > 0; waiting = [...this.#queues.values()]) {
      await Promise.all(waiting);
      await later();
    }
  }

  #guid(): string {
    return this.#world.uuidOf(`delivery ${this.#world.nextId()}`).slice(1, -1);
  }

  #tell(repository: SimulatedRepository, events: readonly SimulatedEvent[]): void {
    if (this.silent) return;
    for (const event of events) {
      const guid = this.#guid(); // GitHub: one for all hooks; the others give each hook its own
      for (const hook of repository.hooks) {
        const wants = event.subscription === null || hook.events.includes(event.subscription);
        if (!hook.active || !wants) continue;
        const own = this.#world.kind === "github" ? guid : this.#guid();
        this.#queue(repository, hook, event, own, { redelivery: false, isTest: false });
      }
    }
  }

  #queue(
    repository: SimulatedRepository,
    hook: SimulatedHook,
    event: SimulatedEvent,
    guid: string,
    how: { readonly redelivery: boolean; readonly isTest: boolean },
  ): void {
    const before = this.#queues.get(hook) ?? Promise.resolve();
    const mine = before.then(() => this.#deliver(repository, hook, event, guid, how));
    this.#queues.set(hook, mine);
    void mine.finally(() => {
      if (this.#queues.get(hook) === mine) this.#queues.delete(hook);
    });
  }

  async #deliver(
    repository: SimulatedRepository,
    hook: SimulatedHook,
    event: SimulatedEvent,
    guid: string,
    { redelivery, isTest }: { readonly redelivery: boolean; readonly isTest: boolean },
  ): Promise<void> {
    const world = this.#world;
    const isOff = hook.disabledForGood || (hook.disabledUntil !== null && hook.disabledUntil > world.now());
    if (isOff && !isTest) return;
    if (world.kind === "gitea" && isRefusedByGitea(world, hook.url)) return;
    const json = JSON.stringify(event.payload);
    if (Buffer.byteLength(json) > this.#dialect.maxBytes) return;
    const body = hook.contentType === "json" ? json : `payload=${encodeURIComponent(json)}`;
    for (let attempt = 1; ; attempt += 1) {
      const ids = { event: guid, delivery: guid, attempt };
      const headers = this.#dialect.headers(world, { repository, hook, event }, ids, body);
      const at = world.now();
      const status = await this.#post(hook.url, headers, body);
      hook.deliveries.push({
        id: world.nextId(),
        guid,
        event: event.name,
        at,
        attempt,
        redelivery,
        headers,
        body,
        status,
      });
      this.#dialect.afterwards(world, hook, status);
      if (!this.#dialect.repeats(status, attempt)) return;
    }
  }

  /** Nothing leaves this machine: at other addresses nobody answers. @returns the status; 0 for no answer in time */
  async #post(url: string, headers: Record<string, string>, body: string): Promise<number> {
    if (!LOOPBACK.has(new URL(url).hostname)) return 0;
    try {
      const signal = AbortSignal.timeout(this.timeoutMs);
      const answer = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0;
    }
  }
}
