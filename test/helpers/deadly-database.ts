// A database in which a process ends in the middle of its work: at one of its worker's transactions, by number.
import type { Database, OrganizationStore } from "../../src/store/database.ts";

/** Where in a transaction. */
export type TransactionPlace = "before" | "begin" | "end" | "committed";

/** How it ends. */
export interface DeadlyOptions {
  /** the number of the transaction, from 0, and where in it; null: nowhere */
  readonly at: { readonly transaction: number; readonly where: TransactionPlace } | null;
  /** does not come back */
  readonly die: () => Promise<void>;
  /** false: transactions that a crash may undo are not counted */
  readonly countsAll?: boolean;
}

/** The same database, but a transaction of the worker may be the last thing that this process does. */
export function deadlyDatabase(database: Database, { at, die, countsAll = true }: DeadlyOptions): Database {
  let count = 0;
  const store = (inner: OrganizationStore): OrganizationStore => ({
    ...inner,
    write: async (work, options) => {
      const number = at === null || (!countsAll && options?.durable === false) ? -1 : count++;
      const last = async (where: TransactionPlace): Promise<void> => {
        if (number === at?.transaction && where === at.where) await die();
      };
      await last("before");
      const result = await inner.write(async (tx) => {
        await last("begin");
        const done = await work(tx);
        await last("end");
        return done;
      }, options);
      await last("committed");
      return result;
    },
  });
  return { ...database, worker: { in: (organization) => store(database.worker.in(organization)) } };
}
