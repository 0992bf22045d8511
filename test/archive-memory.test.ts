// How much memory an archiver takes: less than 512 MiB, whatever the size of what it archives.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, test } from "node:test";
import { readArchiveState } from "../src/store/archive-run.ts";
import type { ArchiverProcessOrder } from "./helpers/archiver-process.ts";
import { fillNoisy } from "./helpers/noisy-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

/** In the long run 200,000 commits of 40 numbers that repeat nowhere: 8 million values, in several segments. */
const COMMITS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 2) * 5_000;
const KEEP = 1_000;
const MAX_KIB = 512 * 1024;

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();

test(`an archiver of ${COMMITS} commits stays below 512 MiB`, async (t) => {
  const organizationId = await db.makeOrganization();
  const repositoryId = await fillNoisy(db.database, organizationId, { name: "noisy", commits: COMMITS, keys: 40 });
  const order: ArchiverProcessOrder = {
    ownerUrl: db.ownerUrl.reveal(),
    webUrl: db.webUrl.reveal(),
    workerUrl: db.workerUrl.reveal(),
    folder,
    keep: KEEP,
    organizationId,
    repositoryId,
    task: "archive",
    kill: { step: -1 },
  };
  const child = spawn(process.execPath, [join(import.meta.dirname, "helpers/archiver-process.ts")], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, TIDEMARK_TEST_ARCHIVER: JSON.stringify(order) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  assert.equal(code, 0);
  const kib = Number(said);
  t.diagnostic(`${Math.round(kib / 1024)} MiB`);
  const state = await readArchiveState(db.database.worker.in(organizationId), repositoryId);
  assert.deepEqual([state?.archivedTo, state?.hotFrom], [COMMITS - KEEP - 1, COMMITS - KEEP]);
  assert.ok(kib < MAX_KIB, `${kib} KiB`);
});
