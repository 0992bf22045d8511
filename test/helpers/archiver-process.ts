// An archiver in a process of its own that kills itself with SIGKILL at a point it is told, or else says how much memory it took.
import { archiveRepository } from "../../src/archive/archive-run.ts";
import { tidyArchive } from "../../src/archive/compaction.ts";
import { deleteArchived } from "../../src/archive/late-deletion.ts";
import type { ObjectStore } from "../../src/archive/object-store.ts";
import { restoreRepository } from "../../src/archive/restore.ts";
import type { OrganizationId, RepositoryId } from "../../src/domain/model.ts";
import { Secret } from "../../src/secrets.ts";
import { openDatabase } from "../../src/store/database.ts";
import { archiveIn, testArchiver } from "./archived-history.ts";
import { deadlyDatabase, type TransactionPlace } from "./deadly-database.ts";
import { quietLog } from "./test-database.ts";

/** Where it ends, or -1 for nowhere: a step, an object that is sent, or a transaction, each by its number from 0. */
export type KillPoint =
  | { readonly step: number }
  | { readonly put: number; readonly where: "before" | "after" }
  | { readonly transaction: number; readonly where: TransactionPlace };

/** What it does: archives, and removes from Postgres; writes anew what is stale and makes one of small ones; brings all back. */
export type ArchiverTask = "archive" | "tidy" | "restore";

/** What the process is told, as JSON in TIDEMARK_TEST_ARCHIVER. */
export interface ArchiverProcessOrder {
  readonly ownerUrl: string;
  readonly webUrl: string;
  readonly workerUrl: string;
  readonly folder: string;
  readonly keep: number;
  readonly organizationId: OrganizationId;
  readonly repositoryId: RepositoryId;
  readonly task: ArchiverTask;
  readonly kill: KillPoint;
}

/** Its name in leases. */
export const KILLED_HOLDER = "archiver of a killed process";
/** Whatever is small becomes one object. */
export const TIDY_LIMITS = { smallBytes: 1e9, maxSmall: 1 };
/** Rows of a batch of the deletion: there are several. */
export const DELETION_ROWS = 25;

async function die(): Promise<void> {
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => undefined);
}

function deadlyStore(objects: ObjectStore, kill: KillPoint): ObjectStore {
  let count = 0;
  const inner = objects.put.bind(objects);
  const put: ObjectStore["put"] = async (key, file, signal) => {
    const number = count++;
    if ("put" in kill && kill.put === number && kill.where === "before") await die();
    const result = await inner(key, file, signal);
    if ("put" in kill && kill.put === number && kill.where === "after") await die();
    return result;
  };
  return Object.assign(objects, { put });
}

const order = JSON.parse(process.env["TIDEMARK_TEST_ARCHIVER"] ?? "null") as ArchiverProcessOrder | null;
if (order !== null) {
  const { organizationId, repositoryId, folder, keep, task, kill } = order;
  const database = await openDatabase({
    ownerUrl: Secret.of(order.ownerUrl),
    webUrl: Secret.of(order.webUrl),
    workerUrl: Secret.of(order.workerUrl),
    log: quietLog,
  });
  let steps = 0;
  const deps = testArchiver(
    deadlyDatabase(database, { at: "transaction" in kill ? kill : null, die }),
    { keep, folder },
    {
      objects: deadlyStore(archiveIn(folder), kill),
      holder: KILLED_HOLDER,
      // who is to be killed removes few rows at a time, so that there is a between
      ...(Object.values(kill).includes(-1) ? {} : { deletionRows: DELETION_ROWS }),
      step: () => {
        if ("step" in kill && kill.step === steps++) process.kill(process.pid, "SIGKILL");
      },
    },
  );
  const { signal } = new AbortController();
  const place = { organizationId, repositoryId };
  if (task === "tidy") await tidyArchive(deps, signal, TIDY_LIMITS);
  else if (task === "restore") await restoreRepository(deps, place, signal);
  else {
    await archiveRepository(deps, place, signal, true);
    await deleteArchived(deps, place, Date.now() + 25 * 3_600_000, signal);
  }
  await database.close();
  process.stdout.write(`${process.resourceUsage().maxRSS}\n`);
}
