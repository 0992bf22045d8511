// A worker in a process of its own that kills itself with SIGKILL at a point it is told: what test/import-kill.test.ts starts.
import { Secret } from "../../src/secrets.ts";
import { startWorker } from "../../src/ingest/worker.ts";
import { openDatabase } from "../../src/store/database.ts";
import { deadlyDatabase, type TransactionPlace } from "./deadly-database.ts";
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
        readonly where: TransactionPlace;
        /** it is frozen in place of killed, and goes on when it is woken */
        readonly freeze?: true;
      };
}

async function die({ freeze = false }: { readonly freeze?: boolean }): Promise<void> {
  process.kill(process.pid, freeze ? "SIGSTOP" : "SIGKILL");
  if (!freeze) await new Promise(() => undefined);
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
  database: deadlyDatabase(database, {
    at: "transaction" in kill ? kill : null,
    die: () => die("transaction" in kill ? kill : {}),
    countsAll: false,
  }),
  mirrors: order.mirrors,
  allow: { http: true, loopback: true, entries: [] },
  log: quietLog,
  now: () => order.now,
  batchCommits: order.batchCommits,
});
process.stdout.write("started\n");
