// Where reads are answered: each repository's by one replica, by another one or the primary where that fails, and never
// from rows that are older than what is known.
import { setTimeout as wait } from "node:timers/promises";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { OrganizationStore } from "./organization-store.ts";
import { PrimaryWatch, primaryGone } from "./primary-watch.ts";
import { byScore } from "./rendezvous.ts";
import { isFailedRead, type Replica, type ReplicaFigures } from "./replica.ts";
import { LAG_LIMIT_MS } from "./replica-health.ts";
import type { RolePool } from "./role-pool.ts";
import { KnownVersions, StaleRead, type VersionGate } from "./version-gate.ts";

/** How often all servers are looked at, in ms: a replica's lag is known to this. */
const LOOK_EVERY_MS = 500;
/** A replica that shows an older version is asked again after this, in ms: most have caught up by then. */
const CATCH_UP_MS = 20;
/** Of each repository the order of its replicas is remembered: it costs some 10 µs a replica to find. */
const MAX_ORDERS = 20_000;

type Work<T> = (store: OrganizationStore) => Promise<T>;

/** What came of asking one replica. `behind`: it shows an older version, or said nothing of its version. */
type Outcome<T> =
  | { readonly kind: "answered"; readonly answer: T }
  | { readonly kind: "behind" }
  | { readonly kind: "failed" };

/** What the store of reads is made of. */
interface ReplicasOptions {
  readonly replicas: readonly Replica[];
  /** the primary, as pages read it */
  readonly primary: (organizationId: OrganizationId, gate?: VersionGate) => OrganizationStore;
  /** one more connection to it, for looks */
  readonly look: RolePool;
  readonly log: Log;
  /** milliseconds that only rise */
  readonly now: () => number;
}

/** Chooses who answers. Without replicas everything goes to the primary, and nothing is watched. */
export class Replicas {
  readonly #replicas: readonly Replica[];
  readonly #primary: ReplicasOptions["primary"];
  readonly #look: RolePool;
  readonly #watch: PrimaryWatch;
  readonly #now: () => number;
  readonly #versions = new KnownVersions();
  readonly #orders = new Map<RepositoryId, readonly Replica[]>();
  /** repositories that this process wrote to, and until when the primary answers for them */
  readonly #written = new Map<RepositoryId, number>();
  #looking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor({ replicas, primary, look, log, now }: ReplicasOptions) {
    this.#replicas = replicas;
    this.#primary = primary;
    this.#look = look;
    this.#watch = new PrimaryWatch(look, log, now);
    this.#now = now;
  }

  /** whether there are any */
  get areUsed(): boolean {
    return this.#replicas.length > 0;
  }

  /** Looks at all servers from now on. Resolves when each was looked at once. */
  async start(): Promise<void> {
    if (this.#replicas.length === 0) return;
    this.#timer = setInterval(() => void this.lookAround(), LOOK_EVERY_MS).unref();
    await this.lookAround();
  }

  /** Looks at the primary, then at each replica: it cannot have been where it is before the primary was. */
  lookAround(): Promise<void> {
    this.#looking ??= (async () => {
      await this.#watch.look();
      const { clock, system } = this.#watch;
      await Promise.all(this.#replicas.map((replica) => replica.look(clock, system)));
    })().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /**
   * Asks about a repository. Who answers names the version of its rows to the gate, in the snapshot of the answer: a
   * replica's answer that is older than what is known, or that names none, is not taken.
   * @param work may be called again, with another server; null: there is no such repository
   * @throws what `work` throws at the primary, or at a replica that is new enough
   */
  async ofRepository<T>(
    organizationId: OrganizationId,
    repository: RepositoryId,
    work: Work<T | null>,
  ): Promise<T | null> {
    if (this.#replicas.length === 0) return work(this.#primary(organizationId));
    // what was just written shows that the primary is back, whatever the last look said
    const isWritten = (this.#written.get(repository) ?? 0) > this.#now();
    if (this.#watch.isDown && !isWritten) return this.#whileDown(organizationId, repository, work);
    const order = isWritten ? [] : this.#orderOf(repository).filter(({ health }) => health.isUp);
    for (const replica of order.slice(0, 2)) {
      const floor = (): number => this.#versions.floor(repository);
      let outcome = await this.#ask(replica, organizationId, floor, work);
      if (outcome.kind === "behind") {
        await wait(CATCH_UP_MS);
        outcome = await this.#ask(replica, organizationId, floor, work);
      }
      if (outcome.kind === "answered") return outcome.answer;
      if (outcome.kind === "behind") {
        replica.wasBehind();
        break; // what this one does not have yet, the next one hardly has
      }
    }
    return this.#atPrimary(organizationId, work, () => this.#whileDown(organizationId, repository, work));
  }

  /**
   * Asks what has no version: lists, events, health. The primary answers, or while it is down a replica.
   * @throws what `work` throws; `database-unreachable` when nobody answers
   */
  async first<T>(organizationId: OrganizationId, work: Work<T>): Promise<T> {
    if (this.#replicas.length === 0) return work(this.#primary(organizationId));
    if (this.#watch.isDown) return this.#whileDown(organizationId, null, work);
    return this.#atPrimary(organizationId, work, () => this.#whileDown(organizationId, null, work));
  }

  /** The primary told that a repository has this version. */
  heard(repository: RepositoryId, version: number): void {
    if (this.#replicas.length > 0) this.#versions.heard(repository, version);
  }

  /** This process wrote to a repository: the primary answers for it until every replica that is up must have it. */
  wrote(repository: RepositoryId): void {
    if (this.#replicas.length === 0) return;
    const now = this.#now();
    for (const [other, until] of this.#written) if (until <= now) this.#written.delete(other);
    this.#written.set(repository, now + LAG_LIMIT_MS);
  }

  /** @returns ms since what is shown was true, while the primary is down; null while it answers */
  ageMs(): number | null {
    if (!this.#watch.isDown) return null;
    const shown = this.#answering().map(({ health }) => health.behind?.asOf ?? null);
    const known = [...shown, this.#watch.clock.heardAt].filter((at) => at !== null);
    return known.length === 0 ? null : Math.max(0, this.#now() - Math.min(...known));
  }

  /** Whether replicas are configured and none is up: the primary has all the work. */
  get areAllOut(): boolean {
    return this.#replicas.length > 0 && !this.#watch.isDown && !this.#replicas.some(({ health }) => health.isUp);
  }

  /**
   * Asks what is no team's: at the primary, or while it is down at the first replica that can answer.
   * @throws what `atPrimary` throws while it is up; of several replicas what the last one said
   */
  async besides<T>(atPrimary: () => Promise<T>, standIn: (replica: Replica) => Promise<T>): Promise<T> {
    if (this.#replicas.length === 0) return atPrimary();
    let problem: unknown = null;
    if (!this.#watch.isDown) {
      try {
        return await this.#watch.reading(atPrimary);
      } catch (error) {
        // libraries hide what a database says
        if (!this.#watch.isDown && (await this.#watch.look())) throw error;
        problem = error;
      }
    }
    for (const replica of this.#answering()) {
      try {
        return await replica.beside(() => standIn(replica));
      } catch (error) {
        replica.failed(error);
        problem = error;
      }
    }
    throw isTidemarkError(problem) ? problem : primaryGone();
  }

  /** whether reads can be answered without the primary */
  get canStandIn(): boolean {
    return this.#answering().length > 0;
  }

  /** @returns whether the primary answers, and what became of each replica's reads */
  figures(): { readonly primaryUp: boolean; readonly replicas: readonly ReplicaFigures[] } {
    return { primaryUp: !this.#watch.isDown, replicas: this.#replicas.map((replica) => replica.figures()) };
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#looking;
    await Promise.all([this.#look.close(), ...this.#replicas.map((replica) => replica.close())]);
  }

  #answering(): Replica[] {
    return this.#replicas.filter(({ health }) => health.answers);
  }

  #orderOf(repository: RepositoryId): readonly Replica[] {
    const known = this.#orders.get(repository);
    if (known !== undefined) return known;
    const byId = new Map(this.#replicas.map((replica) => [replica.id, replica]));
    const order = byScore([...byId.keys()], repository).flatMap((id) => byId.get(id) ?? []);
    if (this.#orders.size >= MAX_ORDERS) this.#orders.clear();
    this.#orders.set(repository, order);
    return order;
  }

  #workAtPrimary<T>(organizationId: OrganizationId, work: Work<T>): Promise<T> {
    const gate = { place: "", sees: (of: RepositoryId, version: number) => this.#versions.saw(of, version) };
    return this.#watch.reading(() => work(this.#primary(organizationId, gate)));
  }

  async #atPrimary<T>(organizationId: OrganizationId, work: Work<T>, whileDown: () => Promise<T>): Promise<T> {
    try {
      return await this.#workAtPrimary(organizationId, work);
    } catch (error) {
      if (!isTidemarkError(error, "database-unreachable")) throw error;
      // one broken connection is not the end of a server
      const isThere = !this.#watch.isDown && (await this.#watch.look());
      return isThere ? this.#workAtPrimary(organizationId, work) : whileDown();
    }
  }

  /** Asks every replica that answers, however far behind: but nobody is shown less than she has seen. */
  async #whileDown<T>(organizationId: OrganizationId, repository: RepositoryId | null, work: Work<T>): Promise<T> {
    const order = repository === null ? this.#replicas : this.#orderOf(repository);
    for (const replica of order.filter(({ health }) => health.answers)) {
      const floor = (of: RepositoryId): number => this.#versions.seen(of);
      const outcome = await this.#ask(replica, organizationId, floor, work, repository !== null);
      if (outcome.kind === "answered") return outcome.answer;
      if (outcome.kind === "behind") replica.wasBehind();
    }
    return this.#workAtPrimary(organizationId, work); // says in its own words that it is gone, or is back
  }

  async #ask<T>(
    replica: Replica,
    organizationId: OrganizationId,
    floor: (repository: RepositoryId) => number,
    work: Work<T>,
    versioned = true,
  ): Promise<Outcome<T>> {
    let named = !versioned;
    const gate: VersionGate = {
      place: replica.id,
      sees: (repository, version) => {
        if (version < floor(repository)) throw new StaleRead();
        this.#versions.saw(repository, version);
        named = true;
      },
    };
    try {
      const answer = await replica.read(organizationId, gate, work);
      return named ? { kind: "answered", answer } : { kind: "behind" };
    } catch (error) {
      if (error instanceof StaleRead) return { kind: "behind" };
      if (isFailedRead(error)) {
        replica.failed(error);
        return { kind: "failed" };
      }
      // what is not there may be there by now
      if (!named) return { kind: "behind" };
      throw error;
    }
  }
}
