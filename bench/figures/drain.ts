// drain: one worker answers 100,000 events of 1,000 repositories in which nothing is new.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OrganizationId, RepositoryId } from "../../src/domain/model.ts";
import { startWorker } from "../../src/ingest/worker.ts";
import { openStarter } from "../../src/git/starter.ts";
import { createLog } from "../../src/log.ts";
import { Secret } from "../../src/secrets.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { addRepository } from "../../src/workspace/add-repository.ts";
import { HistoryBuilder } from "../../test/helpers/git-history.ts";
import { type Benchmark, figureOf, median, timed } from "../figure.ts";
import { openBenchInstallation } from "../installation.ts";
import { copyRepository } from "../repository-copies.ts";

const RUNS = 5;
const REPOSITORIES = 1_000;
const EVENTS = 100;
const COMMITS = 40;
const GOAL = 2_000;
const LOOK_MS = 50;

/** Resolves when no event waits and nobody works any more. */
async function drained(database: Database): Promise<void> {
  const busy = `SELECT WHERE EXISTS (SELECT FROM event WHERE state IN ('due', 'running', 'failed'))
    OR EXISTS (SELECT FROM git_repository WHERE lease_until > now())`;
  while ((await database.owner.query(busy)).length > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

/** Goal: at least 2,000 events a second. */
export const benchmark: Benchmark = {
  name: "drain",
  run: async (say) => {
    const root = mkdtempSync(join(tmpdir(), "tidemark-bench-drain-"));
    const installation = await openBenchInstallation();
    const { owner, web, worker: workerUrl } = installation.urls;
    const log = createLog({ level: "error" });
    const urls = { ownerUrl: Secret.of(owner), webUrl: Secret.of(web), workerUrl: Secret.of(workerUrl) };
    const database = await openDatabase({ ...urls, log });
    const endStarter = await openStarter(); // as every server and worker has one
    try {
      const folder = join(root, "one.git");
      const history = new HistoryBuilder(folder);
      for (let n = 0; n < COMMITS; n += 1) history.commit({ files: { "metrics.json": `{"loss":${n}}` } });
      await history.finish();
      const deps = {
        database,
        mirrors: join(root, "mirrors"),
        allow: { http: true, loopback: true, entries: [] },
        log,
        now: () => 1_700_500_000_000, // the time of the history: its branches are young
      };
      const [row] = await database.owner.query<{ id: OrganizationId }>(
        "INSERT INTO organization (name) VALUES ('bench') RETURNING id::text",
      );
      const organization = row?.id as OrganizationId;
      const worker = await startWorker(deps);
      const repository: RepositoryId = await addRepository(deps, organization, { folder });
      await drained(database);
      await copyRepository(database, {
        organization,
        folder,
        repository,
        links: join(root, "r"),
        copies: REPOSITORIES,
      });
      const figures: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        await database.owner.query(
          `INSERT INTO event (organization_id, repository_id, source)
           SELECT organization_id, id, 'poll' FROM git_repository, generate_series(1, $1::int) WHERE id <> $2`,
          [EVENTS, repository],
        );
        const ms = await timed(async () => {
          worker.wake();
          await drained(database);
        });
        figures.push((EVENTS * REPOSITORIES) / (ms / 1_000));
        say(
          `run ${run + 1}: ${EVENTS * REPOSITORIES} events in ${Math.round(ms)} ms, ${Math.round(figures.at(-1) ?? 0)} a second`,
        );
      }
      await worker.stop();
      const figure = median(figures);
      return figureOf({ floor: null, figure, unit: "events/s", goal: `≥ ${GOAL} events/s`, met: figure >= GOAL });
    } finally {
      await endStarter();
      await database.close();
      await installation.close();
      rmSync(root, { recursive: true, force: true });
    }
  },
};
