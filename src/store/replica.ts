// One standby: its connections, whether it may answer, and what its failures mean.
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { DatabaseError } from "pg";
import type { OrganizationId } from "../domain/model.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Secret } from "../secrets.ts";
import { describeUrl } from "./connection.ts";
import {
  type OrganizationStore,
  organizationStore,
  type PreparedStatement,
  type SqlValue,
  statementOf,
} from "./organization-store.ts";
import { lookAtStandby, notOurStandby } from "./replica-look.ts";
import { ReplicaHealth } from "./replica-health.ts";
import { openRolePool, type RolePool, type RoleSettings } from "./role-pool.ts";
import type { VersionGate } from "./version-gate.ts";
import type { WalClock } from "./wal-clock.ts";

/** Where a standby is. */
export interface ReplicaAddress {
  /** its name in the configuration: what repositories are given to, whatever its address */
  readonly id: string;
  readonly url: Secret;
}

/** Statements that concern no single organisation. $1 is the first of `values`. */
interface PlainReader {
  query<Row extends object>(statement: string | PreparedStatement, values?: readonly SqlValue[]): Promise<Row[]>;
}

/** What operators watch of one. Counters only rise. */
export interface ReplicaFigures {
  readonly id: string;
  readonly up: boolean;
  readonly lagSeconds: number;
  readonly lagBytes: number;
  readonly reads: number;
  readonly failures: number;
  /** reads that the primary answered since this one showed an older version */
  readonly behind: number;
}

/** A look is answered within this, in ms, or the replica is out: a healthy one takes one. */
export const LOOK_MS = 2_000;

/** One statement at a time, for looks: those of pages must not hold them up. */
const looking = (settings: RoleSettings): RoleSettings => ({ ...settings, connections: 1, statementMs: LOOK_MS });

/** @returns whether a read failed for a reason that another server may not have */
export function isFailedRead(error: unknown): boolean {
  if (!isTidemarkError(error)) return true; // 40001, a table that it does not have yet, …
  return error.code === "database-unreachable" || isFull(error);
}

/** No connection left: true of this server only. A statement that took too long would take as long at the next one. */
function isFull(error: TidemarkError): boolean {
  return error.code === "database-busy" && error.cause instanceof DatabaseError && error.cause.code === "53300";
}

/** A standby and its connections. */
export class Replica {
  readonly id: string;
  readonly health = new ReplicaHealth();
  readonly #place: string;
  readonly #open: () => RolePool;
  readonly #look: RolePool;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #underWay = new Set<(reason: unknown) => void>();
  #pool: RolePool;
  #reads = 0;
  #failures = 0;
  #behind = 0;
  #toldOut: string | null = null;

  constructor({ id, url }: ReplicaAddress, settings: RoleSettings, log: Log, now: () => number) {
    this.id = id;
    this.#place = describeUrl(url);
    this.#open = () => openRolePool(url, settings, log);
    this.#pool = this.#open();
    this.#look = openRolePool(url, looking(settings), log);
    this.#log = log;
    this.#now = now;
  }

  /** Its connections, for a library that wants the driver's own pool; other ones after it was gone. */
  get pool(): RolePool {
    return this.#pool;
  }

  /** Its tables of people for the sign-in library. */
  readonly drizzle = async (): Promise<NodePgDatabase> => {
    const { drizzle } = await import("drizzle-orm/node-postgres");
    return drizzle({ client: this.#pool.driver });
  };

  /** Statements that concern no single organisation, as the web role. */
  get people(): PlainReader {
    return { query: (statement, values = []) => this.#pool.query(statementOf(statement, values)) };
  }

  /**
   * Reads from it. A read under way when it is found to be gone fails at once: a server that hangs says nothing.
   * @throws what `work` throws
   */
  read<T>(
    organizationId: OrganizationId,
    gate: VersionGate,
    work: (store: OrganizationStore) => Promise<T>,
  ): Promise<T> {
    this.#reads += 1;
    return this.beside(() => work(organizationStore(this.#pool, organizationId, gate)));
  }

  /** Reads what is no team's, by its pool. @throws what `work` throws; at once when it is found to be gone */
  beside<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#underWay.add(reject);
      work()
        .then(resolve, reject)
        .finally(() => this.#underWay.delete(reject));
    });
  }

  /** A read of it failed. Where its connection did, nobody asks it for a while. */
  failed(error: unknown): void {
    this.#failures += 1;
    if (isTidemarkError(error, "database-unreachable")) this.#out(error.parts.found);
  }

  /** It showed an older version than is known, and the primary is asked. */
  wasBehind(): void {
    this.#behind += 1;
  }

  /**
   * Looks how it is, when that is due.
   * @param system of the primary; null while it was never heard of
   */
  async look(clock: WalClock, system: string | null): Promise<void> {
    if (!this.health.isDue(this.#now())) return;
    try {
      const state = await lookAtStandby(this.#look, LOOK_MS);
      const strange = notOurStandby(state, system);
      if (strange !== null) {
        this.#out(strange.found);
        return;
      }
      this.health.heard(clock.behind(state.replayed));
      if (this.health.behind !== null) this.#tell(this.health.isUp ? "" : "it is too far behind");
    } catch (error) {
      this.#out(isTidemarkError(error) ? error.parts.found : String(error));
    }
  }

  /** @returns what became of it so far */
  figures(): ReplicaFigures {
    const { isUp, behind } = this.health;
    const lag = { lagSeconds: (behind?.ms ?? 0) / 1_000, lagBytes: behind?.bytes ?? 0 };
    return { id: this.id, up: isUp, ...lag, reads: this.#reads, failures: this.#failures, behind: this.#behind };
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#look.close()]);
  }

  #out(found: string): void {
    this.health.failed(this.#now());
    // of one that is being made nobody expects anything yet
    if (this.health.wasThere) this.#tell(found);
    const parts = { attempt: "read from the replica", value: this.#place, found, wanted: "a standby that answers" };
    const reason = new TidemarkError("database-unreachable", parts);
    for (const reject of this.#underWay) reject(reason);
    this.#underWay.clear();
    // its connections may hang for as long as a network forgets
    const old = this.#pool;
    this.#pool = this.#open();
    void old.close().catch(() => {});
  }

  /** @param out why it is out; "" when it is not. Each reason is told once. */
  #tell(out: string): void {
    if (out === this.#toldOut) return;
    const replica = { replica: this.id, host: this.#place };
    if (out === "") this.#log.info(replica, "a replica answers for its repositories");
    else
      this.#log.warn({ ...replica, problem: out }, "a replica is left out: the others and the primary answer for it");
    this.#toldOut = out;
  }
}
