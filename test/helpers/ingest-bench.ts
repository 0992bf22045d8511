// A database, a folder of mirrors and a worker's steps, one at a time: what tests of ingest/ work with.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOOK_APART_MS } from "../../src/domain/vanished-branch.ts";
import type { OrganizationId, RepositoryId } from "../../src/domain/model.ts";
import type { IngestDeps } from "../../src/ingest/git-source.ts";
import { openStarter } from "../../src/git/starter.ts";
import { answerEvents } from "../../src/ingest/answer-events.ts";
import { createLog } from "../../src/log.ts";
import { readBranches } from "../../src/store/branch.ts";
import type { OrganizationStore } from "../../src/store/database.ts";
import { takeDueLease } from "../../src/store/due-work.ts";
import { addRepository, type RepositoryAddress } from "../../src/workspace/add-repository.ts";
import { requestSync } from "../../src/workspace/sync-repository.ts";
import { openTestDatabase, quietLog, type TestDatabase } from "./test-database.ts";

/** At most half of the branches go at a look: far more looks than those take. */
const MOST_LOOKS = 40;

/** The clock of tests whose histories begin at FIRST_COMMIT_AT (git-history.ts): all their branches are young. */
export const TEST_NOW = 1_700_500_000_000;

/** One organisation on a database of its own. */
export interface IngestBench {
  readonly database: TestDatabase;
  /** temporary, removed at the end */
  readonly folder: string;
  readonly organization: OrganizationId;
  /** the worker's handle */
  readonly store: OrganizationStore;
  readonly deps: IngestDeps;
  /** Adds a repository and has its first events answered. */
  add(address: RepositoryAddress): Promise<RepositoryId>;
  /** Asks for its new commits and has the events answered. */
  sync(repository: RepositoryId): Promise<void>;
  /** Does so again, 10 minutes later each, until no branch is looked for any more: more than half never go at once. */
  syncFully(repository: RepositoryId): Promise<void>;
  /** Lets time go by for the worker. */
  later(ms: number): void;
  /** Has all due events answered. @returns how many leases that took */
  work(): Promise<number>;
  close(): Promise<void>;
}

/** Opens a bench. Call `close()` in `after()`. With TIDEMARK_TEST_LOG set it says what the worker logs. */
export async function openIngestBench(): Promise<IngestBench> {
  const endStarter = await openStarter(); // as a worker has it
  const database = await openTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "tidemark-ingest-"));
  const organization = await database.makeOrganization();
  let now = TEST_NOW;
  const deps: IngestDeps = {
    database: database.database,
    mirrors: join(folder, "mirrors"),
    allow: { http: true, loopback: true, entries: [] },
    log: process.env["TIDEMARK_TEST_LOG"] === undefined ? quietLog : createLog({ level: "info" }),
    now: () => now,
  };
  const work = async (): Promise<number> => {
    for (let leases = 0; ; leases += 1) {
      const lease = await takeDueLease(deps.database.system, "bench");
      if (lease === null) return leases;
      await answerEvents(deps, lease, new AbortController().signal);
    }
  };
  const store = database.database.worker.in(organization);
  const sync = async (repository: RepositoryId): Promise<void> => {
    await requestSync(deps, organization, repository);
    await work();
  };
  const isMissing = async (repository: RepositoryId): Promise<boolean> =>
    (await readBranches(store, repository)).some(({ missing = null }) => missing !== null);
  return {
    database,
    folder,
    organization,
    store,
    deps,
    work,
    add: async (address) => {
      const repository = await addRepository(deps, organization, address);
      await work();
      return repository;
    },
    sync,
    syncFully: async (repository) => {
      await sync(repository);
      for (let looks = 0; await isMissing(repository); looks += 1) {
        if (looks === MOST_LOOKS) throw new Error(`repository ${repository} misses branches after ${looks} looks`);
        now += LOOK_APART_MS;
        await sync(repository);
      }
    },
    later: (ms) => {
      now += ms;
    },
    close: async () => {
      await database.close();
      await endStarter();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
