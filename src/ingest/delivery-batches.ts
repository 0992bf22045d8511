// Stores deliveries that come at the same time together: those that come while statements run are stored by the next one.
import type { OrganizationId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import { insertDeliveries, type NewDelivery } from "../store/delivery.ts";

/** Statements at a time: while one waits for the disk, the next one is made. */
const MAX_RUNNING = 2;
/** Deliveries of one statement, and about how many bytes: a larger one goes alone. */
const MAX_BATCH = 64;
const MAX_BATCH_BYTES = 1024 * 1024;

interface Waiting {
  readonly organization: OrganizationId;
  readonly delivery: NewDelivery;
  readonly resolve: (isFresh: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Stores deliveries. Each is acknowledged to its own sender when the statement that holds it is committed. */
export class DeliveryBatches {
  readonly #database: Pick<Database, "deliveries">;
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(database: Pick<Database, "deliveries">) {
    this.#database = database;
  }

  /**
   * Resolves when it is durable, with whether something is to be done: at least one of those stored with it is new.
   * @throws TidemarkError of the database; what Postgres says when its webhook is gone
   */
  store(organization: OrganizationId, delivery: NewDelivery): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ organization, delivery, resolve, reject });
      this.#go();
    });
  }

  #go(): void {
    while (this.#running < MAX_RUNNING && this.#waiting.length > 0) {
      this.#running += 1;
      void this.#run(this.#next()).finally(() => {
        this.#running -= 1;
        this.#go();
      });
    }
  }

  /** Takes the first that waits, and what of the same organisation fits in beside it. */
  #next(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    let bytes = 0;
    for (const each of this.#waiting) {
      const size = each.delivery.body.length;
      const isSame = each.organization === (batch[0] ?? each).organization;
      const fits = batch.length === 0 || (batch.length < MAX_BATCH && bytes + size <= MAX_BATCH_BYTES);
      if (!isSame || !fits) {
        left.push(each);
        continue;
      }
      batch.push(each);
      bytes += size;
    }
    this.#waiting = left;
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const organization = (batch[0] as Waiting).organization;
    try {
      const fresh = await insertDeliveries(
        this.#database.deliveries.in(organization),
        batch.map(({ delivery }) => delivery),
      );
      for (const { resolve } of batch) resolve(fresh > 0);
    } catch (error) {
      const [first, ...others] = batch;
      if (isTidemarkError(error) || others.length === 0) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // one that Postgres does not take, whose webhook is gone, must not take the others with it
      for (const each of [first as Waiting, ...others]) await this.#run([each]);
    }
  }
}
