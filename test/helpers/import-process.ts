// A worker in a process of its own that kills itself with SIGKILL at a point it is told: what test/import-kill.test.ts starts.
import { Secret } from "../../src/secrets.ts";
import { startWorker } from "../../src/ingest/worker.ts";
import { type Database, openDatabase, type OrganizationStore, type Transaction } from "../../src/store/database.ts";
import { quietLog } from "./test-database.ts";

/** What the process is told, as JSON in TIDEMARK_TEST_IMPORT. */
export interface ImportProcessOrder {
  readonly ownerUrl: string;
  readonly webUrl: string;
  readonly workerUrl: string;
  readonly mirrors: string;
  readonly now: number;
  readonly batchCommits: number;
  readonly kill:
    | { readonly afterMs: number }
    /** the number of a durable transaction from 0, and where in it */
    | {
        readonly transaction: number;
        readonly where: "before" | "begin" | "end" | "committed";
        /** it is frozen in place of killed, and goes on when it is woken */
        readonly freeze?: true;
      };
}

async function die({ freeze = false }: { readonly freeze?: boolean }): Promise<void> {
  process.kill(process.pid, freeze ? "SIGSTOP" : "SIGKILL");
  if (!freeze) await new Promise(() => undefined);
}

/** The same database, but a transaction of the worker may be the last thing that this process does. */
function deadly(database: Database, { kill }: ImportProcessOrder): Database {
  let count = 0;
  const store = (inner: OrganizationStore): OrganizationStore => ({
    ...inner,
    write: async (work, options) => {
      const number = options?.durable === false || !("transaction" in kill) ? -1 : count++;
      const last = async (where: string): Promise<void> => {
        if ("transaction" in kill && number === kill.transaction && where === kill.where) await die(kill);
      };
      await last("before");
      const result = await inner.write(async (tx: Transaction) => {
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

const order = JSON.parse(process.env["TIDEMARK_TEST_IMPORT"] ?? "{}") as ImportProcessOrder;
const { kill } = order;
const database = await openDatabase({
  ownerUrl: Secret.of(order.ownerUrl),
  webUrl: Secret.of(order.webUrl),
  workerUrl: Secret.of(order.workerUrl),
  log: quietLog,
});
if ("afterMs" in kill) setTimeout(() => void die({}), kill.afterMs);
await startWorker({
  database: deadly(database, order),
  mirrors: order.mirrors,
  allow: { http: true, loopback: true, entries: [] },
  log: quietLog,
  now: () => order.now,
  batchCommits: order.batchCommits,
});
process.stdout.write("started\n");
